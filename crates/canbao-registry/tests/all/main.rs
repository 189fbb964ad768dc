//! All tests of the crate in one binary. Each test of the record runs on SQLite and, where `CANBAO_TEST_POSTGRES` names a
//! server (`scripts/test` starts one), on PostgreSQL.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod account;
mod apply;
mod area;
mod audit;
mod backup;
mod batch;
mod bulk;
mod change;
mod decision;
mod delivery;
mod exchange;
mod export;
mod finding;
mod opening;
mod paper;
mod proposing;
mod query;
mod receipt;
mod roster;
mod rules;
mod scan;
mod snapshot;
mod support;
mod undo;
mod unit;
