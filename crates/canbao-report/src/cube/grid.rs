//! A table of an indicator by two dimensions (交叉表).

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;

use super::{Axis, Counted, Cube, Dimension, Tree, Value};
use crate::ReportError;
use crate::figure::Figure;
use crate::indicator::{Counter, Indicator};

/// Whom a table counts: all that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this area or under it, by `tree`.
    pub area: Option<String>,
    /// The tree by which areas are summed up.
    pub tree: Tree,
    /// Who has one of these values ([`Value::key`]) of a dimension that is not of areas.
    pub only: Vec<(Dimension, Vec<String>)>,
}

/// An indicator by rows and columns. Each total is counted by itself, so it counts nobody twice where a person can have several
/// values of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grid {
    /// The day that the counts are of.
    pub as_of: Date,
    /// What is counted.
    pub indicator: Indicator,
    /// Rows.
    pub rows: Vec<Value>,
    /// Columns.
    pub columns: Vec<Value>,
    /// Figures, a row after the other.
    pub cells: Vec<Vec<Figure>>,
    /// Everybody of each row.
    pub row_totals: Vec<Figure>,
    /// Everybody of each column.
    pub column_totals: Vec<Figure>,
    /// Everybody.
    pub total: Figure,
    /// Whether rows add up to the totals: not where one person can stand in several.
    pub rows_add_up: bool,
    /// The same of columns.
    pub columns_add_up: bool,
}

/// Which areas a filter and a scope let through.
pub(crate) struct Reach {
    shown: Vec<bool>,
    nowhere: bool,
}

impl Reach {
    pub(crate) fn holds(&self, area: Option<u32>) -> bool {
        area.map_or(self.nowhere, |place| self.shown.get(place as usize).copied().unwrap_or(false))
    }
}

impl Cube {
    /// An indicator by rows and, where there are any, columns, as far as a scope reaches.
    ///
    /// # Errors
    /// Where the filter names an area or value that is not there, or an area out of the scope; where an indicator that is no
    /// count of people is asked for by what people have in common.
    pub fn pivot(
        &self,
        rows: Dimension,
        columns: Option<Dimension>,
        indicator: Indicator,
        filter: &Filter,
        scope: &Scope,
    ) -> Result<Grid, ReportError> {
        let untold = [Some(rows), columns].into_iter().flatten().find(|dimension| !dimension.tells(indicator));
        let name = &indicator.definition().name;
        match untold {
            Some(Dimension::Employer) => return Err(ReportError::NotOfEmployers { name }),
            Some(_) => return Err(ReportError::AreasOnly { name }),
            None if !indicator.is_of_people() && !filter.only.is_empty() => {
                return Err(ReportError::AreasOnly { name });
            }
            None => {}
        }
        let (row_axis, column_axis) = (Axis::new(self, rows, filter, scope)?, self.side(columns, filter, scope)?);
        let (height, width) = (row_axis.values.len(), column_axis.values.len());
        let counter = Counter::new(self, indicator);
        let nothing = Figure::nothing(indicator, self.as_of());
        let mut cells = vec![vec![nothing; width]; height];
        let (mut row_totals, mut column_totals, mut total) = (vec![nothing; height], vec![nothing; width], nothing);
        let reach = self.reach(filter, scope)?;
        for cell in self.cells_in(&reach, filter)? {
            let (people, traits) = (u64::from(cell.people), self.traits(cell.kind));
            let add = |figure: &mut Figure| counter.people(cell.kind, people, figure);
            add(&mut total);
            for column in column_axis.places(cell.area, traits) {
                column_totals.get_mut(column).map(add);
            }
            for row in row_axis.places(cell.area, traits) {
                row_totals.get_mut(row).map(add);
                if let Some(figures) = cells.get_mut(row) {
                    for column in column_axis.places(cell.area, traits) {
                        figures.get_mut(column).map(add);
                    }
                }
            }
        }
        if !indicator.is_of_people() {
            for tally in self.tallies.iter().filter(|tally| reach.holds(tally.area)) {
                let add = |figure: &mut Figure| counter.tally(tally.word, tally.count, figure);
                add(&mut total);
                let (row, column) = (row_axis.of_tally(tally), column_axis.of_tally(tally));
                row.and_then(|row| row_totals.get_mut(row)).map(add);
                column.and_then(|column| column_totals.get_mut(column)).map(add);
                let figures = row.and_then(|row| cells.get_mut(row));
                figures.zip(column).and_then(|(figures, column)| figures.get_mut(column)).map(add);
            }
        }
        let keep = |axis: &Axis, totals: &[Figure]| -> Vec<bool> {
            let some = |total: &Figure| total.whole > 0 || total.part > 0;
            totals.iter().enumerate().map(|(at, total)| some(total) || !axis.is_optional(at)).collect()
        };
        let (keep_rows, keep_columns) = (keep(&row_axis, &row_totals), keep(&column_axis, &column_totals));
        let cells = kept(cells, &keep_rows).into_iter().map(|counts| kept(counts, &keep_columns)).collect();
        Ok(Grid {
            as_of: self.as_of(),
            indicator,
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

    /// The areas that a filter and a scope let through.
    pub(crate) fn reach(&self, filter: &Filter, scope: &Scope) -> Result<Reach, ReportError> {
        let asked = filter.area.as_ref().map(|_| self.top(filter, scope)).transpose()?.flatten();
        let whole_city = asked.is_none_or(|place| self.places.is_city(place));
        let nowhere = whole_city && scope.areas().is_none();
        let shown = (0..self.places.len()).map(|place| {
            let under = whole_city || self.places.way(place, filter.tree).any(|at| Some(at) == asked);
            under && self.places.is_in(place, scope)
        });
        Ok(Reach { shown: shown.collect(), nowhere })
    }

    /// The cells that a filter and its reach let through.
    pub(crate) fn cells_in<'a>(
        &'a self,
        reach: &'a Reach,
        filter: &Filter,
    ) -> Result<impl Iterator<Item = &'a Counted> + use<'a>, ReportError> {
        let mut only = Vec::with_capacity(filter.only.len());
        for (dimension, keys) in &filter.only {
            only.push((*dimension, self.bits(*dimension, keys)?));
        }
        let kinds = self
            .kinds
            .iter()
            .map(move |traits| only.iter().all(|(dimension, bits)| dimension.places(*traits) & bits != 0));
        let kinds: Vec<bool> = kinds.collect();
        Ok(self
            .cells
            .iter()
            .filter(move |cell| reach.holds(cell.area) && kinds.get(cell.kind as usize).copied().unwrap_or(false)))
    }

    /// Values of a dimension as bits.
    fn bits(&self, dimension: Dimension, keys: &[String]) -> Result<u64, ReportError> {
        let values = dimension.values(self);
        let known = |key: &&String| !values.iter().any(|value| value.key == **key);
        if let Some(key) = keys.iter().find(known) {
            return Err(ReportError::NoValue { dimension: dimension.chinese(), key: key.clone() });
        }
        Ok(self.bits_of(dimension, keys))
    }

    /// Values of a dimension as bits; those that this snapshot does not have are nobody's.
    pub(crate) fn bits_of(&self, dimension: Dimension, keys: &[String]) -> u64 {
        let values = dimension.values(self);
        let places = keys.iter().filter_map(|key| values.iter().position(|value| value.key == *key));
        places.fold(0, |bits, at| bits | 1 << at)
    }
}

fn kept<T>(all: Vec<T>, keep: &[bool]) -> Vec<T> {
    all.into_iter().zip(keep).filter_map(|(one, keep)| keep.then_some(one)).collect()
}
