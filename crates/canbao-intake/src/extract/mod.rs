//! One source: its parts, and their rows as Arrow batches.

mod bind;
mod chunk;
mod footer;
mod part;
mod plan;
mod read;

pub use chunk::{Chunk, Rejected, schema};
pub use part::{Column, Part};
pub(crate) use plan::PageSink;
pub use plan::open;
pub use read::{Extract, PartTotals, Totals, UnknownCode};
