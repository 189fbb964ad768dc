//! Checking what is kept beside the record: the rows that links rest on, and snapshots.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use super::verify::Verified;
use crate::RegistryError;
use crate::apply::Digest;
use crate::store::{Transaction, values};

/// Bytes of a snapshot, at most.
const MOST: u64 = 1 << 30;

/// Makes the digests of what is kept anew and tells where they are not those that the audit holds.
pub(super) async fn verify_kept(transaction: &mut Transaction, found: &mut Verified) -> Result<(), RegistryError> {
    evidence(transaction, found).await?;
    snapshots(transaction, found).await
}

async fn evidence(transaction: &mut Transaction, found: &mut Verified) -> Result<(), RegistryError> {
    let sql = "SELECT revision, seq, digest FROM audit WHERE action = 'apply' ORDER BY seq";
    let mut written: BTreeMap<i64, (i64, Vec<u8>)> = BTreeMap::new();
    for row in transaction.all(sql, &[]).await? {
        // an older program's apply kept none
        if let Some(digest) = Digest::beside(row.bytes(2)) {
            written.insert(row.int(0), (row.int(1), digest.to_vec()));
        }
    }
    let sql = "SELECT DISTINCT revision FROM evidence \
               WHERE revision NOT IN (SELECT revision FROM apply WHERE state = 'staging')";
    let there: BTreeSet<i64> = transaction.all(sql, &[]).await?.iter().map(|row| row.int(0)).collect();
    for revision in there.iter().chain(written.keys()).collect::<BTreeSet<_>>() {
        let Some((seq, digest)) = written.get(revision) else {
            found.faults.push(format!("数据库中有第 {revision} 版更新的关联依据，审计记录里没有"));
            continue;
        };
        let mut hasher = blake3::Hasher::new();
        let sql = "SELECT content FROM evidence WHERE revision = $1 ORDER BY source, first_row";
        transaction
            .each(sql, values![*revision], |row| {
                hasher.update(blake3::hash(row.bytes(0)).as_bytes());
                Ok(())
            })
            .await?;
        if hasher.finalize().as_bytes() != digest.as_slice() {
            found.faults.push(format!(
                "第 {revision} 版更新的关联依据与当时不符（审计记录第 {seq} 条）：有人绕过系统改过数据库"
            ));
        }
    }
    Ok(())
}

async fn snapshots(transaction: &mut Transaction, found: &mut Verified) -> Result<(), RegistryError> {
    let sql = "SELECT id, digest, content, (SELECT digest FROM audit WHERE audit.seq = snapshot.seq) FROM snapshot \
               ORDER BY id";
    let faults = &mut found.faults;
    transaction
        .each(sql, &[], |row| {
            let mut content = Vec::new();
            let whole = zstd::stream::Decoder::new(row.bytes(2))
                .and_then(|decoder| decoder.take(MOST).read_to_end(&mut content))
                .is_ok();
            let digest = blake3::hash(&content);
            if !whole || digest.as_bytes() != row.bytes(1) || row.bytes(1) != row.bytes(3) {
                faults.push(format!("第 {} 号统计快照与审计记录不符：有人绕过系统改过数据库", row.int(0)));
            }
            Ok(())
        })
        .await
}
