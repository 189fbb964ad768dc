//! The relational store: SQLite, or PostgreSQL where the URL says so.
//!
//! Both are spoken to with one SQL text, `$1` for its values: 64-bit integers, texts and bytes. What differs stands in
//! [`dialect`] alone. Writers take turns in both (SQLite has one writer; in PostgreSQL they take one lock), so a change,
//! its history and its audit entry have one order. Readers never wait for a writer, nor a writer for them.

pub(crate) mod dialect;
mod lookup;
mod migrate;
mod open;
mod transaction;
mod value;

use std::sync::Arc;

use sqlx::{PgPool, SqlitePool};

pub use transaction::Transaction;
pub use value::{Row, Value};

pub(crate) use lookup::{Fields, Lookup};
pub(crate) use migrate::{INDEXES, VERSION, tables};
pub(crate) use open::{looks_path, postgres};
pub(crate) use transaction::list;
pub(crate) use value::values;

use crate::RegistryError;
use crate::receipt::Mark;
use crate::version::Seen;

/// A database, open. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    backend: Backend,
    /// Under which name the next change is done once.
    pub(crate) mark: Option<Arc<Mark>>,
    /// Of what the next change must find the version that was looked at.
    pub(crate) seen: Option<Arc<Seen>>,
}

#[derive(Clone, Debug)]
enum Backend {
    /// One connection that writes, several that read.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
        looks: SqlitePool,
        path: std::path::PathBuf,
    },
    Postgres(PgPool),
}

impl Store {
    /// A transaction that reads one state of the database, whatever is written meanwhile.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn read(&self) -> Result<Transaction, RegistryError> {
        Ok(match &self.backend {
            Backend::Sqlite { read, .. } => Transaction::sqlite(read, dialect::SQLITE_READ).await?,
            Backend::Postgres(pool) => Transaction::postgres(pool, dialect::POSTGRES_READ).await?,
        })
    }

    /// Reads what no longer changes, each statement by itself: what a revision shows is the same for ever, so whoever knows
    /// their revision needs no transaction, nor the way to the server for its beginning and its end.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub(crate) async fn statements(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { read, .. } => Transaction::sqlite_statements(read).await,
            Backend::Postgres(pool) => Transaction::postgres_statements(pool).await,
        }
    }

    /// A transaction that writes; it waits for its turn. Dropped without [`Transaction::commit`], it leaves nothing.
    ///
    /// # Errors
    /// Where the database does not answer, or cannot be written.
    pub async fn write(&self) -> Result<Transaction, RegistryError> {
        let mut transaction = match &self.backend {
            Backend::Sqlite { write, .. } => Transaction::sqlite(write, dialect::SQLITE_WRITE).await?,
            Backend::Postgres(pool) => {
                let mut transaction = Transaction::postgres(pool, dialect::POSTGRES_WRITE).await?;
                transaction.execute(dialect::POSTGRES_TURN, &[]).await?;
                transaction
            }
        };
        if let Some(mark) = &self.mark {
            mark.begin(&mut transaction).await?;
            transaction.mark = Some(Arc::clone(mark));
        }
        if let Some(seen) = &self.seen {
            transaction.is_stale = seen.is_past(&mut transaction).await?;
        }
        Ok(transaction)
    }

    /// A transaction that writes rows which nobody reads yet, and so need not wait for its turn where the store can do
    /// without (PostgreSQL).
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(crate) async fn stage(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { .. } => self.write().await,
            Backend::Postgres(pool) => Transaction::postgres(pool, dialect::POSTGRES_WRITE).await,
        }
    }

    /// A transaction that changes the structure: makes and removes tables, or indexes of tables that somebody reads. In
    /// PostgreSQL one who waits to take a table away stands before all who come after to read it. `pg_dump` would wait
    /// for us and we for the backup that it belongs to, and every page with it; so we wait before a lock that only
    /// backups hold ([`Store::keep_structure`]), with nothing else in hand.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(crate) async fn restructure(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { .. } => self.write().await,
            Backend::Postgres(pool) => {
                let mut transaction = Transaction::postgres(pool, dialect::POSTGRES_WRITE).await?;
                transaction.execute(dialect::POSTGRES_STRUCTURE, &[]).await?;
                transaction.execute(dialect::POSTGRES_TURN, &[]).await?;
                Ok(transaction)
            }
        }
    }

    /// As long as this transaction lives, the structure stays. Begun before the one that reads: what that one sees of
    /// the structure is its first moment's, and `pg_dump` asks for more than it sees.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(crate) async fn keep_structure(&self) -> Result<Transaction, RegistryError> {
        let mut transaction = self.stage().await?;
        if self.is_postgres() {
            transaction.execute(dialect::POSTGRES_STRUCTURE_KEPT, &[]).await?;
        }
        Ok(transaction)
    }

    /// A transaction on the chain of looks, which in SQLite stands in a file of its own: reading never waits for writing.
    /// It sees one state of the chain.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn looks(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { looks, .. } => Transaction::sqlite(looks, dialect::SQLITE_READ).await,
            Backend::Postgres(pool) => Transaction::postgres(pool, dialect::POSTGRES_READ).await,
        }
    }

    /// A transaction that changes the structure of the chain of looks.
    async fn looks_restructure(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { looks, .. } => Transaction::sqlite(looks, dialect::SQLITE_WRITE).await,
            Backend::Postgres(_) => self.restructure().await,
        }
    }

    /// Statements on the chain of looks, each by itself.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub(crate) async fn looks_statements(&self) -> Result<Transaction, RegistryError> {
        match &self.backend {
            Backend::Sqlite { looks, .. } => Transaction::sqlite_statements(looks).await,
            Backend::Postgres(pool) => Transaction::postgres_statements(pool).await,
        }
    }

    /// Whether it is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// The SQLite file, where it is one.
    pub fn path(&self) -> Option<&std::path::Path> {
        match &self.backend {
            Backend::Sqlite { path, .. } => Some(path),
            Backend::Postgres(_) => None,
        }
    }

    /// Lets all connections go.
    pub async fn close(&self) {
        match &self.backend {
            Backend::Sqlite { write, read, looks, .. } => {
                read.close().await;
                looks.close().await;
                write.close().await;
            }
            Backend::Postgres(pool) => pool.close().await,
        }
    }
}
