//! The pages, asked as a browser asks them, without a browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail by panic"
)]

#[path = "../../../canbao-registry/tests/all/support/run.rs"]
#[expect(dead_code, reason = "the registry's own tests need more of it")]
mod run;

mod accounts;
mod api;
mod change;
mod compare;
mod delivery;
mod door;
mod employers;
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
mod support;
mod unwell;
mod watched;
