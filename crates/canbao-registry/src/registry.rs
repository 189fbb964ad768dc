//! A registry, open for work.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::RegistryError;
use crate::account::Door;
use crate::area::{Areas, Cache};
use crate::audit::{self, Entry, Looks};
use crate::private::Key;
use crate::store::{Store, Transaction, values};

/// A registry: its database, its key. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    pub(crate) store: Store,
    pub(crate) key: Arc<Key>,
    pub(crate) rules: Arc<crate::ruling::Cache>,
    pub(crate) areas: Arc<Cache>,
    pub(crate) looks: Looks,
    pub(crate) door: Door,
    pub(crate) rosters: Arc<crate::query::Rosters>,
}

/// Where a registry is.
#[derive(Clone, Debug)]
pub struct Address {
    /// `sqlite://…` or `postgresql://…`.
    pub url: String,
    /// The key file; by default beside the SQLite file.
    pub key_file: Option<PathBuf>,
}

impl Address {
    /// Where the key is looked for; `database` is the SQLite file, where it is one.
    pub(crate) fn key_path(&self, database: Option<&Path>) -> PathBuf {
        match (&self.key_file, database) {
            (Some(path), _) => path.clone(),
            (None, Some(database)) => Key::beside(database),
            (None, None) => PathBuf::from("canbao.key"),
        }
    }
}

/// What [`Registry::migrate`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Steps that were made; 0 where nothing was to do.
    pub steps: usize,
    /// The key file, where one was made.
    pub key_made: Option<PathBuf>,
}

impl Registry {
    /// Makes a registry, or brings one to this program's structure; safe to repeat.
    ///
    /// # Errors
    /// Where the database was made by a newer program, has lost its key, or does not answer.
    pub async fn migrate(address: &Address) -> Result<Migrated, RegistryError> {
        let store = Store::open(&address.url, true).await?;
        let steps = store.migrate().await?;
        let path = address.key_path(store.path());
        let mut key_made = None;
        let mut transaction = store.write().await?;
        let known = transaction.first("SELECT key_fingerprint FROM state", &[]).await?;
        match known {
            Some(row) => check_key(&path, row.text(0))?,
            None => {
                let key = if path.exists() {
                    Key::read(&path)?
                } else {
                    key_made = Some(path.clone());
                    Key::make(&path)?
                };
                let registry = Key::random_name()?;
                transaction
                    .execute(
                        "INSERT INTO state (one, visible, next_person, next_row, as_of, key_fingerprint, registry) \
                         VALUES (1, 0, 1, 1, '', $1, $2)",
                        values![key.fingerprint(), registry],
                    )
                    .await?;
            }
        }
        transaction.commit().await?;
        store.close().await;
        Ok(Migrated { steps, key_made })
    }

    /// Opens a registry that `registry migrate` has made.
    ///
    /// # Errors
    /// Where it has another structure or another key, or does not answer.
    pub async fn open(address: &Address) -> Result<Self, RegistryError> {
        let store = Store::open(&address.url, false).await?;
        store.check_version().await?;
        let path = address.key_path(store.path());
        let mut transaction = store.read().await?;
        let known = transaction.first("SELECT key_fingerprint FROM state", &[]).await?;
        drop(transaction);
        let known = known.ok_or(RegistryError::Schema { found: 0, needed: crate::store::VERSION })?;
        check_key(&path, known.text(0))?;
        let key = Arc::new(Key::read(&path)?);
        let looks = Looks::begin(store.clone());
        Ok(Self {
            store,
            key,
            rules: Arc::default(),
            areas: Arc::default(),
            looks,
            door: Door::default(),
            rosters: Arc::default(),
        })
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The day that the record stands for: that of the run applied last; blank before the first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn as_of(&self) -> Result<String, RegistryError> {
        as_of(&mut self.store.statements().await?).await
    }

    /// The revision that readers see: what it shows and counts never changes.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn revision(&self) -> Result<i64, RegistryError> {
        crate::person::visible(&mut self.store.statements().await?).await
    }

    /// The areas as they are today. Cheap: they are read anew only where they changed.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn areas(&self) -> Result<Arc<Areas>, RegistryError> {
        self.areas.get(&mut self.store.statements().await?).await
    }

    /// Marks it as a demonstration: everybody in it is invented. A mark stays, in backups too.
    ///
    /// # Errors
    /// Where the database cannot be written.
    pub async fn mark_demo(&self, by: &str) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let sql = "INSERT INTO mark (name, set_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
        if transaction.execute(sql, values![DEMO, crate::clock::now_ms()]).await? > 0 {
            let entry = Entry { actor: by, action: "mark", subject: DEMO, revision: None, digest: &[] };
            audit::append(&mut transaction, entry).await?;
        }
        transaction.commit().await
    }

    /// Whether it is a demonstration.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn is_demo(&self) -> Result<bool, RegistryError> {
        let mut statements = self.store.statements().await?;
        Ok(statements.int("SELECT COUNT(*) FROM mark WHERE name = $1", values![DEMO]).await? > 0)
    }

    /// Lets all connections go.
    pub async fn close(&self) {
        self.store.close().await;
    }
}

const DEMO: &str = "demo";

fn check_key(path: &Path, fingerprint: &str) -> Result<(), RegistryError> {
    let key = Key::read(path)?;
    if key.fingerprint() == fingerprint { Ok(()) } else { Err(RegistryError::OtherKey(path.to_owned())) }
}

/// The day that the record stands for; blank before the first run.
pub(crate) async fn as_of(transaction: &mut Transaction) -> Result<String, RegistryError> {
    let row = transaction.first("SELECT as_of FROM state", &[]).await?;
    Ok(row.map_or_else(String::new, |row| row.text(0).to_owned()))
}
