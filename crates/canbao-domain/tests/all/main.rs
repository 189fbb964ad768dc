//! The crate's tests: truth worked out another way, properties, and what must be refused.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail by panic")]

mod area;
mod classify;
mod credit;
mod date;
mod item;
mod number;
mod population;
mod read_number;
mod rule_file;
mod source;
mod standard;
mod table;
mod unit;
