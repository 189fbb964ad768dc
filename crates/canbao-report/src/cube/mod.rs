//! A snapshot in memory.

mod axis;
mod cache;
mod dimension;
mod grid;
mod place;

use canbao_domain::date::Date;
use canbao_registry::area::Area;
use canbao_registry::snapshot::{Cell, Frozen, Move, Snapshot, Source, Tally, Traits};

pub(crate) use axis::Axis;
pub use cache::Cubes;
pub use dimension::{Depth, Dimension, Value};
pub use grid::{Filter, Grid};
pub(crate) use place::Places;
pub use place::Tree;

/// A snapshot's counts, ready to be asked. Never changes; share it behind an `Arc`.
#[derive(Clone, Debug)]
pub struct Cube {
    snapshot: Snapshot,
    places: Places,
    hukou: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    employers: Vec<(String, String)>,
    /// What people can have in common: far fewer than cells, so what holds of them is worked out once for each.
    pub(crate) kinds: Vec<Traits>,
    pub(crate) cells: Vec<Counted>,
    pub(crate) words: Vec<String>,
    pub(crate) tallies: Vec<Tally>,
    moved: Vec<Move>,
    sources: Vec<Source>,
}

/// People of one area and kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) area: Option<u32>,
    pub(crate) kind: u32,
    pub(crate) people: u32,
}

impl Cube {
    /// Of a snapshot and what it counts.
    pub fn new(snapshot: Snapshot, frozen: Frozen) -> Self {
        let Frozen { areas, hukou, reasons, cells, words, tallies, moved, sources, .. } = frozen;
        let mut kinds: Vec<Traits> = cells.iter().map(|cell| cell.traits).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let counted = |cell: Cell| {
            let kind = kinds.binary_search(&cell.traits).ok().and_then(|at| u32::try_from(at).ok())?;
            Some(Counted { area: cell.area, kind, people: cell.people })
        };
        let cells = cells.into_iter().filter_map(counted).collect();
        let (places, employers) = (Places::new(areas), dimension::employers(&words));
        Self { snapshot, places, hukou, reasons, employers, kinds, cells, words, tallies, moved, sources }
    }

    /// The snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The day that all its figures are of.
    pub fn as_of(&self) -> Date {
        self.snapshot.as_of
    }

    /// An area of its day.
    pub fn area(&self, code: &str) -> Option<&Area> {
        self.places.get(code)
    }

    /// The code of the city, the area that everybody is in.
    pub fn city(&self) -> Option<&str> {
        self.places.city()
    }

    /// The areas right below one, code and name, in the order of the codes.
    pub fn below(&self, area: &str, tree: Tree) -> Vec<(String, String)> {
        let Some(top) = self.places.find(area) else { return Vec::new() };
        let named = |place: usize| self.places.at(place).map(|(code, area)| (code.to_owned(), area.name.clone()));
        self.places.children(top, tree).into_iter().filter_map(named).collect()
    }

    /// The codes of the areas of a level under one, by who reports to whom.
    pub fn areas_of(&self, level: &str, top: &str) -> Vec<String> {
        let Some(top) = self.places.find(top) else { return Vec::new() };
        let under = |place: &usize| self.places.way(*place, Tree::Reporting).any(|at| at == top);
        let code = |place: usize| self.places.at(place).map(|(code, _)| code.to_owned());
        self.places.of_level(level).into_iter().filter(under).filter_map(code).collect()
    }

    /// Everybody, counted by their finest area and all that they have in common: the words of [`Dimension::as_str`], and rows of
    /// an area's code, one value of each (of several together with `+`), and how many. An area that is blank is not known.
    pub fn count_rows(&self) -> (Vec<&'static str>, impl Iterator<Item = (&str, Vec<String>, u32)>) {
        let dimensions: Vec<Dimension> =
            Dimension::ALL.into_iter().filter(|dimension| dimension.is_of_people()).collect();
        let words = dimensions.iter().map(|dimension| dimension.as_str()).collect();
        let values: Vec<Vec<Value>> = dimensions.iter().map(|dimension| dimension.values(self)).collect();
        let of_kinds: Vec<Vec<String>> = self
            .kinds
            .iter()
            .map(|traits| {
                let of = |(dimension, values): (&Dimension, &Vec<Value>)| {
                    let bits = dimension.places(*traits);
                    let had = values.iter().enumerate().filter(|(at, _)| bits >> at & 1 == 1);
                    had.map(|(_, value)| value.key.as_str()).collect::<Vec<_>>().join("+")
                };
                dimensions.iter().zip(&values).map(of).collect()
            })
            .collect();
        let rows = self.cells.iter().map(move |cell| {
            let area = cell.area.and_then(|area| self.place_code(area as usize)).unwrap_or_default();
            (area, of_kinds.get(cell.kind as usize).cloned().unwrap_or_default(), cell.people)
        });
        (words, rows)
    }

    /// The extracts that its record rests on.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Tasks of a form (`person`, `unit`) that came to an area from elsewhere, and that went elsewhere from it; what moved
    /// within it is neither.
    pub fn moved(&self, form: &str, area: &str, tree: Tree) -> (u64, u64) {
        let top = self.places.find(area);
        let inside = |place: Option<u32>| match place {
            Some(place) => self.places.way(place as usize, tree).any(|at| Some(at) == top),
            None => top.is_some_and(|top| self.places.is_city(top)),
        };
        self.moved.iter().filter(|moved| moved.form == form).fold((0, 0), |(received, sent), moved| {
            match (inside(moved.from), inside(moved.to)) {
                (false, true) => (received + moved.count, sent),
                (true, false) => (received, sent + moved.count),
                _ => (received, sent),
            }
        })
    }

    /// How many places there are: areas in the order of their codes.
    pub(crate) fn place_count(&self) -> usize {
        self.places.len()
    }

    /// The code of a place.
    pub(crate) fn place_code(&self, place: usize) -> Option<&str> {
        self.places.at(place).map(|(code, _)| code)
    }

    /// The level of a place: city, county, town, village.
    pub(crate) fn level_of(&self, place: usize) -> &str {
        self.places.at(place).map_or("", |(_, area)| area.level.as_str())
    }

    /// A place and those above it.
    pub(crate) fn way_up(&self, place: usize, tree: Tree) -> impl Iterator<Item = usize> {
        self.places.way(place, tree)
    }

    /// The city's place.
    pub(crate) fn city_place(&self) -> Option<usize> {
        self.city().and_then(|city| self.places.find(city))
    }

    pub(crate) fn traits(&self, kind: u32) -> Option<Traits> {
        self.kinds.get(kind as usize).copied()
    }
}
