//! Answered batches, for as long as their session may take them out.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use canbao_registry::query::Verdict;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::fault::Fault;
use crate::http::download::Passing;
use crate::page::kept::key;
use crate::right::visitor::Visitor;
use crate::sheet::Form;

/// How long an answer can be taken out.
pub(crate) const KEPT: Duration = Duration::from_secs(3600);
/// Batches at work at the same time: each holds its list in memory.
const AT_ONCE: usize = 2;
/// Batches that are kept, at most; the oldest go first.
const MOST: usize = 100;

/// What was answered. Nothing in it shows anybody's data: that stands in the files.
#[derive(Debug)]
pub(super) struct Batch {
    /// What its sender calls the list.
    pub(super) name: String,
    /// What for.
    pub(super) purpose: String,
    /// When, milliseconds since 1970 (UTC).
    pub(super) at: i64,
    /// The day that the record stood for.
    pub(super) as_of: String,
    /// Rows of the list.
    pub(super) rows: i64,
    /// Rows by their answer.
    pub(super) verdicts: Vec<(Verdict, i64)>,
    /// Rows that could not be read.
    pub(super) unreadable: i64,
    /// Some of these: where, and why.
    pub(super) bad: Vec<(String, String)>,
    /// The headers that were taken for the number and the name.
    pub(super) headers: [String; 2],
    pub(super) csv: Arc<Passing>,
    pub(super) xlsx: Arc<Passing>,
}

impl Batch {
    pub(super) fn file(&self, form: Form) -> Arc<Passing> {
        match form {
            Form::Csv => Arc::clone(&self.csv),
            Form::Xlsx => Arc::clone(&self.xlsx),
        }
    }
}

struct Held {
    /// Whose it is: what follows from their session's token.
    owner: blake3::Hash,
    since: Instant,
    batch: Arc<Batch>,
}

/// All that are kept.
pub(crate) struct Batches {
    by_key: Mutex<HashMap<String, Held>>,
    working: Semaphore,
}

impl Default for Batches {
    fn default() -> Self {
        Self { by_key: Mutex::default(), working: Semaphore::new(AT_ONCE) }
    }
}

fn owner(visitor: &Visitor) -> blake3::Hash {
    blake3::hash(visitor.session.csrf.as_bytes())
}

impl Batches {
    /// Waits until one may work.
    pub(super) async fn turn(&self) -> Result<SemaphorePermit<'_>, Fault> {
        self.working.acquire().await.map_err(|_| Fault::Broken)
    }

    /// Keeps an answer for its session, under a key that cannot be guessed; it is gone after an hour, whoever comes or not.
    pub(super) fn keep(self: &Arc<Self>, visitor: &Visitor, batch: Batch) -> Result<String, Fault> {
        let key = key()?;
        let held = Held { owner: owner(visitor), since: Instant::now(), batch: Arc::new(batch) };
        let mut by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        by_key.insert(key.clone(), held);
        while by_key.len() > MOST {
            let oldest = by_key.iter().min_by_key(|(_, held)| held.since).map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { break };
            by_key.remove(&oldest);
        }
        drop(by_key);
        let (all, forgotten) = (Arc::downgrade(self), key.clone());
        tokio::spawn(async move {
            tokio::time::sleep(KEPT).await;
            if let Some(all) = all.upgrade() {
                all.by_key.lock().unwrap_or_else(PoisonError::into_inner).remove(&forgotten);
            }
        });
        Ok(key)
    }

    /// An answer of this very session.
    pub(super) fn of(&self, visitor: &Visitor, key: &str) -> Result<Arc<Batch>, Fault> {
        let by_key = self.by_key.lock().unwrap_or_else(PoisonError::into_inner);
        let own = by_key.get(key).filter(|held| held.owner == owner(visitor) && held.since.elapsed() < KEPT);
        own.map(|held| Arc::clone(&held.batch)).ok_or(Fault::Gone)
    }

    /// What a session had goes with it.
    pub(crate) fn end(&self, visitor: &Visitor) {
        let owner = owner(visitor);
        self.by_key.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, held| held.owner != owner);
    }
}

impl fmt::Debug for Batches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.by_key.lock().unwrap_or_else(PoisonError::into_inner).len();
        f.debug_struct("Batches").field("kept", &kept).finish_non_exhaustive()
    }
}
