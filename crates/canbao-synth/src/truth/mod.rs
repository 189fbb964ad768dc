//! The truth behind the files: whose each row is, what holds of each person, which findings there are.
//!
//! It is computed from what the generator knows, as the contract's words say it, and shares no code
//! with the comparison that it scores.

pub(crate) mod employer;
pub(crate) mod fact;
pub(crate) mod finding;
pub(crate) mod judge;
pub(crate) mod label;
pub(crate) mod table;
pub(crate) mod write;
