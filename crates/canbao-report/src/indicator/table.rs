//! Indicators by rows: areas, ages, any dimension.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;

use super::condition::Held;
use super::{Indicator, Measure, is_like};
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

/// An indicator's two measures, worked out for each kind of people and each word of a cube once.
pub(crate) struct Counter {
    /// By kind of people, and by word: whether it is in the numerator, and in the denominator.
    kinds: Vec<(bool, bool)>,
    words: Vec<(bool, bool)>,
    /// Whether it can be told by what people have in common.
    pub(crate) is_of_people: bool,
}

impl Counter {
    pub(crate) fn new(cube: &Cube, indicator: Indicator) -> Self {
        let held = |measure: &Measure| measure.people.iter().map(|one| one.held(cube)).collect::<Vec<Held>>();
        let (count, of) = (held(&indicator.count), held(&indicator.of));
        let kinds = cube.kinds.iter().map(|traits| {
            let any = |all: &[Held]| all.iter().any(|one| one.holds(*traits));
            (any(&count), any(&of))
        });
        let words = cube.words.iter().map(|word| {
            let any = |measure: &Measure| measure.tallies.iter().any(|pattern| is_like(word, pattern));
            (any(&indicator.count), any(&indicator.of))
        });
        Self { kinds: kinds.collect(), words: words.collect(), is_of_people: indicator.is_of_people() }
    }

    /// Whether a kind of people is in the numerator, and in the denominator.
    pub(crate) fn of_kind(&self, kind: usize) -> (bool, bool) {
        self.kinds.get(kind).copied().unwrap_or_default()
    }

    /// The same of a word.
    pub(crate) fn of_word(&self, word: usize) -> (bool, bool) {
        self.words.get(word).copied().unwrap_or_default()
    }

    /// Adds people of a kind.
    pub(crate) fn people(&self, kind: u32, people: u64, figure: &mut Figure) {
        add(self.kinds.get(kind as usize).copied(), people, figure);
    }

    /// Adds a count of a word.
    pub(crate) fn tally(&self, word: u32, count: u64, figure: &mut Figure) {
        add(self.words.get(word as usize).copied(), count, figure);
    }
}

fn add(whose: Option<(bool, bool)>, count: u64, figure: &mut Figure) {
    let (part, whole) = whose.unwrap_or_default();
    if part {
        figure.part += count;
    }
    if whole {
        figure.whole += count;
    }
}

impl Cube {
    /// One indicator of everybody whom a filter and a scope let through.
    ///
    /// # Errors
    /// As [`Cube::pivot`].
    pub fn figure(&self, indicator: Indicator, filter: &Filter, scope: &Scope) -> Result<Figure, ReportError> {
        let figures = self.figures(&[indicator], filter, scope)?;
        Ok(figures.into_iter().next().unwrap_or_else(|| Figure::nothing(indicator, self.as_of())))
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
        let counters: Vec<Counter> = indicators.iter().map(|indicator| Counter::new(self, *indicator)).collect();
        // what is no count of people cannot be told by what they have in common
        let by_area = filter.only.is_empty();
        let blank = |axis: &Axis| -> Vec<Figure> {
            let known = |indicator: &Indicator| axis.tells(*indicator) && (by_area || indicator.is_of_people());
            let figure =
                |indicator: &Indicator| Figure { known: known(indicator), ..Figure::nothing(*indicator, self.as_of()) };
            indicators.iter().map(figure).collect()
        };
        let mut figures = vec![blank(axis); axis.values.len()];
        let mut total = blank(&Axis::nothing());
        let reach = self.reach(filter, scope)?;
        for cell in self.cells_in(&reach, filter)? {
            let people = u64::from(cell.people);
            let add = |figures: &mut [Figure]| {
                for (figure, counter) in figures.iter_mut().zip(&counters) {
                    counter.people(cell.kind, people, figure);
                }
            };
            add(&mut total);
            for place in axis.places(cell.area, self.traits(cell.kind)) {
                if let Some(figures) = figures.get_mut(place) {
                    add(figures);
                }
            }
        }
        if by_area && counters.iter().any(|counter| !counter.is_of_people) {
            for tally in self.tallies.iter().filter(|tally| reach.holds(tally.area)) {
                let add = |figures: &mut [Figure]| {
                    for (figure, counter) in figures.iter_mut().zip(&counters) {
                        counter.tally(tally.word, tally.count, figure);
                    }
                };
                add(&mut total);
                if let Some(figures) = axis.of_tally(tally).and_then(|place| figures.get_mut(place)) {
                    add(figures);
                }
            }
        }
        Ok((figures, total))
    }
}
