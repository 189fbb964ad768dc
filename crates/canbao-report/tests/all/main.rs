//! The tests of figures: each is worked out again from people, one by one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod figures;
mod pivots;
mod support;
