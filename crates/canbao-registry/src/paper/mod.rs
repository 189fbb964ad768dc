//! Papers that leave the office (简报、报告): made by one, issued by another under a number, kept as they were, never changed; the
//! plan that they measure by; tables that somebody put together and kept.

mod keep;
mod plan;
mod table;

pub use keep::{Issue, Paper, Papers, State, Which};
pub use table::Kept;
