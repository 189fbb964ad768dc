//! The tests of the run folder.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod cut_off;
mod place;
mod summary;
mod tables;
