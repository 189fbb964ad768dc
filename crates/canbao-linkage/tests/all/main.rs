//! Tests of the crate's public face, one binary for all.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

mod dates;
mod explain;
mod model;
mod names;
mod numbers;
