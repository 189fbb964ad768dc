//! The crate's tests: truth worked out another way, properties, and what must be refused.
#![expect(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod number;
