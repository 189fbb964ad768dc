//! The figures of a snapshot as they may leave the office: one pattern for all areas, so that no two papers of one snapshot
//! tell more together than each alone.

use canbao_domain::date::Date;

use super::Pattern;
use super::lay::Laid;
use crate::cube::{Cube, Dimension, Tree, Value};
use crate::figure::{Share, decimal, thousands};
use crate::indicator::{Catalogue, Indicator, Unit};

/// The dimensions by which what leaves the office tells people, and employers, apart.
pub const BY: [Dimension; 8] = [
    Dimension::Scheme,
    Dimension::Age,
    Dimension::Sex,
    Dimension::Hukou,
    Dimension::Subsistence,
    Dimension::Disability,
    Dimension::Reason,
    Dimension::Employer,
];

/// A figure as it may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it is a figure of.
    pub indicator: Indicator,
    /// The numerator; none where it is withheld.
    pub part: Option<u64>,
    /// The denominator; none where it is withheld.
    pub whole: Option<u64>,
    /// Whether the rate may be told: not where what is left of the denominator is withheld.
    rest: bool,
}

impl Told {
    /// Part and whole, where both and what is left may be told.
    pub fn share(&self) -> Option<Share> {
        let (part, whole) = (self.part?, self.whole?);
        self.rest.then_some(Share { part, whole })
    }

    /// Whether something of it is withheld.
    pub fn is_withheld(&self) -> bool {
        match self.indicator.definition().unit {
            Unit::Count(_) => self.part.is_none(),
            Unit::Percent => self.share().is_none(),
        }
    }

    /// As [`crate::figure::Figure::value`].
    pub fn value(&self) -> Option<i64> {
        match self.indicator.definition().unit {
            Unit::Count(_) => self.part.and_then(|part| i64::try_from(part).ok()),
            Unit::Percent => self.share().and_then(Share::tenths),
        }
    }

    /// The figure without its unit; `—` where it is withheld or there is none.
    pub fn bare(&self) -> String {
        let told = match self.indicator.definition().unit {
            Unit::Count(_) => self.part.map(thousands),
            Unit::Percent => self.share().and_then(Share::tenths).map(decimal),
        };
        told.unwrap_or_else(|| "—".to_owned())
    }

    /// With its unit: `38,911 人`, `89.1 %`.
    pub fn text(&self) -> String {
        match self.bare() {
            bare if bare == "—" => bare,
            bare => format!("{bare} {}", self.indicator.definition().unit.chinese()),
        }
    }
}

/// Figures that may leave the office.
pub struct Release {
    as_of: Date,
    /// What tells of people, and what does not and may be told however few it counts.
    of_people: Part,
    public: Part,
    pattern: Pattern,
}

/// Some indicators of a snapshot.
struct Part {
    indicators: Vec<Indicator>,
    laid: Laid,
    counts: Vec<i64>,
    starts: Vec<usize>,
}

impl std::fmt::Debug for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Release")
            .field("as_of", &self.as_of)
            .field("threshold", &self.threshold())
            .finish_non_exhaustive()
    }
}

impl Release {
    /// Of a snapshot, all indicators of a catalogue; counts under `threshold` are withheld, but for those that are public.
    /// `prior`: the snapshot before, whatever of it was told: what has not changed since is remembered, and hides little. The
    /// same snapshots, catalogue and threshold give the same release, whenever it is made.
    pub fn of(cube: &Cube, catalogue: &Catalogue, threshold: u64, prior: Option<&Cube>) -> Self {
        let of_people = Part::of(cube, catalogue, false);
        let remembered = match prior.filter(|_| threshold > 1) {
            Some(prior) => of_people.same_as(&Part::of(prior, catalogue, false)),
            None => Vec::new(),
        };
        let pattern = Pattern::of(&of_people.laid.scene, threshold, &remembered);
        Self { as_of: cube.as_of(), of_people, public: Part::of(cube, catalogue, true), pattern }
    }

    /// The day of its figures.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The count under which a cell is withheld.
    pub const fn threshold(&self) -> u64 {
        self.pattern.threshold()
    }

