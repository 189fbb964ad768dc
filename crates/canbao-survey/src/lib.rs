//! The house-to-house survey (入户调查): nobody missed, no household missed, no item missed (查不漏户、户不漏人、人不漏项).
//!
//! | module | holds |
//! |---|---|
//! | [`form`] | forms as data, and the one function that judges answers |
//! | [`known`] | what is known of somebody before the visit |
//! | [`keeper`] | what the registry asks of who knows the forms |
//! | [`device`] | tasks as JSON: what a phone is sent |
//! | [`paper`] | the forms on paper |
//! | [`book`] | the forms as a workbook, and back |
//! | [`pattern`] | what is implausible in forms that were handed in |
//! | [`recheck`] | how far two answers agree |
//!
//! The books (rounds, tasks, answers) are the registry's.

pub mod book;
pub mod device;
pub mod form;
pub mod keeper;
pub mod known;
pub mod paper;
pub mod pattern;
pub mod recheck;

pub use keeper::Keeper;
