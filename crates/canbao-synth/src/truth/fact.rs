//! What holds of a person, by the contract's words.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::source::SourceKind;

use super::label::Knowledge;
use crate::city::City;
use crate::city::person::{Life, Person, Register, traits};
use crate::city::place::{NO_POOL, NOWHERE};
use crate::row::{Row, flags, has_pool, has_village};

/// A pension is required from this age on.
const PENSION_AGE: i32 = 16;

const PENSION: [SourceKind; 3] =
    [SourceKind::EmployeePension, SourceKind::ResidentPension, SourceKind::InstitutionPension];
const MEDICAL: [SourceKind; 3] = [SourceKind::EmployeeMedical, SourceKind::ResidentMedical, SourceKind::RuralMedical];

/// What holds of one person.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) pension: &'static str,
    pub(crate) medical: &'static str,
    pub(crate) category: &'static str,
    pub(crate) duplicate_pension: bool,
    pub(crate) duplicate_medical: bool,
    pub(crate) duplicate_benefit: bool,
    /// Live in some scheme.
    pub(crate) live: bool,
    /// Stands in a list of assistance.
    pub(crate) assisted: bool,
}

/// Live: normal, or drawing the benefit.
pub(crate) fn is_live(row: &Row) -> bool {
    row.status == Status::Normal || row.benefit == Benefit::Drawing
}

/// The county of the row's pooling area: its column's, else that of the row's area; `None` where blank.
pub(crate) fn pool(city: &City, row: &Row) -> Option<u8> {
    let county = match row.kind {
        kind if has_pool(kind) => row.pool,
        kind if has_village(kind) => city.setting.places.village(row.village).county,
        _ => NO_POOL,
    };
    (county != NO_POOL).then_some(county)
}

/// Weighs the rows that are known to be the person's.
pub(crate) fn facts(city: &City, person: &Person, rows: &[Row], knowledge: Knowledge) -> Facts {
    let known: Vec<&Row> = rows.iter().filter(|row| knowledge.knows(row)).collect();
    let young = person.birth.age_on(city.setting.as_of) < PENSION_AGE;
    let pension = state(&known, PENSION, false, young);
    let medical = state(&known, MEDICAL, true, false);
    let schemes = || known.iter().filter(|row| PENSION.contains(&row.kind) || MEDICAL.contains(&row.kind));
    let drawing: Vec<&Row> = schemes().filter(|row| row.benefit == Benefit::Drawing).copied().collect();
    Facts {
        pension,
        medical,
        category: category(city, person, &known, pension, medical),
        duplicate_pension: is_double(city, &live_in(&known, PENSION)),
        duplicate_medical: is_double(city, &live_in(&known, MEDICAL)),
        duplicate_benefit: is_double(city, &drawing),
        live: schemes().any(|row| is_live(row)),
        assisted: known.iter().any(|row| matches!(row.kind, SourceKind::Subsistence | SourceKind::Disability)),
    }
}

fn live_in<'a>(rows: &[&'a Row], kinds: [SourceKind; 3]) -> Vec<&'a Row> {
    rows.iter().filter(|row| kinds.contains(&row.kind) && is_live(row)).copied().collect()
}

/// In two schemes, or in one in two pooling areas; a blank area never differs.
fn is_double(city: &City, rows: &[&Row]) -> bool {
    rows.iter().any(|one| {
        rows.iter().any(|other| {
            let pools = (pool(city, one), pool(city, other));
            one.kind != other.kind || matches!(pools, (Some(first), Some(second)) if first != second)
        })
    })
}

/// Insured or not.
fn state(rows: &[&Row], kinds: [SourceKind; 3], medical: bool, young: bool) -> &'static str {
    let here = || rows.iter().filter(|row| kinds.contains(&row.kind));
    let elsewhere = |row: &&&Row| row.kind == SourceKind::Elsewhere && row.has(flags::MEDICAL) == medical;
    if here().any(|row| is_live(row)) {
        "enrolled"
    } else if rows.iter().find(elsewhere).is_some() {
        "elsewhere"
    } else if here().any(|row| row.status == Status::Suspended) {
        "interrupted"
    } else if here().any(|row| matches!(row.status, Status::Blank | Status::Unknown)) {
        "unclear"
    } else if young {
        "not-required"
    } else {
        "none"
    }
}

/// The first category that holds.
fn category(
    city: &City,
    person: &Person,
    known: &[&Row],
    pension: &'static str,
    medical: &'static str,
) -> &'static str {
    if person.is(traits::NUMBERLESS) {
        return "information";
    }
    match (person.life, person.register) {
        (Life::Dead, _) => return "deceased",
        (Life::MovedOut, _) => return "moved-out",
        (_, Register::Neither) => return "outside",
        _ => {}
    }
    let required = [Some(pension), Some(medical)].into_iter().flatten().filter(|state| *state != "not-required");
    let lacks = required.clone().filter(|state| *state == "none").count();
    let states = [pension, medical];
    if lacks == required.count() {
        "uninsured"
    } else if lacks > 0 {
        "partial"
    } else if states.contains(&"interrupted") {
        "interrupted"
    } else if states.contains(&"unclear") || lacks_item(city, person, known) {
        "information"
    } else {
        "confirmed"
    }
}

/// Is an item that counts missing or wrong, and nothing fills it? The number is known, so that it fills
/// sex and birth date; the name and the village are left.
fn lacks_item(city: &City, person: &Person, known: &[&Row]) -> bool {
    let named = known.iter().any(|row| !row.name.is_blank());
    let placed = known.iter().any(|row| has_village(row.kind) && row.village != NOWHERE && !row.has(flags::GONE));
    let born = !person.is_foreign() || known.iter().any(|row| crate::row::birth::written(city, row).is_some());
    !(named && placed && born)
}
