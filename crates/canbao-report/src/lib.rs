//! Figures (统计): every number that a page, a report or a bulletin shows comes from here, so that no two disagree.
//!
//! | module | holds |
//! |---|---|
//! | [`cube`] | a snapshot in memory, asked by any dimensions, within a scope |
//! | [`indicator`] | what is counted, each defined once with its words |
//! | [`figure`] | a number with its date, denominator and rounding; what changed since last month |
//!
//! Nothing is read from people: a [`Cube`](cube::Cube) is made of a frozen snapshot of the registry.

pub mod cube;
mod error;
pub mod figure;
pub mod indicator;

pub use error::ReportError;
