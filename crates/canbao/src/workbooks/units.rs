//! Employers that somebody must look at.

use std::collections::BTreeMap;

use canbao_domain::rules::UnitCategory;
use canbao_run::RunReader;

use super::WorkbookError;
use super::counties::Counties;
use super::table::{Place, Table};

const COLUMNS: [&str; 10] = [
    "category",
    "name",
    "credit_code",
    "registration_number",
    "type",
    "address",
    "registered",
    "insured",
    "insured_people",
    "county",
];
pub(super) const NAME: usize = 1;
pub(super) const CREDIT_CODE: usize = 2;
pub(super) const REGISTRATION: usize = 3;
pub(super) const TYPE: usize = 4;
pub(super) const ADDRESS: usize = 5;
pub(super) const REGISTERED: usize = 6;
pub(super) const INSURED: usize = 7;
pub(super) const INSURED_PEOPLE: usize = 8;
const COUNTY: usize = 9;

/// The categories that are listed, in the order of the list.
pub(super) const LISTED: [UnitCategory; 3] =
    [UnitCategory::Uninsured, UnitCategory::Unregistered, UnitCategory::Information];

/// The employers that are listed, dealt out to the counties.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) table: Table,
    by_county: Vec<Vec<(usize, Place)>>,
    /// By category, all employers.
    pub(super) counts: BTreeMap<String, i64>,
}

impl Units {
    pub(super) fn read(run: &RunReader, counties: &Counties) -> Result<Self, WorkbookError> {
        let mut counts = BTreeMap::<String, i64>::new();
        let table = Table::read_where(run, "units", &COLUMNS, |batch, row| {
            let category = super::table::text(batch, row, 0).unwrap_or("");
            match counts.get_mut(category) {
                Some(count) => *count += 1,
                None => drop(counts.insert(category.to_owned(), 1)),
            }
            listed(category).is_some()
        })?;
        let by_county = counties.deal(table.places().filter_map(|place| {
            let category = listed(table.text(place, 0)?)?;
            Some((counties.of_code(table.text(place, COUNTY)), (category, place)))
        }));
        Ok(Self { table, by_county, counts })
    }

    /// How many lines a county has.
    pub(super) fn lines(&self, county: usize) -> usize {
        self.by_county.get(county).map_or(0, Vec::len)
    }

    /// How many lines of each listed category a county has.
    pub(super) fn categories(&self, county: usize) -> [i64; LISTED.len()] {
        let mut counts = [0; LISTED.len()];
        for (category, _) in self.by_county.get(county).into_iter().flatten() {
            if let Some(count) = counts.get_mut(*category) {
                *count += 1;
            }
        }
        counts
    }

    /// The lines of a county: by category, then by code and name.
    pub(super) fn in_order(&self, county: usize) -> Vec<(usize, Place)> {
        let mut lines = self.by_county.get(county).cloned().unwrap_or_default();
        lines.sort_by_cached_key(|(category, place)| {
            let codes = [CREDIT_CODE, REGISTRATION, NAME].map(|column| {
                let text = self.table.text(*place, column);
                (text.is_none(), text)
            });
            (*category, codes, *place)
        });
        lines
    }
}

/// The place of a category in [`LISTED`].
fn listed(category: &str) -> Option<usize> {
    LISTED.iter().position(|known| known.as_str() == category)
}
