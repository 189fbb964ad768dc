//! What an apply comes to, in people.

use serde::{Deserialize, Serialize};

use crate::RegistryError;
use crate::registry::Registry;

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

/// An apply that the record shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The revision that shows it.
    pub revision: i64,
    /// When it became visible, milliseconds since 1970 (UTC).
    pub at: i64,
    /// The day of the run.
    pub as_of: String,
    /// In people.
    pub balance: Balance,
}

impl Registry {
    /// The last apply that was not undone.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn last_apply(&self) -> Result<Option<Applied>, RegistryError> {
        let sql = "SELECT a.revision, r.at, a.as_of, a.balance FROM apply a JOIN revision r ON r.revision = a.revision \
                   WHERE a.state = 'visible' ORDER BY a.revision DESC LIMIT 1";
        let row = self.store.statements().await?.first(sql, &[]).await?;
        Ok(row.map(|row| Applied {
            revision: row.int(0),
            at: row.int(1),
            as_of: row.text(2).to_owned(),
            balance: serde_json::from_str(row.text(3)).unwrap_or_default(),
        }))
    }
}
