//! A registry of its own for each test, in each store.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use canbao_registry::{Address, Registry};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// A registry in a folder of its own; gone with the value.
pub(crate) struct Fresh {
    pub(crate) registry: Registry,
    pub(crate) address: Address,
    pub(crate) folder: Arc<TempDir>,
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
    Fresh { registry, address, folder: Arc::new(folder) }
}

/// What a test does with a new registry.
pub(crate) type Test = fn(Fresh) -> Pin<Box<dyn Future<Output = ()>>>;

pub(crate) fn on_sqlite(test: Test) {
    runtime().block_on(async move {
        let fresh = sqlite().await;
        // a test that names the registry alone takes no more than that along: its folder would be gone before it ends
        let _held = Arc::clone(&fresh.folder);
        test(fresh).await;
    });
}

pub(crate) fn on_postgres(test: Test) {
    runtime().block_on(async move {
        if let Some(fresh) = postgres().await {
            let _held = Arc::clone(&fresh.folder);
            test(fresh).await;
        }
    });
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A test on both stores: `both!(name, |fresh| async { … })`. Each is compiled once, and what runs it once for all of them.
macro_rules! both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            fn test(fresh: Fresh) -> std::pin::Pin<Box<dyn Future<Output = ()>>> {
                Box::pin(($test)(fresh))
            }

            #[test]
            fn on_sqlite() {
                crate::support::store::on_sqlite(test);
            }

            #[test]
            fn on_postgres() {
                crate::support::store::on_postgres(test);
            }
        }
    };
}

pub(crate) use both;
