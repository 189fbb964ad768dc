//! Tests of the survey.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod form;
mod paper;
