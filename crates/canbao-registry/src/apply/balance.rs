//! What an apply comes to, in people.

use serde::{Deserialize, Serialize};

/// The balance of an apply, in people: each of the run and of the registry is in one of the first four.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Not known before.
    pub new: u64,
    /// Known, and something of theirs changed.
    pub changed: u64,
    /// Known before, and in no extract any more.
    pub ended: u64,
    /// Known, and nothing changed.
    pub untouched: u64,
    /// Of these: an extract contradicts what a hand confirmed, and somebody must decide.
    pub contested: u64,
    /// Rows of people, numbers, enrolments, findings and employers that were written.
    pub rows_written: u64,
}
