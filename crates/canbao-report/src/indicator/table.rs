//! Indicators by rows: areas, ages, any dimension.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;

use super::Indicator;
use crate::ReportError;
use crate::cube::{Axis, Cube, Dimension, Filter, Value};
use crate::figure::Figure;

/// A row: somebody's figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Whose.
    pub value: Value,
    /// In the order of the indicators that were asked for.
    pub figures: Vec<Figure>,
}

/// Indicators by rows, with those of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The day that the figures are of.
    pub as_of: Date,
    /// What was asked for.
    pub indicators: Vec<Indicator>,
    /// Rows in the order of their dimension.
    pub rows: Vec<Row>,
    /// Of everybody, counted by itself.
    pub total: Vec<Figure>,
    /// Whether counts of the rows add up to the total's: not where one person can stand in several.
    pub adds_up: bool,
}

impl Cube {
    /// One indicator of everybody whom a filter and a scope let through.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn figure(&self, indicator: Indicator, filter: &Filter, scope: &Scope) -> Result<Figure, ReportError> {
        Ok(self.figures(&[indicator], filter, scope)?.into_iter().next().unwrap_or(Figure {
            indicator,
            as_of: self.as_of(),
            part: 0,
            whole: 0,
        }))
    }

    /// Indicators of everybody whom a filter and a scope let through.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn figures(
        &self,
        indicators: &[Indicator],
        filter: &Filter,
        scope: &Scope,
    ) -> Result<Vec<Figure>, ReportError> {
        Ok(self.tally(indicators, &Axis::nothing(), filter, scope)?.1)
    }

    /// Indicators by a dimension.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn table(
        &self,
        rows: Dimension,
        indicators: &[Indicator],
        filter: &Filter,
        scope: &Scope,
    ) -> Result<Table, ReportError> {
        let axis = Axis::new(self, rows, filter, scope)?;
        let (figures, total) = self.tally(indicators, &axis, filter, scope)?;
        let nobody = |figures: &[Figure]| figures.iter().all(|figure| figure.whole == 0);
        let shown = axis.values.iter().zip(figures).enumerate();
        let shown = shown.filter(|(at, (_, figures))| !(axis.is_optional(*at) && nobody(figures)));
        let rows_shown = shown.map(|(_, (value, figures))| Row { value: value.clone(), figures }).collect();
        Ok(Table {
            as_of: self.as_of(),
            indicators: indicators.to_vec(),
            rows: rows_shown,
            total,
            adds_up: rows.adds_up(),
        })
    }

    /// Figures of each value of an axis, and of all.
    fn tally(
        &self,
        indicators: &[Indicator],
        axis: &Axis,
        filter: &Filter,
        scope: &Scope,
    ) -> Result<(Vec<Vec<Figure>>, Vec<Figure>), ReportError> {
        let as_of = self.as_of();
        let blank: Vec<Figure> =
            indicators.iter().map(|indicator| Figure { indicator: *indicator, as_of, part: 0, whole: 0 }).collect();
        let mut figures = vec![blank.clone(); axis.values.len()];
        let mut total = blank;
        // each indicator says itself who is of the population: one has everybody on the record below the line
        let everybody = Filter { everybody: true, ..filter.clone() };
        let add = |figures: &mut [Figure], traits, people| {
            for figure in figures {
                if figure.indicator.is_of(traits) {
                    figure.whole += people;
                    if figure.indicator.counts(traits) {
                        figure.part += people;
                    }
                }
            }
        };
        for cell in self.cells_of(&everybody, scope)? {
            let people = u64::from(cell.people);
            add(&mut total, cell.traits, people);
            for place in axis.places(cell) {
                if let Some(figures) = figures.get_mut(place) {
                    add(figures, cell.traits, people);
                }
            }
        }
        Ok((figures, total))
    }
}
