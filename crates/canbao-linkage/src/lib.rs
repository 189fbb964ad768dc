//! Comparators, repair candidates, match weights and explanations: who is it? Pure functions; no files, no plans.

pub mod dates;
pub mod explain;
pub mod names;
pub mod numbers;

pub mod block;
pub mod hash;
pub mod model;
