//! What is told of the server while it runs: a line a request for the log, figures for a monitoring system.
//!
//! Neither holds an address as it was asked for, nor a name, a number or a login: routes by their template, accounts by
//! the registry's identifier. Each request has an identifier of its own, which stands in the log, on the answer
//! (`x-request-id`) and on a page that says what went wrong, so that somebody can read it out over the telephone.

pub(crate) mod layer;
mod log;
mod metrics;

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use canbao_registry::RegistryError;

pub use log::{Field, Format, Level, Log};
pub use metrics::{Login, Metrics};

/// The log and the figures of a server.
#[derive(Debug, Default)]
pub struct Watch {
    /// Where lines go; nowhere unless told.
    pub log: Log,
    /// What is counted.
    pub metrics: Metrics,
}

tokio::task_local! {
    static ASKED: Arc<Asked>;
}

/// The request that a task is at work on.
#[derive(Debug)]
struct Asked {
    id: String,
    /// The registry's identifier of who asks; 0 where nobody is logged in.
    account: AtomicI64,
    trouble: Mutex<Option<Trouble>>,
}

/// What went wrong.
#[derive(Debug)]
struct Trouble {
    told: String,
    is_database: bool,
}

/// Letters and digits that nobody takes for one another.
const ALPHABET: &[u8; 32] = b"23456789abcdefghjkmnpqrstuvwxyz-";

impl Asked {
    fn new() -> Self {
        let mut random = [0; 8];
        // without randomness they are alike; nothing but the log's order is lost
        let _ = getrandom::fill(&mut random);
        let letter = |byte: &u8| char::from(*ALPHABET.get(usize::from(*byte) % 31).unwrap_or(&b'2'));
        let letters: Vec<char> = random.iter().map(letter).collect();
        let (one, other) = letters.split_at(4);
        let id = format!("{}-{}", one.iter().collect::<String>(), other.iter().collect::<String>());
        Self { id, account: AtomicI64::new(0), trouble: Mutex::new(None) }
    }
}

/// What the request at hand is called; blank where there is none.
pub(crate) fn request() -> String {
    ASKED.try_with(|asked| asked.id.clone()).unwrap_or_default()
}

/// Says who asks.
pub(crate) fn asked_by(account: i64) {
    let _ = ASKED.try_with(|asked| asked.account.store(account, Ordering::Relaxed));
}

/// Says what went wrong, for the log.
pub(crate) fn trouble(error: &RegistryError) {
    let is_database = matches!(error, RegistryError::Database { .. });
    let _ = ASKED.try_with(|asked| {
        let trouble = Trouble { told: error.chain(), is_database };
        *asked.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some(trouble);
    });
}
