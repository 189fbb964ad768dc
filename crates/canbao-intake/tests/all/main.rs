//! Files as people have them, made by code: each with the rows that it must give.
#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod city;
mod common;
mod content;
mod dbf;
mod encoding;
mod fuzz;
mod header;
mod inspect;
mod lines;
mod parquet;
mod profile;
mod quotes;
mod split;
mod xls;
mod xlsx;
