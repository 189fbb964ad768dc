//! The audit (审计): append-only, each entry chained to the one before by hash.

mod kept;
mod look;
mod read;
mod resum;
mod verify;

pub use look::Look;
pub(crate) use look::Looks;
pub use read::{Done, Looked};
pub use verify::{Verified, verify};
pub(crate) use verify::{hex, verify_looks, verify_record};

use crate::RegistryError;
use crate::clock::now_ms;
use crate::store::{Transaction, Value, values};

/// What is put on the audit. Nothing in it is personal: people stand by the registry's identifiers.
#[derive(Clone, Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) actor: &'a str,
    pub(crate) action: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) revision: Option<i64>,
    /// Over what was written.
    pub(crate) digest: &'a [u8],
}

/// The hash of an entry: all its columns, and the hash before.
#[expect(clippy::too_many_arguments, reason = "the columns of the table, in order")]
pub(crate) fn chain(
    before: &[u8],
    seq: i64,
    at: i64,
    actor: &str,
    action: &str,
    subject: &str,
    number: i64,
    digest: &[u8],
) -> Vec<u8> {
    let mut hasher = blake3::Hasher::new();
    for part in [before, &seq.to_le_bytes(), &at.to_le_bytes(), actor.as_bytes(), action.as_bytes(), subject.as_bytes()]
        .into_iter()
        .chain([number.to_le_bytes().as_slice(), digest])
    {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().as_bytes().to_vec()
}

/// Appends an entry, in the transaction of the change that it tells of; writers take turns, so the chain has one order.
pub(crate) async fn append(transaction: &mut Transaction, entry: Entry<'_>) -> Result<i64, RegistryError> {
    if transaction.is_stale {
        return Err(RegistryError::Stale);
    }
    let last = transaction.first("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", &[]).await?;
    let (seq, before) = last.map_or((1, Vec::new()), |row| (row.int(0) + 1, row.bytes(1).to_vec()));
    let at = now_ms();
    let Entry { actor, action, subject, revision, digest } = entry;
    let hash = chain(&before, seq, at, actor, action, subject, revision.unwrap_or_default(), digest);
    let sql = "INSERT INTO audit (seq, at, actor, action, subject, revision, digest, hash) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let digest = Value::from(digest.to_vec());
    let mut row = values![seq, at, actor, action, subject, revision].to_vec();
    row.extend([digest, hash.into()]);
    transaction.execute(sql, &row).await?;
    if let Some(mark) = transaction.mark.take() {
        mark.put(transaction, seq).await?;
    }
    Ok(seq)
}
