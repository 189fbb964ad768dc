//! Changes that are done once however often they are asked for (幂等).
//!
//! A program names its request. The name stands beside the change's audit entry, written in the change's own transaction:
//! killed at any moment, either both are there or neither is. What is answered follows from the audit entry alone, so it is
//! the same however often it is asked for, and holds nothing personal.

use std::sync::Arc;

use crate::RegistryError;
use crate::audit::Done;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// How long a name is kept: a day, in milliseconds.
const KEPT: i64 = 24 * 3600 * 1000;

const NAME: &str = "canbao registry name of a request 1";
const ASKED: &str = "canbao registry content of a request 1";

/// A request under the name that a program gave it.
#[derive(Clone, Copy)]
pub struct Once<'a> {
    /// The account in whose name it is made.
    pub account: i64,
    /// The name.
    pub name: &'a str,
    /// All that is asked. Personal; only its keyed hash is kept.
    pub asked: &'a [u8],
}

/// A request as it is written down.
#[derive(Debug)]
pub(crate) struct Mark {
    account: i64,
    hash: Vec<u8>,
    digest: Vec<u8>,
    now: i64,
}

impl Mark {
    /// Whether it was done already, by its row.
    fn known(&self, row: Option<&Row>) -> Result<bool, RegistryError> {
        match row {
            Some(row) if row.bytes(0) == self.digest => Ok(true),
            Some(_) => Err(RegistryError::NameUsed),
            None => Ok(false),
        }
    }

    /// At the beginning of the change's transaction: refuses where it was done while this one waited for its turn.
    pub(crate) async fn begin(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        transaction.execute("DELETE FROM receipt WHERE made_at <= $1", values![self.now - KEPT]).await?;
        let sql = "SELECT digest FROM receipt WHERE account = $1 AND hash = $2";
        let row = transaction.first(sql, values![self.account, self.hash.clone()]).await?;
        if self.known(row.as_ref())? { Err(RegistryError::DoneAlready) } else { Ok(()) }
    }

    /// With the change's audit entry.
    pub(crate) async fn put(&self, transaction: &mut Transaction, seq: i64) -> Result<(), RegistryError> {
        let sql = "INSERT INTO receipt (account, hash, digest, seq, made_at) VALUES ($1, $2, $3, $4, $5)";
        let row = values![self.account, self.hash.clone(), self.digest.clone(), seq, self.now];
        transaction.execute(sql, row).await.map(drop)
    }
}

impl Registry {
    fn mark(&self, once: Once<'_>) -> Mark {
        let hash = |context, bytes: &[u8]| self.key.derived(context, bytes).to_vec();
        let (name, asked) = (hash(NAME, once.name.as_bytes()), hash(ASKED, once.asked));
        Mark { account: once.account, hash: name, digest: asked, now: self.door.now() }
    }

    /// The same registry for one change, which is done once under a name: its transaction is refused with
    /// [`RegistryError::DoneAlready`] where it was done, and writes the name beside its audit entry. For changes of one
    /// transaction.
    #[must_use]
    pub fn once(&self, once: Once<'_>) -> Self {
        let mut registry = self.clone();
        registry.store.mark = Some(Arc::new(self.mark(once)));
        registry
    }

    /// The audit entry of what was done under a name in the last 24 hours; none where nothing was.
    ///
    /// # Errors
    /// [`RegistryError::NameUsed`] where something else was asked for under it; where the database does not answer.
    pub async fn receipt(&self, once: Once<'_>) -> Result<Option<Done>, RegistryError> {
        let mark = self.mark(once);
        let sql = "SELECT r.digest, a.seq, a.at, a.actor, a.action, a.subject, a.revision FROM receipt r \
                   JOIN audit a ON a.seq = r.seq WHERE r.account = $1 AND r.hash = $2 AND r.made_at > $3";
        let values = values![mark.account, mark.hash.clone(), mark.now - KEPT];
        let row = self.store.statements().await?.first(sql, values).await?;
        if !mark.known(row.as_ref())? {
            return Ok(None);
        }
        Ok(row.map(|row| Done {
            seq: row.int(1),
            at: row.int(2),
            actor: row.text(3).to_owned(),
            action: row.text(4).to_owned(),
            subject: row.text(5).to_owned(),
            revision: row.maybe_int(6),
        }))
    }
}
