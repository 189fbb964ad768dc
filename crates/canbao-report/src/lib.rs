//! Figures (统计): every number that a page, a report or a bulletin shows comes from here, so that no two disagree.
//!
//! | module | holds |
//! |---|---|
//! | [`cube`] | a snapshot in memory, asked by any dimensions, within a scope |
//! | [`indicator`] | what is counted, each defined once with its words |
//! | [`analysis`] | the report, as a document |
//! | [`assessment`] | the stages against the plan, as a document |
//! | [`bulletin`] | the bulletin, as a document |
//! | [`gap`] | where most of what is missing lies |
//! | [`plan`] | stages, dates and targets; who is behind |
//! | [`release`] | which counts are withheld outside the office |
//! | [`table`] | figures as plain rows: workbooks, CSV |
//! | [`figure`] | a number with its date, denominator and rounding; what changed since last month |
//!
//! Nothing is read from people: a [`Cube`](cube::Cube) is made of a frozen snapshot of the registry.

pub mod analysis;
pub mod assessment;
pub mod bulletin;
pub mod cube;
mod error;
pub mod figure;
pub mod gap;
pub mod indicator;
mod keep;
mod material;
pub mod plan;
pub mod release;
mod source;
mod subject;
pub mod table;

pub use error::ReportError;
pub use keep::{figure_rows, take};
pub use material::{Before, Material, Released, Wanted};
pub use source::warnings;
pub use subject::Subject;
