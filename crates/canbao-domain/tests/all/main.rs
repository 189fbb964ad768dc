//! The crate's tests: truth worked out another way, properties, and what must be refused.

mod number;
