//! Who hands over what: a person becomes rows of the sources that hold them.

use canbao_domain::code::Status;
use canbao_domain::source::SourceKind;

use super::damage::damage;
use super::{Row, flags, is_text, mend};
use crate::SynthError;
use crate::city::City;
use crate::city::person::{Person, Register, traits};
use crate::work::{spread, workers};

/// All rows of the city, those of one person together, in the order of the people.
///
/// # Errors
/// [`SynthError::Worker`] where a thread ended unexpectedly.
pub(crate) fn hand_over(city: &City) -> Result<Vec<Row>, SynthError> {
    let people = city.people.len();
    let size = (people / (workers() * 4)).max(1);
    let starts: Vec<usize> = (0..people).step_by(size).collect();
    let chunks = spread(starts, |_, start| {
        let mut rows = Vec::with_capacity(size * 3);
        let chunk = city.people.iter().skip(start).take(size);
        for (index, person) in (start..).zip(chunk) {
            rows_of(city, u32::try_from(index).unwrap_or(u32::MAX), person, &mut rows);
        }
        Ok(rows)
    })?;
    let mut rows = Vec::with_capacity(chunks.iter().map(Vec::len).sum());
    for chunk in chunks {
        rows.extend(chunk);
    }
    Ok(rows)
}

fn rows_of(city: &City, index: u32, person: &Person, rows: &mut Vec<Row>) {
    let first = rows.len();
    memberships(index, person, rows);
    let last = rows.len();
    for at in first..last {
        let Some(row) = rows.get(at).copied() else { continue };
        for copy in copies(city, person, &row) {
            rows.push(copy);
        }
    }
    let Some(own) = rows.get_mut(first..) else { return };
    for row in own.iter_mut() {
        if !row.is_ragged() {
            damage(city, person, row);
        }
    }
    mend::mend(city, person, own);
}

/// One clean row for each source that holds the person.
fn memberships(index: u32, person: &Person, rows: &mut Vec<Row>) {
    let register = person.register;
    if matches!(register, Register::Household | Register::Both) {
        rows.push(Row { village: person.village, ..Row::new(index, SourceKind::HouseholdRegister) });
    }
    if matches!(register, Register::Nonlocal | Register::Both) {
        let village = if register == Register::Both { person.seat } else { person.village };
        rows.push(Row { village, since: 2014 * 12, ..Row::new(index, SourceKind::NonlocalResidents) });
    }
    for slots in [&person.pension, &person.medical] {
        for (slot, copy) in slots.iter().zip([0, 8]) {
            let Some(slot) = slot else { continue };
            rows.push(Row {
                unit: slot.unit,
                village: slot.village,
                since: slot.since,
                pool: slot.pool,
                status: slot.status,
                benefit: slot.benefit,
                copy,
                ..Row::new(index, slot.kind)
            });
        }
    }
    let others = [
        (traits::UNEMPLOYMENT, SourceKind::Unemployment),
        (traits::WORK_INJURY, SourceKind::WorkInjury),
        (traits::MATERNITY, SourceKind::Maternity),
    ];
    if let Some(slot) = person.pension[0] {
        for (bit, kind) in others {
            if person.is(bit) {
                let (unit, since, pool) = (slot.unit, slot.since, slot.pool);
                rows.push(Row { unit, since, pool, ..Row::new(index, kind) });
            }
        }
    }
    for (bit, flag) in [(traits::PENSION_ELSEWHERE, 0), (traits::MEDICAL_ELSEWHERE, flags::MEDICAL)] {
        if person.is(bit) {
            let copy = if flag == 0 { 0 } else { 8 };
            rows.push(Row { flags: flag, copy, ..Row::new(index, SourceKind::Elsewhere) });
        }
    }
    for (bit, kind) in [(traits::SUBSISTENCE, SourceKind::Subsistence), (traits::DISABLED, SourceKind::Disability)] {
        if person.is(bit) {
            rows.push(Row { village: person.village, ..Row::new(index, kind) });
        }
    }
}

/// Second rows of the same membership, and rows that broke on the way.
fn copies(city: &City, person: &Person, row: &Row) -> impl Iterator<Item = Row> {
    let rates = &city.setting.rates;
    let mut random = row.random(city.setting.seed, 1);
    let [insurance, population] = rates.repeated;
    let repeated = if row.kind.is_population() { population } else { insurance };
    let may = !person.is(traits::NUMBERLESS) && row.kind != SourceKind::Elsewhere;
    let again = (may && random.chance(repeated)).then(|| Row { copy: row.copy + 1, ..*row });
    // a row that broke off behind its number can be read
    let number_first = row.kind == SourceKind::HouseholdRegister;
    let ragged = (is_text(row.kind) && random.chance(rates.ragged)).then(|| Row {
        copy: row.copy + 2,
        flags: row.flags | if number_first || random.chance(0.5) { flags::LONG } else { flags::SHORT },
        status: Status::Normal,
        ..*row
    });
    again.into_iter().chain(ragged)
}
