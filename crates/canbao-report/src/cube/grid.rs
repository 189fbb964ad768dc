//! A table of counts (交叉表).

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_registry::snapshot::Cell;

use super::{Axis, Cube, Dimension, Tree, Value};
use crate::ReportError;

/// Whom a table counts: all that is set must hold. As a rule 应登记人口; see [`Filter::everybody`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area or under it, by `tree`.
    pub area: Option<String>,
    /// The tree by which areas are summed up.
    pub tree: Tree,
    /// Who has one of these values ([`Value::key`]) of a dimension that is not of areas.
    pub only: Vec<(Dimension, Vec<String>)>,
    /// Those too who are on the record, but not of the population: dead, moved out, in no population file.
    pub everybody: bool,
}

/// Counts by rows and columns. Each total is counted by itself, so it counts nobody twice where a person can have several
/// values of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The day that the counts are of.
    pub as_of: Date,
    /// Rows.
    pub rows: Vec<Value>,
    /// Columns.
    pub columns: Vec<Value>,
    /// Counts, a row after the other.
    pub cells: Vec<Vec<u64>>,
    /// Everybody of each row.
    pub row_totals: Vec<u64>,
    /// Everybody of each column.
    pub column_totals: Vec<u64>,
    /// Everybody.
    pub total: u64,
    /// Whether rows add up to the totals: not where one person can stand in several.
    pub rows_add_up: bool,
    /// The same of columns.
    pub columns_add_up: bool,
}

impl Cube {
    /// Counts people by rows and, where there are any, columns, as far as a scope reaches.
    ///
    /// # Errors
    /// Where the filter names an area or value that is not there, or an area out of the scope.
    pub fn pivot(
        &self,
        rows: Dimension,
        columns: Option<Dimension>,
        filter: &Filter,
        scope: &Scope,
    ) -> Result<Grid, ReportError> {
        let (row_axis, column_axis) = (Axis::new(self, rows, filter, scope)?, self.side(columns, filter, scope)?);
        let (height, width) = (row_axis.values.len(), column_axis.values.len());
        let mut cells = vec![vec![0; width]; height];
        let (mut row_totals, mut column_totals, mut total) = (vec![0; height], vec![0; width], 0);
        for cell in self.cells_of(filter, scope)? {
            let people = u64::from(cell.people);
            total += people;
            for column in column_axis.places(cell) {
                add(&mut column_totals, column, people);
            }
            for row in row_axis.places(cell) {
                add(&mut row_totals, row, people);
                if let Some(counts) = cells.get_mut(row) {
                    for column in column_axis.places(cell) {
                        add(counts, column, people);
                    }
                }
            }
        }
        let keep = |axis: &Axis, totals: &[u64]| -> Vec<bool> {
            totals.iter().enumerate().map(|(at, total)| *total > 0 || !axis.is_optional(at)).collect()
        };
        let (keep_rows, keep_columns) = (keep(&row_axis, &row_totals), keep(&column_axis, &column_totals));
        let cells = kept(cells, &keep_rows).into_iter().map(|counts| kept(counts, &keep_columns)).collect();
        Ok(Grid {
            as_of: self.as_of(),
            rows: kept(row_axis.values, &keep_rows),
            columns: kept(column_axis.values, &keep_columns),
            cells,
            row_totals: kept(row_totals, &keep_rows),
            column_totals: kept(column_totals, &keep_columns),
            total,
            rows_add_up: rows.adds_up(),
            columns_add_up: columns.is_none_or(Dimension::adds_up),
        })
    }

    fn side(&self, dimension: Option<Dimension>, filter: &Filter, scope: &Scope) -> Result<Axis, ReportError> {
        dimension.map_or_else(|| Ok(Axis::nothing()), |dimension| Axis::new(self, dimension, filter, scope))
    }

    /// The values that a dimension has in this snapshot; of areas, those that a filter and a scope show.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn values(&self, dimension: Dimension, filter: &Filter, scope: &Scope) -> Result<Vec<Value>, ReportError> {
        let mut values = Axis::new(self, dimension, filter, scope)?.values;
        values.retain(|value| !value.key.is_empty());
        Ok(values)
    }

    /// The place of the area that is looked at: the filter's, else the scope's where it is one, else the city.
    pub(super) fn top(&self, filter: &Filter, scope: &Scope) -> Result<Option<usize>, ReportError> {
        if let Some(code) = &filter.area {
            let missing = || ReportError::NoArea { code: code.clone(), as_of: self.as_of() };
            let place = self.places.find(code).ok_or_else(missing)?;
            if !self.places.is_in(place, scope) {
                let name = self.places.at(place).map_or_else(String::new, |(_, area)| area.name.clone());
                return Err(ReportError::OutOfScope { name });
            }
            return Ok(Some(place));
        }
        Ok(match self.places.tops(scope).as_deref() {
            None => self.city().and_then(|city| self.places.find(city)),
            Some([only]) => Some(*only),
            Some(_) => None,
        })
    }

    /// The cells that a filter and a scope let through.
    pub(crate) fn cells_of<'a>(
        &'a self,
        filter: &Filter,
        scope: &Scope,
    ) -> Result<impl Iterator<Item = &'a Cell> + use<'a>, ReportError> {
        let asked = filter.area.as_ref().map(|_| self.top(filter, scope)).transpose()?.flatten();
        let whole_city = asked.is_none_or(|place| self.places.is_city(place));
        let nowhere = whole_city && scope.areas().is_none();
        let tree = filter.tree;
        let shown: Vec<bool> = (0..self.places.len())
            .map(|place| {
                let under = whole_city || self.places.way(place, tree).any(|at| Some(at) == asked);
                under && self.places.is_in(place, scope)
            })
            .collect();
        let mut only = Vec::with_capacity(filter.only.len());
        for (dimension, keys) in &filter.only {
            only.push((*dimension, self.bits(*dimension, keys)?));
        }
        let everybody = filter.everybody;
        Ok(self.cells.iter().filter(move |cell| {
            cell.area.map_or(nowhere, |place| shown.get(place as usize).copied().unwrap_or(false))
                && (everybody || cell.traits.category().is_population())
                && only.iter().all(|(dimension, bits)| dimension.places(cell.traits) & bits != 0)
        }))
    }

    /// Values of a dimension as bits.
    fn bits(&self, dimension: Dimension, keys: &[String]) -> Result<u32, ReportError> {
        let values = dimension.values(&self.hukou);
        keys.iter().try_fold(0, |bits, key| {
            let at = values.iter().position(|value| value.key == *key);
            let missing = || ReportError::NoValue { dimension: dimension.chinese(), key: key.clone() };
            at.map(|at| bits | 1 << at).ok_or_else(missing)
        })
    }
}

fn add(counts: &mut [u64], at: usize, people: u64) {
    if let Some(count) = counts.get_mut(at) {
        *count += people;
    }
}

fn kept<T>(all: Vec<T>, keep: &[bool]) -> Vec<T> {
    all.into_iter().zip(keep).filter_map(|(one, keep)| keep.then_some(one)).collect()
}
