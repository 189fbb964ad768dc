//! The folder of a comparison run: what stands in it, how it is written, how it is read.
//!
//! A run is a folder of Parquet files and `summary.json`. It is a pure function of what is put in:
//! equal rows in equal order give equal bytes, however they were cut into batches and however many
//! threads encoded them. It appears whole or not at all: see [`RunWriter`].
//!
//! Who fills it and who reads it is not known here.

mod error;
mod folder;
mod hash;
mod read;
pub mod schema;
mod summary;
mod table;
pub mod times;

/// The file that holds the text of the rules by which a run decided.
pub const RULES: &str = "rules.toml";

pub use error::RunError;
pub use folder::RunWriter;
pub use hash::sha256;
pub use read::{RunReader, Scan};
pub use summary::{AreaCounts, Input, SourceCounts, Stage, Summary};
pub use table::{ROWS_PER_GROUP, TableWriter};
