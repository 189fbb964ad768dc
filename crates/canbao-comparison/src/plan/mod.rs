//! The relational work: DataFusion plans over the staged rows, and how they are run.

pub(crate) mod context;
pub(crate) mod filter;
pub(crate) mod owners;
pub(crate) mod persons;
