//! The pages, asked as a browser asks them, without a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail by panic"
)]

#[path = "../../../canbao-registry/tests/all/support/run.rs"]
mod run;

mod change;
mod compare;
mod delivery;
mod door;
mod figures;
mod forged;
mod people;
mod rights;
mod support;
mod unwell;
