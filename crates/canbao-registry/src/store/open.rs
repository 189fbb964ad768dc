//! Opening a database by its URL.

use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::time::Duration;

use futures::future::BoxFuture;
use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Backend, Store};
use crate::RegistryError;

/// Connections that read at the same time.
const READERS: u32 = 8;
/// After so long a connection may be gone without a word: the server was started again, a firewall forgot it.
const RESTED: Duration = Duration::from_secs(1);
/// How long a statement waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(60);

impl Store {
    /// Opens `sqlite:///path/to/file.db` or `postgresql://user@host/name`. A SQLite file is made only where `create` is set.
    ///
    /// # Errors
    /// Where the URL is none of these, or the database does not answer.
    pub fn open(url: &str, create: bool) -> BoxFuture<'_, Result<Self, RegistryError>> {
        Box::pin(async move {
            if let Some(path) = url.strip_prefix("sqlite://") {
                return sqlite(Path::new(path), create).await;
            }
            if url.starts_with("postgresql://") || url.starts_with("postgres://") {
                let options = PgConnectOptions::from_str(url).map_err(|_| RegistryError::Url(without_secret(url)))?;
                return postgres(options).await;
            }
            Err(RegistryError::Url(without_secret(url)))
        })
    }
}

/// Opens a database of a server.
pub(crate) async fn postgres(options: PgConnectOptions) -> Result<Store, RegistryError> {
    let pool = PgPoolOptions::new()
        .max_connections(READERS + 4)
        .acquire_timeout(PATIENCE)
        // whether it still answers is asked of a connection that rested, not before each question
        .test_before_acquire(false)
        .before_acquire(|connection, about| {
            Box::pin(async move { Ok(about.idle_for < RESTED || connection.ping().await.is_ok()) })
        })
        .connect_with(options.application_name("canbao"))
        .await
        .map_err(RegistryError::database("连接"))?;
    Ok(Store { backend: Backend::Postgres(pool), mark: None, seen: None })
}

async fn sqlite(path: &Path, create: bool) -> Result<Store, RegistryError> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Err(RegistryError::Url(format!("sqlite://{}", path.display())));
    }
    if !create && !path.is_file() {
        return Err(RegistryError::Schema { found: 0, needed: super::migrate::VERSION });
    }
    let options = |path: &Path| {
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            // an acknowledged write is on the disk
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE)
            .page_size(8192)
            .statement_cache_capacity(200)
            .row_buffer_size(512)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "MEMORY")
            .pragma("journal_size_limit", "67108864")
    };
    let pool = |connections: u32| SqlitePoolOptions::new().max_connections(connections).acquire_timeout(PATIENCE);
    let failed = || RegistryError::database("打开");
    // an index of millions of rows is sorted in parts and on both cores, which the whole in memory is not
    let writing = options(path).pragma("temp_store", "FILE").pragma("threads", "2");
    let write = pool(1).connect_with(writing).await.map_err(failed())?;
    let looks = pool(1).connect_with(options(&looks_path(path))).await.map_err(failed())?;
    let reading = options(path).create_if_missing(false).pragma("query_only", "ON");
    let read = pool(READERS).connect_with(reading).await.map_err(failed())?;
    Ok(Store { backend: Backend::Sqlite { write, read, looks, path: path.to_owned() }, mark: None, seen: None })
}

/// The file of the looks beside the file of the records: `registry.db` → `registry.looks.db`.
pub(crate) fn looks_path(path: &Path) -> PathBuf {
    path.with_extension("looks.db")
}

/// A URL without its password.
pub(super) fn without_secret(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if end > start => {
            let (scheme, rest) = (url.get(..start + 3).unwrap_or_default(), url.get(end..).unwrap_or_default());
            format!("{scheme}…{rest}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_told() {
        assert_eq!(without_secret("mysql://root:secret@host/db"), "mysql://…@host/db");
        assert_eq!(without_secret("registry.db"), "registry.db");
    }

    #[test]
    fn the_looks_stand_beside_the_records() {
        assert_eq!(looks_path(Path::new("/a/registry.db")), Path::new("/a/registry.looks.db"));
    }
}
