//! A table on its way into a Parquet file.

mod delta;
mod encode;
mod hybrid;
mod pages;
mod pool;
mod properties;
mod shape;
mod texts;
mod words;
mod write;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;

pub(crate) use pool::Pool;
pub use write::{ROWS_PER_GROUP, TableWriter};
