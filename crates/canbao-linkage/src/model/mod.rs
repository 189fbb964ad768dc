//! Weighing evidence: rows beside candidates, with probabilities.

pub mod agreement;
pub mod coverage;
pub mod frequency;
pub mod judge;
pub mod parameters;
pub mod record;
