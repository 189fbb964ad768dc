//! Who must be visited: the survey list of each county.

use std::collections::BTreeMap;

use canbao_run::RunReader;

use super::WorkbookError;
use super::counties::Counties;
use super::table::{Place, RowSet, Table};

/// Columns of the survey, by their places in the table.
pub(super) const COLUMNS: [&str; 14] = [
    "person_key",
    "source",
    "row",
    "town",
    "village",
    "household",
    "name",
    "person_id",
    "phone",
    "address",
    "category",
    "reasons",
    "known",
    "county",
];
pub(super) const PERSON: usize = 0;
pub(super) const SOURCE: usize = 1;
pub(super) const ROW: usize = 2;
pub(super) const TOWN: usize = 3;
pub(super) const VILLAGE: usize = 4;
pub(super) const HOUSEHOLD: usize = 5;
pub(super) const NAME: usize = 6;
pub(super) const PERSON_ID: usize = 7;
pub(super) const PHONE: usize = 8;
pub(super) const ADDRESS: usize = 9;
pub(super) const CATEGORY: usize = 10;
pub(super) const REASONS: usize = 11;
pub(super) const KNOWN: usize = 12;
const COUNTY: usize = 13;

/// The survey, dealt out to the counties.
#[derive(Debug)]
pub(super) struct Survey {
    pub(super) table: Table,
    by_county: Vec<Vec<Place>>,
}

impl Survey {
    pub(super) fn read(run: &RunReader, counties: &Counties) -> Result<Self, WorkbookError> {
        let table = Table::read(run, "survey", &COLUMNS)?;
        let by_county = counties.deal(table.places().map(|place| (counties.of_code(table.text(place, COUNTY)), place)));
        Ok(Self { table, by_county })
    }

    /// How many lines a county has.
    pub(super) fn lines(&self, county: usize) -> usize {
        self.by_county.get(county).map_or(0, Vec::len)
    }

    /// The lines of a county as a collector walks: by town, village and household, unknown ones last.
    pub(super) fn in_order(&self, county: usize) -> Vec<Place> {
        let mut places = self.by_county.get(county).cloned().unwrap_or_default();
        let text = |place: &Place, column| {
            let text = self.table.text(*place, column);
            (text.is_none(), text)
        };
        places.sort_by_cached_key(|place| {
            (
                [TOWN, VILLAGE, HOUSEHOLD].map(|column| text(place, column)),
                self.table.int(*place, PERSON).is_none(),
                self.table.int(*place, PERSON),
                self.table.text(*place, SOURCE),
                self.table.int(*place, ROW),
            )
        });
        places
    }

    /// How many people of each category a county has; and how many lines are rows of nobody known.
    pub(super) fn counts(&self, county: usize) -> (BTreeMap<&str, i64>, i64) {
        let (mut people, mut rows) = (BTreeMap::new(), 0);
        for place in self.by_county.get(county).into_iter().flatten() {
            match self.table.int(*place, PERSON) {
                Some(_) => *people.entry(self.table.text(*place, CATEGORY).unwrap_or("")).or_default() += 1,
                None => rows += 1,
            }
        }
        (people, rows)
    }

    /// The rows of nobody known, whose place in their file is to be shown.
    pub(super) fn rows(&self, into: &mut RowSet) {
        for place in self.by_county.iter().flatten() {
            if self.table.int(*place, PERSON).is_none()
                && let Some((source, row)) = self.table.text(*place, SOURCE).zip(self.table.int(*place, ROW))
            {
                into.insert(source, row);
            }
        }
    }
}
