//! What a person's rows must not lack together, so that somebody could know.

use canbao_domain::source::SourceKind;

use super::{BirthForm, NameForm, NumberForm, Row, flags};
use crate::city::City;
use crate::city::person::{Person, Register, traits};

/// A population file's damaged number or name stays only where another source has it whole;
/// that a register has no number at all is another matter ([`traits::NUMBERLESS`]).
pub(crate) fn mend(_city: &City, person: &Person, rows: &mut [Row]) {
    if person.is(traits::NUMBERLESS) || person.register == Register::Neither || person.is_foreign() {
        return;
    }
    let damaged = |row: &Row| row.kind.is_population() && !row.form.is_readable();
    if rows.iter().any(damaged) {
        let whole = rows.iter().any(|row| row.form.is_readable() && is_witness(row) && row.name.is_right());
        if !whole && !restore(rows) {
            rows.iter_mut().filter(|row| damaged(row)).for_each(|row| row.form = NumberForm::Plain);
        }
    }
    let unclear = |row: &Row| row.kind.is_population() && matches!(row.name, NameForm::Question | NameForm::PrivateUse);
    if rows.iter().any(unclear) {
        let whole = rows.iter().any(|row| {
            row.form.is_readable() && is_witness(row) && matches!(row.name, NameForm::Plain | NameForm::Spaces)
        });
        if !whole && !restore(rows) {
            rows.iter_mut().filter(|row| unclear(row)).for_each(|row| row.name = NameForm::Plain);
        }
    }
}

/// A row of another source than the population files, which says whose it is.
fn is_witness(row: &Row) -> bool {
    !row.kind.is_population() && !row.is_ragged() && !row.has(flags::HOPELESS)
}

/// Cleans the first row of a scheme; false where the person has none.
fn restore(rows: &mut [Row]) -> bool {
    let fit = |row: &&mut Row| {
        is_witness(row)
            && !matches!(row.form, NumberForm::Former)
            && !matches!(row.kind, SourceKind::Elsewhere | SourceKind::RuralMedical)
    };
    let Some(row) = rows.iter_mut().find(fit) else { return false };
    row.form = NumberForm::Plain;
    row.name = NameForm::Plain;
    row.birth = BirthForm::Plain;
    true
}
