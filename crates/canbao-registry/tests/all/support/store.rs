//! A registry of its own for each test, in each store.

use std::sync::atomic::{AtomicU32, Ordering};

use canbao_registry::{Address, Registry};
use tempfile::TempDir;

/// A registry in a folder of its own; gone with the value.
pub(crate) struct Fresh {
    pub(crate) registry: Registry,
    pub(crate) address: Address,
    pub(crate) folder: TempDir,
}

/// A new registry in SQLite.
pub(crate) async fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("registry.db").display());
    open(Address { url, key_file: None }, folder).await
}

/// A new registry in a database of its own on the server, where there is one.
pub(crate) async fn postgres() -> Option<Fresh> {
    let url = empty_database().await?;
    let folder = tempfile::tempdir().unwrap();
    let key_file = Some(folder.path().join("registry.key"));
    Some(open(Address { url, key_file }, folder).await)
}

/// A database with nothing in it, on the server, where there is one.
pub(crate) async fn empty_database() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("CANBAO_TEST_POSTGRES").ok().filter(|server| server.starts_with("postgresql"))?;
    let name = format!("t{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.unwrap();
    pool.close().await;
    Some(format!("{server}/{name}"))
}

async fn open(address: Address, folder: TempDir) -> Fresh {
    let migrated = Registry::migrate(&address).await.unwrap();
    assert!(migrated.steps > 0 && migrated.key_made.is_some());
    let registry = Registry::open(&address).await.unwrap();
    Fresh { registry, address, folder }
}

/// A test on both stores: `both!(name, |fresh| async { … })`.
macro_rules! both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let test = $test;
                test(crate::support::store::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                if let Some(fresh) = crate::support::store::postgres().await {
                    let test = $test;
                    test(fresh).await;
                }
            }
        }
    };
}

pub(crate) use both;
