//! The house-to-house survey, from the round to the closed village, as pages and devices go about it.

mod cases;
mod day;
mod office;
pub(super) mod phone;
