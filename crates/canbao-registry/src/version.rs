//! Versions of what can be changed (版本). Whoever changes something says which version they looked at; where it is another
//! by then, nothing is changed. The look and the change are one transaction, so of two who changed the same, one is told.

use std::sync::Arc;

use crate::RegistryError;
use crate::person::{people, visible};
use crate::private::Key;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

const CONTEXT: &str = "canbao registry version of a record 1";

/// Something that can be changed, and of which there are versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versioned {
    /// A person's record.
    Person(i64),
    /// A request for a change, with the record that it is about.
    Change(i64),
    /// What was made of a finding.
    Finding(i64),
    /// The same, by something that was made of it.
    Handling(i64),
    /// A delivery with its files.
    Delivery(i64),
    /// A job, but for how far it is.
    Job(i64),
    /// A request to take a list along.
    Export(i64),
    /// An account, but for when it was used.
    Account(String),
}

/// Which versions somebody looked at.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    key: Arc<Key>,
    of: Versioned,
    versions: Vec<String>,
}

impl Seen {
    /// Whether it is another version by now. What is not there has none: whoever wants to change it is told so.
    pub(crate) async fn is_past(&self, transaction: &mut Transaction) -> Result<bool, RegistryError> {
        let now = version(transaction, &self.key, &self.of).await?;
        Ok(now.is_some_and(|now| !self.versions.contains(&now)))
    }
}

impl Registry {
    /// The version of something, a short word; none where it is not there. Asked for before what it is the version of is
    /// read, it is never newer than that.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn version(&self, of: &Versioned) -> Result<Option<String>, RegistryError> {
        version(&mut self.store.statements().await?, &self.key, of).await
    }

    /// The same registry for one change of something of which one of these versions was looked at: it is refused with
    /// [`RegistryError::Stale`] where it is another, and would else be done.
    #[must_use]
    pub fn having_seen(&self, of: Versioned, versions: Vec<String>) -> Self {
        let mut registry = self.clone();
        registry.store.seen = Some(Arc::new(Seen { key: Arc::clone(&self.key), of, versions }));
        registry
    }
}

async fn version(transaction: &mut Transaction, key: &Key, of: &Versioned) -> Result<Option<String>, RegistryError> {
    let (sql, value): (&'static str, Value) = match of {
        Versioned::Person(id) => return Ok(revision(transaction, *id).await?.map(|revision| revision.to_string())),
        Versioned::Change(id) => {
            let sql = "SELECT r.state, r.checker, r.reason, r.revision, u.id, u.state FROM change_request r \
                       LEFT JOIN undo_request u ON u.request = r.id WHERE r.id = $1 ORDER BY u.id";
            let mut rows = transaction.all(sql, values![*id]).await?;
            let person = transaction.int("SELECT person FROM change_request WHERE id = $1", values![*id]).await?;
            if let Some(revision) = revision(transaction, person).await? {
                rows.push(Row::of(values![revision]));
            }
            return Ok(digest(key, &rows));
        }
        Versioned::Finding(id) => return made_of(transaction, key, *id).await,
        Versioned::Handling(id) => {
            let finding = transaction.int("SELECT finding FROM handling WHERE id = $1", values![*id]).await?;
            return made_of(transaction, key, finding).await;
        }
        Versioned::Delivery(id) => (
            "SELECT d.state, d.as_of, d.note, d.settings, d.checked, d.used_by, f.id FROM delivery d \
             LEFT JOIN delivery_file f ON f.delivery = d.id WHERE d.id = $1 ORDER BY f.id",
            (*id).into(),
        ),
        Versioned::Job(id) => (
            "SELECT j.state, j.decided_by, j.ended_at, o.id, o.state FROM job j LEFT JOIN job o ON o.of_job = j.id \
             WHERE j.id = $1 ORDER BY o.id",
            (*id).into(),
        ),
        Versioned::Export(id) => {
            ("SELECT state, checker, answer, until FROM export_request WHERE id = $1", (*id).into())
        }
        Versioned::Account(login) => (
            "SELECT name, role, area, department, sources, password, must_change, second_factor, disabled FROM account \
             WHERE login = $1",
            login.as_str().into(),
        ),
    };
    let rows = transaction.all(sql, &[value]).await?;
    Ok(digest(key, &rows))
}

/// The revision of a person's record.
async fn revision(transaction: &mut Transaction, person: i64) -> Result<Option<i64>, RegistryError> {
    let now = visible(transaction).await?;
    Ok(people(transaction, &[person], now).await?.first().map(|whole| whole.revision))
}

async fn made_of(transaction: &mut Transaction, key: &Key, finding: i64) -> Result<Option<String>, RegistryError> {
    let sql = "SELECT f.id, h.id, h.answer, h.ended FROM finding f LEFT JOIN handling h ON h.finding = f.id \
               WHERE f.id = $1 ORDER BY h.id";
    Ok(digest(key, &transaction.all(sql, values![finding]).await?))
}

/// Rows in a word of 16 hexadecimal digits; none of no rows. Keyed: what stands in a note cannot be guessed by it.
fn digest(key: &Key, rows: &[Row]) -> Option<String> {
    let mut bytes = Vec::new();
    let mut put = |value: Option<&[u8]>| {
        bytes.push(u8::from(value.is_some()));
        let value = value.unwrap_or_default();
        bytes.extend_from_slice(&(value.len() as u64).to_le_bytes());
        bytes.extend_from_slice(value);
    };
    for value in rows.iter().flat_map(Row::values) {
        match value {
            Value::Int(value) => put(value.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice)),
            Value::Text(value) => put(value.as_deref().map(str::as_bytes)),
            Value::Bytes(value) => put(value.as_deref()),
        }
    }
    if rows.is_empty() {
        return None;
    }
    let digest = key.derived(CONTEXT, &bytes);
    Some(digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect())
}
