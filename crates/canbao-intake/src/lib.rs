//! Departmental extracts, whatever their format, as canonical Arrow batches.
//!
//! [`load_city`] reads the city file, [`open`] recognises one source's files, [`Extract::read`] streams its
//! rows: every data row is either in a batch or among the rejected, verbatim and with the reason.
//!
//! | module | holds |
//! |---|---|
//! | `city` | the city file |
//! | `profile` | how departments name columns and codes (`profiles/*.toml`) |
//! | `text`, `dbf`, `sheet`, `columnar` | one reader per format, all giving pages of cells |
//! | `recognise` | format, encoding, separator, header, columns |
//! | `extract` | pages to batches: mapping, codes, row accounting |
//! | `inspect` | what was recognised, for people |
//! | `roll` | a list of numbers and names, whole in memory |

mod city;
mod columnar;
mod dbf;
mod error;
mod extract;
mod inspect;
mod page;
mod plain;
mod profile;
mod recognise;
mod roll;
mod sheet;
mod text;

pub use city::{City, SourceFile, SourceSpec, load_city};
pub use error::{IntakeError, Place, Stop};
pub use extract::{Chunk, Column, Extract, Part, PartTotals, Rejected, Totals, UnknownCode, open, schema};
pub use inspect::{ColumnReport, Inspection, PartReport, inspect, inspect_source};
pub use profile::{Profile, Profiles};
pub use recognise::Format;
pub use roll::{Roll, RollContent, RollError, RollLine, read_roll};
