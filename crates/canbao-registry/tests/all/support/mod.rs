//! Registries to test with, and runs made by hand.

pub(crate) mod run;
pub(crate) mod store;
