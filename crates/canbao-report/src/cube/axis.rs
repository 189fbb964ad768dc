//! Rows or columns of a table: its values, and who belongs to which.

use canbao_domain::scope::Scope;
use canbao_registry::snapshot::{Tally, Traits};

use super::{Cube, Depth, Dimension, Filter, Value};
use crate::ReportError;
use crate::indicator::Indicator;

/// One side of a table.
pub(crate) struct Axis {
    pub(crate) values: Vec<Value>,
    of: Of,
}

enum Of {
    /// By the finest area: the value of each place, and of those of no known area.
    Areas {
        values: Vec<Option<usize>>,
        nowhere: Option<usize>,
    },
    Traits(Dimension),
    /// By what a word counts, of each its value.
    Words {
        dimension: Dimension,
        values: Vec<Option<usize>>,
    },
    /// Everybody is one value.
    Nothing,
}

impl Axis {
    /// The axis of nothing: one value.
    pub(crate) fn nothing() -> Self {
        Self { values: vec![Value::new("", "合计")], of: Of::Nothing }
    }

    pub(crate) fn new(cube: &Cube, dimension: Dimension, filter: &Filter, scope: &Scope) -> Result<Self, ReportError> {
        match dimension {
            Dimension::Area(depth) => Self::areas(cube, depth, filter, scope),
            Dimension::Employer => {
                let value = |word: &String| match dimension.of_word(cube, word) {
                    0 => None,
                    bits => Some(bits.trailing_zeros() as usize),
                };
                let values = cube.words.iter().map(value).collect();
                Ok(Self { values: dimension.values(cube), of: Of::Words { dimension, values } })
            }
            _ => Ok(Self { values: dimension.values(cube), of: Of::Traits(dimension) }),
        }
    }

    fn areas(cube: &Cube, depth: Depth, filter: &Filter, scope: &Scope) -> Result<Self, ReportError> {
        let places = &cube.places;
        let top = cube.top(filter, scope)?;
        let level = match depth {
            Depth::Below => None,
            Depth::County => Some("county"),
            Depth::Town => Some("town"),
            Depth::Village => Some("village"),
        };
        let inside = |place: &usize| {
            let under = top.is_none_or(|top| places.way(*place, filter.tree).any(|at| at == top));
            under && places.is_in(*place, scope)
        };
        let found: Vec<usize> = match (level, top) {
            (Some(level), _) => places.of_level(level).into_iter().filter(inside).collect(),
            (None, Some(top)) => places.children(top, filter.tree).into_iter().filter(inside).collect(),
            // somebody with several areas sees these
            (None, None) => places.tops(scope).unwrap_or_default(),
        };
        let named = |place: &usize| places.at(*place).map(|(code, area)| Value::new(code, area.name.clone()));
        let mut values: Vec<Value> = found.iter().filter_map(named).collect();
        let rest = values.len();
        values.push(Value::new("", "未落到以上区划"));
        let mut row = vec![None; places.len()];
        for (at, place) in found.iter().enumerate() {
            if let Some(row) = row.get_mut(*place) {
                *row = Some(at);
            }
        }
        let of = |place| places.way(place, filter.tree).find_map(|at| row.get(at).copied().flatten()).or(Some(rest));
        let values_of = (0..places.len()).map(of).collect();
        Ok(Self { values, of: Of::Areas { values: values_of, nowhere: Some(rest) } })
    }

    /// Whether a value is left out where nobody has it: what is unknown, what is not of the population.
    pub(crate) fn is_optional(&self, at: usize) -> bool {
        match &self.of {
            Of::Areas { nowhere, .. } => *nowhere == Some(at),
            Of::Traits(Dimension::Sex) => at == 2,
            Of::Traits(Dimension::Subsistence | Dimension::Disability) | Of::Nothing => false,
            Of::Traits(_) | Of::Words { .. } => true,
        }
    }

    /// Whether an indicator can be told by its values.
    pub(crate) fn tells(&self, indicator: Indicator) -> bool {
        match &self.of {
            Of::Traits(dimension) | Of::Words { dimension, .. } => dimension.tells(indicator),
            Of::Areas { .. } | Of::Nothing => true,
        }
    }

    /// The value that what is no count of people belongs to.
    pub(crate) fn of_tally(&self, tally: &Tally) -> Option<usize> {
        match &self.of {
            Of::Words { values, .. } => values.get(tally.word as usize).copied().flatten(),
            _ => self.place(tally.area),
        }
    }

    /// The value that something in a place belongs to.
    fn place(&self, area: Option<u32>) -> Option<usize> {
        match &self.of {
            Of::Areas { values, nowhere } => area.map_or(*nowhere, |at| values.get(at as usize).copied().flatten()),
            Of::Traits(_) | Of::Words { .. } => None,
            Of::Nothing => Some(0),
        }
    }

    /// The values that people of a place and kind belong to.
    pub(crate) fn places(&self, area: Option<u32>, traits: Option<Traits>) -> impl Iterator<Item = usize> + use<> {
        let mut bits = match (&self.of, traits) {
            (Of::Traits(dimension), Some(traits)) => dimension.places(traits),
            _ => 0,
        };
        let of_bits = std::iter::from_fn(move || {
            let at = bits.trailing_zeros();
            (bits != 0).then(|| {
                bits &= bits - 1;
                at as usize
            })
        });
        self.place(area).into_iter().chain(of_bits)
    }
}
