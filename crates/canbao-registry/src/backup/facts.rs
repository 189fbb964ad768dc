//! Counts and heads of a registry, as one transaction sees them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::RegistryError;
use crate::audit::hex;
use crate::store::{Store, Transaction, VERSION, tables};

/// What tells one state of a registry from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The database's structure.
    pub schema: i64,
    /// The registry's own name: 32 hexadecimal digits.
    pub registry: String,
    /// Which key its keyed hashes are made with; tells nothing of the key.
    pub key_fingerprint: String,
    /// The visible revision.
    pub revision: i64,
    /// The day that the record stands for; blank before the first apply.
    pub as_of: String,
    /// Where the audit ends.
    pub audit: Head,
    /// Where the looks end.
    pub looks: Head,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

/// The end of a chain; zero and blank where it is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The last entry's number.
    pub seq: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
}

impl Facts {
    /// Those of a registry, as two transactions see it: one on the record, one on the looks.
    pub(super) async fn of_store(store: &Store) -> Result<Self, RegistryError> {
        let mut facts = Self::default();
        let mut transaction = store.read().await?;
        facts.read(&mut transaction, store.is_postgres()).await?;
        drop(transaction);
        if !store.is_postgres() {
            let mut transaction = store.looks().await?;
            facts.read_looks(&mut transaction, false).await?;
            transaction.rollback().await?;
        }
        Ok(facts)
    }

    /// Reads the record, and in PostgreSQL the looks, which stand in the same database.
    pub(super) async fn read(&mut self, transaction: &mut Transaction, postgres: bool) -> Result<(), RegistryError> {
        let nothing = || RegistryError::Schema { found: 0, needed: VERSION };
        let there = tables(transaction, postgres).await?;
        if !["migration", "state", "audit"].iter().all(|table| there.iter().any(|name| name == table)) {
            return Err(nothing());
        }
        self.schema = transaction.int("SELECT COALESCE(MAX(version), 0) FROM migration", &[]).await?;
        if self.schema > VERSION {
            return Err(RegistryError::Newer { found: self.schema, known: VERSION });
        }
        let state = transaction.first("SELECT registry, key_fingerprint, visible, as_of FROM state", &[]).await?;
        let state = state.ok_or_else(nothing)?;
        (self.registry, self.key_fingerprint) = (state.text(0).to_owned(), state.text(1).to_owned());
        (self.revision, self.as_of) = (state.int(2), state.text(3).to_owned());
        self.audit = head(transaction, "audit").await?;
        self.count(transaction, &there).await?;
        if postgres {
            self.looks = head(transaction, "look").await?;
        }
        Ok(())
    }

    /// Reads the looks.
    pub(super) async fn read_looks(
        &mut self,
        transaction: &mut Transaction,
        postgres: bool,
    ) -> Result<(), RegistryError> {
        let there = tables(transaction, postgres).await?;
        self.count(transaction, &there).await?;
        self.looks = head(transaction, "look").await?;
        Ok(())
    }

    async fn count(&mut self, transaction: &mut Transaction, tables: &[String]) -> Result<(), RegistryError> {
        for table in tables {
            let rows = transaction.int(format!("SELECT COUNT(*) FROM {table}"), &[]).await?;
            self.rows.insert(table.clone(), rows.unsigned_abs());
        }
        Ok(())
    }

    /// All rows of all tables.
    pub fn rows_in_all(&self) -> u64 {
        self.rows.values().sum()
    }

    /// What differs from what was `promised`, in Chinese; `None` where nothing does.
    pub(super) fn differs(&self, promised: &Self) -> Option<String> {
        if self == promised {
            return None;
        }
        let tables = promised.rows.keys().chain(self.rows.keys());
        let table = tables.into_iter().find(|table| self.rows.get(*table) != promised.rows.get(*table));
        Some(match table {
            Some(table) => {
                let [found, promised] =
                    [self, promised].map(|facts| facts.rows.get(table).copied().unwrap_or_default());
                format!("表 {table} 应有 {promised} 行，实有 {found} 行")
            }
            None if self.audit != promised.audit => "审计记录的链尾不同".to_owned(),
            None if self.looks != promised.looks => "查询日志的链尾不同".to_owned(),
            None => "版次、日期或登记库编号不同".to_owned(),
        })
    }
}

async fn head(transaction: &mut Transaction, table: &'static str) -> Result<Head, RegistryError> {
    let last = transaction.first(format!("SELECT seq, hash FROM {table} ORDER BY seq DESC LIMIT 1"), &[]).await?;
    Ok(last.map_or_else(Head::default, |row| Head { seq: row.int(0), hash: hex(row.bytes(1)) }))
}

/// Whether a chain has an entry.
pub(super) async fn stands_in(
    transaction: &mut Transaction,
    table: &'static str,
    head: &Head,
) -> Result<bool, RegistryError> {
    if head.seq == 0 {
        return Ok(true);
    }
    let row = transaction.first(format!("SELECT hash FROM {table} WHERE seq = $1"), &[head.seq.into()]).await?;
    Ok(row.is_some_and(|row| hex(row.bytes(0)) == head.hash))
}
