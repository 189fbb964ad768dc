//! Citizen numbers (公民身份号码, GB 11643-1999): what one is, and what a number field says.

mod check;
mod citizen;
mod fold;
mod read;
mod shape;
mod text;

pub use check::check_char;
pub use citizen::CitizenNumber;
pub use read::{NumberForm, NumberReading, read_number};
pub use text::NumberText;
