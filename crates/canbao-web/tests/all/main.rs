//! The pages, asked as a browser asks them, without a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail by panic"
)]

#[path = "../../../canbao-registry/tests/all/support/run.rs"]
mod run;

mod accounts;
mod api;
mod batch;
mod change;
mod compare;
mod delivery;
mod door;
mod employers;
mod exchange;
mod exports;
mod figures;
mod finding;
mod forged;
mod home;
mod people;
mod propose;
mod rare;
mod resume;
mod rights;
mod secure;
mod slow;
mod statistics;
mod support;
mod survey;
mod unwell;
mod watched;
