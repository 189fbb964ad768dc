//! How long each insurance row held, from all versions of a record.

use canbao_domain::date::Date;

use crate::person::{Enrolment, Whole};

/// An insurance row with the days on which it held.
#[derive(Clone, Debug)]
pub struct Stay {
    /// The row.
    pub row: Enrolment,
    /// From which day; where only the row's own beginning is known, that.
    pub from: Date,
    /// From which day on it has held as it is: later than `from` where somebody enrolled once and is now suspended, nobody
    /// told since when.
    pub known_from: Date,
    /// Until before which day; none where it holds still.
    pub until: Option<Date>,
}

/// The rows of all versions, given in the order in which they became known: by insurance, then by day.
pub(crate) fn stays(versions: &[Whole]) -> Vec<Stay> {
    let mut stays: Vec<Stay> = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        for row in &version.enrolments {
            if stays.iter().any(|stay| stay.row.id == row.id) {
                continue;
            }
            let Some(known_from) = Date::parse(&row.effective) else { continue };
            let without =
                versions.iter().skip(at).find(|later| !later.enrolments.iter().any(|other| other.id == row.id));
            let until = without.and_then(|later| Date::parse(&later.effective)).map(|day| day.max(known_from));
            // one that took another's place begins where that one ends
            let follows = stays.iter().any(|stay| stay.row.scheme == row.scheme && stay.until == Some(known_from));
            let from = match row.since.filter(|_| !follows) {
                Some(since) => since.min(known_from),
                None => known_from,
            };
            let live = row.status.as_deref() == Some("normal");
            stays.push(Stay { row: row.clone(), from, known_from: if live { from } else { known_from }, until });
        }
    }
    stays.sort_by_key(|stay| (stay.row.insurance, stay.row.scheme.clone(), stay.from, stay.row.id));
    stays
}
