//! A small city is made and read back by other means than it was written with.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests say what went wrong by stopping"
)]

mod city;
mod file;
mod finding;
mod month;
mod plan;
mod truth;
