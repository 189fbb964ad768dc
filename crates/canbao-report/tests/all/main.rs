//! The tests of figures: each is worked out again from people, one by one.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod bulletin;
mod figures;
mod pivots;
mod release;
mod support;
