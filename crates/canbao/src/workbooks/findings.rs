//! What somebody must look at, with the person and the row that it is about.

use std::collections::{BTreeMap, HashMap, HashSet};

use canbao_domain::area::AreaTree;
use canbao_run::RunReader;

use super::WorkbookError;
use super::counties::Counties;
use super::table::{BySourceRow, Place, RowSet, Table, int};
use super::words::{self, KINDS, Sheet};

const COLUMNS: [&str; 8] = ["kind", "person_key", "person_id", "source", "row", "other_source", "other_row", "detail"];
const KIND: usize = 0;
const PERSON: usize = 1;
const PERSON_ID: usize = 2;
const SOURCE: usize = 3;
const ROW: usize = 4;
const OTHER_SOURCE: usize = 5;
const OTHER_ROW: usize = 6;
const DETAIL: usize = 7;

const PEOPLE: [&str; 7] = ["person_key", "person_id", "name", "county", "town", "village", "phone"];
const COUNTY: usize = 3;
const TOWN: usize = 4;
const VILLAGE: usize = 5;

/// The findings but for those of employers, dealt out to the counties.
#[derive(Debug)]
pub(super) struct Findings {
    table: Table,
    people: Table,
    people_at: HashMap<i64, Place>,
    written: BySourceRow,
    by_county: Vec<Vec<(usize, Place)>>,
    /// By kind, employers counted.
    pub(super) counts: BTreeMap<String, i64>,
}

/// A finding as it is listed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding<'a> {
    pub(super) kind: &'static str,
    pub(super) name: Option<&'a str>,
    pub(super) person_id: Option<&'a str>,
    pub(super) town: Option<&'a str>,
    pub(super) village: Option<&'a str>,
    pub(super) phone: Option<&'a str>,
    pub(super) row: Option<(&'a str, i64)>,
    pub(super) other: Option<(&'a str, i64)>,
    pub(super) written_number: Option<&'a str>,
    pub(super) written_name: Option<&'a str>,
    pub(super) written_birth: Option<&'a str>,
    pub(super) detail: Option<&'a str>,
}

impl Findings {
    /// Reads the findings, then of people and rows only what they are about. Their rows are added to `rows`.
    pub(super) fn read(
        run: &RunReader,
        counties: &Counties,
        areas: &AreaTree,
        rows: &mut RowSet,
    ) -> Result<Self, WorkbookError> {
        let table = Table::read(run, "findings", &COLUMNS)?;
        let (mut keys, mut counts, mut own) = (HashSet::new(), BTreeMap::<String, i64>::new(), RowSet::default());
        for place in table.places() {
            let kind = table.text(place, KIND).unwrap_or("");
            match counts.get_mut(kind) {
                Some(count) => *count += 1,
                None => drop(counts.insert(kind.to_owned(), 1)),
            }
            keys.extend(table.int(place, PERSON));
            if let Some((source, row)) = pair(&table, place, SOURCE, ROW) {
                own.insert(source, row);
                rows.insert(source, row);
            }
            if let Some((source, row)) = pair(&table, place, OTHER_SOURCE, OTHER_ROW) {
                rows.insert(source, row);
            }
        }
        let people = Table::read_where(run, "persons", &PEOPLE, |batch, row| {
            int(batch, row, 0).is_some_and(|key| keys.contains(&key))
        })?;
        let people_at: HashMap<_, _> =
            people.places().filter_map(|place| Some((people.int(place, 0)?, place))).collect();
        let written = BySourceRow::read(run, "rows", &["number", "name", "birth_date", "area_code"], &own)?;
        let county = |place| {
            let person = table.int(place, PERSON).and_then(|key| people_at.get(&key));
            let county = match person {
                Some(person) => people.text(*person, COUNTY),
                None => pair(&table, place, SOURCE, ROW)
                    .and_then(|(source, row)| written.text(written.find(source, row)?, 3))
                    .and_then(|code| areas.county_of(areas.find(code).unwrap_or(code))),
            };
            counties.of_code(county)
        };
        let listed = table.places().filter_map(|place| {
            let kind = words::kind(table.text(place, KIND).unwrap_or("")).unwrap_or(KINDS.len());
            (words::sheet(kind) != Sheet::Units).then(|| (county(place), (kind, place)))
        });
        let by_county = counties.deal(listed);
        Ok(Self { table, people, people_at, written, by_county, counts })
    }

    /// How many lines a county has.
    pub(super) fn lines(&self, county: usize) -> usize {
        self.by_county.get(county).map_or(0, Vec::len)
    }

    /// How many lines of each kind a county has, in the order of the kinds.
    pub(super) fn kinds(&self, county: usize) -> BTreeMap<usize, i64> {
        let mut counts = BTreeMap::new();
        for (kind, _) in self.by_county.get(county).into_iter().flatten() {
            *counts.entry(*kind).or_default() += 1;
        }
        counts
    }

    /// The lines of a county on a sheet: by kind, then by town and village, then by row.
    pub(super) fn in_order(&self, county: usize, sheet: Sheet) -> Vec<(usize, Place)> {
        let all = self.by_county.get(county).into_iter().flatten();
        let mut lines: Vec<_> = all.filter(|(kind, _)| words::sheet(*kind) == sheet).copied().collect();
        lines.sort_by_cached_key(|(kind, place)| {
            let key = self.table.int(*place, PERSON);
            let person = key.and_then(|key| self.people_at.get(&key));
            let area = [TOWN, VILLAGE].map(|column| {
                let code = person.and_then(|person| self.people.text(*person, column));
                (code.is_none(), code)
            });
            let row = pair(&self.table, *place, SOURCE, ROW);
            let other = pair(&self.table, *place, OTHER_SOURCE, OTHER_ROW);
            (*kind, area, key.is_none(), key, row, other, *place)
        });
        lines
    }

    /// A line with all that is known about it.
    pub(super) fn finding(&self, kind: usize, place: Place) -> Finding<'_> {
        let (table, people) = (&self.table, &self.people);
        let person = table.int(place, PERSON).and_then(|key| self.people_at.get(&key)).copied();
        let of_person = |column| person.and_then(|person| people.text(person, column));
        let row = pair(table, place, SOURCE, ROW);
        let found = row.and_then(|(source, row)| self.written.find(source, row));
        let written = |column| found.and_then(|found| self.written.text(found, column));
        Finding {
            kind: words::kind_name(kind),
            name: of_person(2),
            person_id: table.text(place, PERSON_ID).or_else(|| of_person(1)),
            town: of_person(TOWN),
            village: of_person(VILLAGE),
            phone: of_person(6),
            row,
            other: pair(table, place, OTHER_SOURCE, OTHER_ROW),
            written_number: written(0),
            written_name: written(1),
            written_birth: written(2),
            detail: table.text(place, DETAIL),
        }
    }
}

fn pair(table: &Table, place: Place, source: usize, row: usize) -> Option<(&str, i64)> {
    table.text(place, source).zip(table.int(place, row))
}
