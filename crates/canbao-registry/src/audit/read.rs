//! Reading what was done and who looked: a page at a time, the newest first.

use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, values};

/// Entries on a page, at most.
const MOST: i64 = 500;

/// An entry of the audit, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Its place in the chain.
    pub seq: i64,
    /// When, milliseconds since 1970 (UTC).
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What.
    pub action: String,
    /// At what; nothing personal.
    pub subject: String,
    /// The revision that it made.
    pub revision: Option<i64>,
}

/// A look at personal records, as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// Its place in the chain.
    pub seq: i64,
    /// When, milliseconds since 1970 (UTC).
    pub at: i64,
    /// Who.
    pub actor: String,
    /// What for.
    pub purpose: String,
    /// At whom, by the registry's identifiers, or at which list.
    pub subject: String,
    /// How many people were shown.
    pub persons: i64,
}

impl Registry {
    /// Entries of the audit before one, the newest first; of one actor, where one is named.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn audit_page(
        &self,
        before: Option<i64>,
        actor: Option<&str>,
        most: i64,
    ) -> Result<Vec<Done>, RegistryError> {
        let sql = "SELECT seq, at, actor, action, subject, revision FROM audit \
                   WHERE seq < $1 AND ($2 = '' OR actor = $2) ORDER BY seq DESC LIMIT $3";
        let values = values![before.unwrap_or(i64::MAX), actor.unwrap_or_default(), most.clamp(1, MOST)];
        let rows = self.store.statements().await?.all(sql, values).await?;
        Ok(rows
            .iter()
            .map(|row| Done {
                seq: row.int(0),
                at: row.int(1),
                actor: row.text(2).to_owned(),
                action: row.text(3).to_owned(),
                subject: row.text(4).to_owned(),
                revision: row.maybe_int(5),
            })
            .collect())
    }

    /// Looks before one, the newest first; of one actor, where one is named.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn looks_page(
        &self,
        before: Option<i64>,
        actor: Option<&str>,
        most: i64,
    ) -> Result<Vec<Looked>, RegistryError> {
        let sql = "SELECT seq, at, actor, purpose, subject, persons FROM look \
                   WHERE seq < $1 AND ($2 = '' OR actor = $2) ORDER BY seq DESC LIMIT $3";
        let values = values![before.unwrap_or(i64::MAX), actor.unwrap_or_default(), most.clamp(1, MOST)];
        Ok(self.store.looks_statements().await?.all(sql, values).await?.iter().map(looked).collect())
    }

    /// Who looked at one person alone, the newest first, and how many such looks there are.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn looks_at(&self, person: i64, most: i64) -> Result<(Vec<Looked>, i64), RegistryError> {
        let subject = person.to_string();
        let mut statements = self.store.looks_statements().await?;
        let sql = "SELECT seq, at, actor, purpose, subject, persons FROM look WHERE subject = $1 \
                   ORDER BY seq DESC LIMIT $2";
        let looks = statements.all(sql, values![subject.as_str(), most.clamp(1, MOST)]).await?;
        let all = statements.int("SELECT COUNT(*) FROM look WHERE subject = $1", values![subject]).await?;
        Ok((looks.iter().map(looked).collect(), all))
    }
}

fn looked(row: &Row) -> Looked {
    Looked {
        seq: row.int(0),
        at: row.int(1),
        actor: row.text(2).to_owned(),
        purpose: row.text(3).to_owned(),
        subject: row.text(4).to_owned(),
        persons: row.int(5),
    }
}
