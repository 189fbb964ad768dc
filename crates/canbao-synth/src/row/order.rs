//! The order of the rows within each source, its files and sheets.

use canbao_domain::source::SourceKind;

use super::Row;
use crate::city::City;
use crate::city::person::traits;
use crate::city::place::NO_POOL;
use crate::random::Random;

/// An old program cuts its export after so many rows.
pub(crate) const CUT: usize = 60_000;

/// The rows of one source in the order of its data rows: indices into the city's rows.
#[derive(Debug)]
pub(crate) struct Extract {
    pub(crate) kind: SourceKind,
    pub(crate) rows: Vec<u32>,
    /// Where each file or sheet begins in `rows`, and the file's number; in the order of the names.
    pub(crate) parts: Vec<(usize, u8)>,
}

/// Orders the rows and numbers them from 1 within each source.
pub(crate) fn order(city: &City, rows: &mut [Row]) -> Vec<Extract> {
    let mut by_kind: Vec<Vec<u32>> = SourceKind::ALL.iter().map(|_| Vec::new()).collect();
    for (index, row) in (0_u32..).zip(rows.iter_mut()) {
        row.part = part(city, row);
        if let Some(list) = by_kind.get_mut(usize::from(row.kind.code())) {
            list.push(index);
        }
    }
    let mut extracts = Vec::new();
    for (kind, mut list) in SourceKind::ALL.into_iter().zip(by_kind) {
        if !kind.is_person() {
            continue;
        }
        let mut random = Random::of(city.setting.seed, 6, u64::from(kind.code()));
        random.shuffle(&mut list);
        let part_of = |index: &u32| rows.get(*index as usize).map_or(0, |row| row.part);
        list.sort_by_key(part_of);
        let mut parts: Vec<(usize, u8)> = Vec::new();
        for (at, index) in list.iter().enumerate() {
            let part = if kind == SourceKind::ResidentPension {
                u8::try_from(at / CUT).unwrap_or(u8::MAX)
            } else {
                part_of(index)
            };
            if parts.last().is_none_or(|&(_, last)| last != part) {
                parts.push((at, part));
            }
        }
        if parts.is_empty() {
            parts.push((0, 0));
        }
        for (number, index) in (1_u32..).zip(&list) {
            if let Some(row) = rows.get_mut(*index as usize) {
                row.number = number;
            }
        }
        extracts.push(Extract { kind, rows: list, parts });
    }
    extracts
}

/// The file or sheet of a row.
fn part(city: &City, row: &Row) -> u8 {
    let person = city.person(row.person);
    let places = &city.setting.places;
    match row.kind {
        // one file for each county
        SourceKind::RuralMedical => match places.village(row.village).county {
            NO_POOL => places.village(person.village).county,
            county => county,
        },
        // three sheets: by county, by category, by insurance
        SourceKind::InstitutionPension => match places.village(person.village).county {
            0 => 0,
            1..=5 => 1,
            _ => 2,
        },
        SourceKind::Subsistence if person.is(traits::FIVE_GUARANTEES) => 2,
        SourceKind::Subsistence => u8::from(person.birth.days() % 2 == 0),
        SourceKind::Elsewhere => u8::from(row.has(super::flags::MEDICAL)),
        _ => 0,
    }
}
