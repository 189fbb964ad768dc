//! Invented cities: the extracts of every department, damaged as real ones are, and the truth beside them.
//!
//! Every person, number, phone and employer is drawn at random from pools of common names; the same
//! seed gives the same bytes. A city is made in four steps:
//!
//! | step | where | what |
//! |---|---|---|
//! | people | `city` | villages filled with families, employers, who is in which scheme; nothing is damaged |
//! | rows | `row` | who hands over what, and how it is written: each row's damage is drawn and recorded |
//! | files | `file` | CSV, TXT, DBF, XLSX, Parquet, `city.toml` |
//! | truth | `truth` | whose each row is, what holds of each person, every finding, by the contract's words |
//!
//! The truth shares no code with the comparison that it scores.

mod city;
mod error;
mod file;
mod make;
mod random;
mod rates;
mod row;
mod truth;
mod work;

use std::path::PathBuf;

pub use error::SynthError;
pub use make::make;
pub use rates::{Damage, Rates};

/// What to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Registered people; some more live or work in the city without being registered.
    pub persons: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// The folder of the city; of months, of their folders `YYYY-MM`.
    pub out: PathBuf,
    /// A city a month: people die, are born, move, change schemes, and stay who they are.
    pub months: Option<u32>,
}

/// What was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Cities: the months, or one.
    pub cities: u32,
    /// People, registered or not (of the last month).
    pub persons: u64,
    /// Data rows of person sources (of all months).
    pub rows: u64,
    /// Employers.
    pub units: u64,
    /// Findings by kind (of the last month).
    pub findings: Vec<(&'static str, u64)>,
    /// The extracts' files of people, as they were written aside.
    pub files: Vec<PathBuf>,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// This many people are invented, or live on for a month.
    People {
        /// How many.
        persons: u64,
    },
    /// This many rows of a city will be written.
    Rows {
        /// How many.
        rows: u64,
    },
    /// This many more rows were written.
    Written {
        /// How many.
        rows: u64,
    },
}
