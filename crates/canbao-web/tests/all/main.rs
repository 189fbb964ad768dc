//! The pages, asked as a browser asks them, without a browser.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may fail by panic")]

#[path = "../../../canbao-registry/tests/all/support/run.rs"]
mod run;

mod accounts;
mod change;
mod door;
mod employers;
mod exports;
mod figures;
mod forged;
mod home;
mod people;
mod propose;
mod rights;
mod support;
mod unwell;
