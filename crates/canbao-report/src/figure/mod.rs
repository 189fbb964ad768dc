//! Numbers as they are shown: rounded in one place, with their date and denominator.

mod share;
mod shown;
mod trend;

pub(crate) use share::decimal;
pub use share::{Share, thousands};
pub use shown::Figure;
pub use trend::{Trend, month_before};