    /// Cells that are withheld, and all that there are.
    pub fn withheld(&self) -> (usize, usize) {
        (self.pattern.count(), self.of_people.counts.len())
    }

    /// A figure of an area by a tree; none where the area or the indicator is not among them.
    pub fn told(&self, indicator: Indicator, area: &str, tree: Tree) -> Option<Told> {
        self.at(indicator, area, tree, None)
    }

    /// The same of people with one value of a dimension; none of a village.
    pub fn told_of(
        &self,
        indicator: Indicator,
        area: &str,
        tree: Tree,
        dimension: Dimension,
        key: &str,
    ) -> Option<Told> {
        self.at(indicator, area, tree, Some((dimension, key)))
    }

    /// The values of a dimension that it tells people apart by.
    pub fn values(&self, dimension: Dimension) -> &[Value] {
        let slices = &self.of_people.laid.slices;
        slices.iter().find(|(known, _)| *known == dimension).map_or(&[], |(_, values)| values.as_slice())
    }

    fn at(&self, indicator: Indicator, area: &str, tree: Tree, slice: Option<(Dimension, &str)>) -> Option<Told> {
        let is_public = indicator.is_public;
        let part = if is_public { &self.public } else { &self.of_people };
        let first = match slice {
            None => 0,
            Some((dimension, key)) => part.laid.slice(dimension, key)?,
        };
        let node = *part.laid.nodes.get(&(tree, area.to_owned()))?;
        let at = part.indicators.iter().position(|known| known.code == indicator.code)?;
        let [count, whole, rest] = *part.laid.columns.get(at)?;
        let (from, to) = (*part.starts.get(node)?, *part.starts.get(node + 1)?);
        if from + first >= to {
            return None;
        }
        let cell = |column: usize| {
            let count = part.counts.get(from + first + column).map(|count| u64::try_from(*count).unwrap_or_default());
            count.filter(|_| is_public || !self.pattern.withholds(node, first + column))
        };
        Some(Told { indicator, part: cell(count), whole: cell(whole), rest: cell(rest).is_some() })
    }
}

impl Part {
    fn of(cube: &Cube, catalogue: &Catalogue, is_public: bool) -> Self {
        let indicators: Vec<Indicator> =
            catalogue.all().iter().filter(|indicator| indicator.is_public == is_public).copied().collect();
        let laid = Laid::of(cube, &indicators, if is_public { &[] } else { &BY });
        let (counts, starts) = (laid.scene.counts(), laid.scene.starts());
        Self { indicators, laid, counts, starts }
    }

    /// Of each cell whether it has the same count at another time.
    fn same_as(&self, prior: &Self) -> Vec<bool> {
        let mut same = vec![false; self.counts.len()];
        let mut slices: Vec<(usize, Option<usize>)> = vec![(0, Some(0))];
        for (dimension, values) in &self.laid.slices {
            let both = |value: &Value| {
                let slice = |part: &Self| part.laid.slice(*dimension, &value.key);
                Some((slice(self)?, slice(prior)))
            };
            slices.extend(values.iter().filter_map(both));
        }
        for (whose, node) in &self.laid.nodes {
            let Some(before) = prior.laid.nodes.get(whose) else { continue };
            for (slice, prior_slice) in &slices {
                for (at, (indicator, which)) in self.laid.kept.iter().enumerate() {
                    let column = prior.laid.columns.get(*indicator).and_then(|columns| columns.get(*which));
                    let known =
                        prior_slice.zip(column).and_then(|(slice, column)| prior.count(*before, slice + column));
                    if known.is_some()
                        && known == self.count(*node, slice + at)
                        && let Some(same) = self.starts.get(*node).and_then(|from| same.get_mut(from + slice + at))
                    {
                        *same = true;
                    }
                }
            }
        }
        same
    }

    fn count(&self, node: usize, feature: usize) -> Option<i64> {
        let (from, to) = (self.starts.get(node)?, self.starts.get(node + 1)?);
        let cell = from + feature;
        if cell < *to { self.counts.get(cell).copied() } else { None }
    }
}
