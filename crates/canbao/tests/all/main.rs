//! The program as its users meet it: command lines in; exit codes, standard output, standard error and files out.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

mod backup;
mod browser;
mod decisions;
mod demo;
mod exchange;
mod help;
mod inspect;
mod killed;
mod layout;
mod papers;
mod reading;
mod refusals;
mod registry;
mod registry_areas;
mod registry_bulk;
mod registry_lists;
mod rejected_rows;
mod repeatable;
mod report;
mod serve;
mod serving;
mod standard;
mod user;
mod whole_job;
mod workbooks;
