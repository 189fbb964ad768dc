//! Where is the gap (差距在哪里): which areas and groups most of what is missing lies in.

use canbao_domain::scope::Scope;

use crate::ReportError;
use crate::cube::{Cube, Dimension, Filter, Value};
use crate::figure::Share;
use crate::indicator::Indicator;

/// What one area or group adds to what is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Who they are; of a group of two dimensions the other's value too.
    pub value: Value,
    /// The other's.
    pub other: Option<Value>,
    /// How many are missing, of how many.
    pub missing: Share,
    /// How many would be missing if it were here as it is on the whole, rounded: what is above it is the gap that one could
    /// close by being no worse than the others.
    pub expected: u64,
    /// Its share of all that is missing, in tenths of a percent; this and all before it.
    pub share: i64,
    /// The same of this and all before it.
    pub up_to_here: i64,
}

/// Where what is missing lies, those with most of it first. Values of which nobody is missing are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// All that is missing, of all.
    pub whole: Share,
    /// Who adds to it.
    pub contributions: Vec<Contribution>,
}

impl Gap {
    fn of(whole: Share, mut all: Vec<(Value, Option<Value>, Share)>) -> Self {
        all.retain(|(.., share)| share.part > 0);
        all.sort_by_key(|(value, other, share)| {
            let key = |value: &Value| value.key.clone();
            (std::cmp::Reverse(share.part), key(value), other.as_ref().map(key))
        });
        let mut before = 0;
        let tenths = |part: u64| Share { part, whole: whole.part }.tenths().unwrap_or_default();
        let contributions = all
            .into_iter()
            .map(|(value, other, missing)| {
                before += missing.part;
                let expected = u128::from(missing.whole) * u128::from(whole.part);
                let of = u128::from(whole.whole).max(1);
                Contribution {
                    value,
                    other,
                    missing,
                    expected: u64::try_from((expected * 2 + of) / (of * 2)).unwrap_or(u64::MAX),
                    share: tenths(missing.part),
                    up_to_here: tenths(before),
                }
            })
            .collect();
        Self { whole, contributions }
    }
}

impl Cube {
    /// Where what an indicator counts lies, by a dimension.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn gap(&self, missing: Indicator, by: Dimension, filter: &Filter, scope: &Scope) -> Result<Gap, ReportError> {
        let table = self.table(by, &[missing], filter, scope)?;
        let share =
            |figures: &[crate::figure::Figure]| figures.first().map_or(Share { part: 0, whole: 0 }, |f| f.share());
        let all = table.rows.iter().map(|row| (row.value.clone(), None, share(&row.figures))).collect();
        Ok(Gap::of(share(&table.total), all))
    }

    /// The same by two dimensions together.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn gap_of_groups(
        &self,
        missing: Indicator,
        by: (Dimension, Dimension),
        filter: &Filter,
        scope: &Scope,
    ) -> Result<Gap, ReportError> {
        let grid = self.pivot(by.0, Some(by.1), missing, filter, scope)?;
        let mut all = Vec::new();
        for (row, cells) in grid.rows.iter().zip(&grid.cells) {
            let those = grid.columns.iter().zip(cells);
            all.extend(those.map(|(column, figure)| (row.clone(), Some(column.clone()), figure.share())));
        }
        Ok(Gap::of(grid.total.share(), all))
    }
}
