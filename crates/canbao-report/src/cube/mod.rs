//! A snapshot in memory.

mod axis;
mod cache;
mod dimension;
mod grid;
mod place;

use canbao_domain::date::Date;
use canbao_registry::area::Area;
use canbao_registry::snapshot::{Cell, Frozen, Snapshot};

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
    cells: Vec<Cell>,
}

impl Cube {
    /// Of a snapshot and what it counts.
    pub fn new(snapshot: Snapshot, frozen: Frozen) -> Self {
        let Frozen { areas, hukou, cells, .. } = frozen;
        Self { snapshot, places: Places::new(areas), hukou, cells }
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
}
