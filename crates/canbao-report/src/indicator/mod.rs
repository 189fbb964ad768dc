//! What is counted (指标), each defined once, in a file (`standard/indicators.toml`).

mod catalogue;
mod condition;
mod table;

use std::ops::Deref;

pub use catalogue::{Better, Catalogue, CatalogueError, Definition, EMBEDDED, Measure, Unit};
pub use condition::Condition;
pub(crate) use condition::is_like;
pub(crate) use table::Counter;
pub use table::{Row, Table};

/// An indicator: its definition in the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Indicator(&'static Definition);

impl PartialEq for Indicator {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0) || self.0 == other.0
    }
}

impl Eq for Indicator {}

impl Deref for Indicator {
    type Target = Definition;

    fn deref(&self) -> &Definition {
        self.0
    }
}

impl Indicator {
    /// Its definition, which stands as long as the program runs.
    pub const fn definition(self) -> &'static Definition {
        self.0
    }
}
