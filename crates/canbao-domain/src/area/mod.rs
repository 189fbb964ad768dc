//! The tree of areas: city, counties, towns, villages, as the region file beside a city file gives it.

mod error;
mod level;
mod locate;
mod parse;
mod tree;

pub use error::AreaError;
pub use level::Level;
pub use tree::AreaTree;
