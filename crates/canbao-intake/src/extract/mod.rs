//! One source: its parts, and their rows as Arrow batches.

mod bind;
mod chunk;
mod footer;
mod judge;
mod open;
mod part;
mod read;
mod reader;

pub use chunk::{Chunk, Rejected, schema};
pub(crate) use judge::Judge;
pub use open::open;
pub use part::{Column, Part};
pub use read::{Extract, PartTotals, Totals, UnknownCode};
pub(crate) use reader::{How, PageSink, Readers, head_text, read_at};
