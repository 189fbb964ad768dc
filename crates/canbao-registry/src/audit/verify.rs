//! Checking the chains: any change, gap or reorder is found, and told where.

use super::chain;
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::{Row, Transaction};

/// What a check of the chains and of the record found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the audit.
    pub entries: u64,
    /// The last one's hash, hexadecimal; to be kept elsewhere, so that a cut end shows too.
    pub head: String,
    /// Entries of the looks.
    pub looks: u64,
    /// Their last one's hash.
    pub looks_head: String,
    /// Applies (and undone applies) whose rows were summed up again.
    pub applies: u64,
    /// Changes by hand whose rows were summed up again.
    pub changes: u64,
    /// Rows that were summed up: versions of people, numbers, enrolments, findings and employers.
    pub rows: u64,
    /// What is wrong, each a Chinese sentence; empty where all is whole.
    pub faults: Vec<String>,
}

/// Checks both chains from their beginnings, and that the record holds what its audit says was written.
///
/// # Errors
/// Where the database does not answer.
pub async fn verify(registry: &Registry) -> Result<Verified, RegistryError> {
    let mut found = Verified::default();
    let mut transaction = registry.store().read().await?;
    verify_record(&mut transaction, true, &mut found).await?;
    drop(transaction);
    let mut transaction = registry.store().looks().await?;
    verify_looks(&mut transaction, &mut found).await?;
    Ok(found)
}

/// Checks the audit's chain, and with `rows` the record by it; all as one transaction sees it.
pub(crate) async fn verify_record(
    transaction: &mut Transaction,
    rows: bool,
    found: &mut Verified,
) -> Result<(), RegistryError> {
    let mut audit = Chain::new("审计记录");
    let sql = "SELECT seq, at, actor, action, subject, revision, digest, hash FROM audit ORDER BY seq";
    transaction
        .each(sql, &[], |row| {
            let hash = |before: &[u8], row: &Row| {
                let (actor, action, subject) = (row.text(2), row.text(3), row.text(4));
                chain(before, row.int(0), row.int(1), actor, action, subject, row.int(5), row.bytes(6))
            };
            audit.next(&row, hash, row.bytes(7), &mut found.faults);
            Ok(())
        })
        .await?;
    (found.entries, found.head) = (audit.entries, hex(&audit.before));
    if !rows {
        return Ok(());
    }
    super::resum::resum(transaction, found).await?;
    super::kept::verify_kept(transaction, found).await
}

/// Checks the chain of looks.
pub(crate) async fn verify_looks(transaction: &mut Transaction, found: &mut Verified) -> Result<(), RegistryError> {
    let mut looks = Chain::new("查询日志");
    let sql = "SELECT seq, at, actor, purpose, subject, persons, hash FROM look ORDER BY seq";
    transaction
        .each(sql, &[], |row| {
            let hash = |before: &[u8], row: &Row| {
                chain(before, row.int(0), row.int(1), row.text(2), row.text(3), row.text(4), row.int(5), &[])
            };
            looks.next(&row, hash, row.bytes(6), &mut found.faults);
            Ok(())
        })
        .await?;
    (found.looks, found.looks_head) = (looks.entries, hex(&looks.before));
    Ok(())
}

struct Chain {
    what: &'static str,
    entries: u64,
    seq: i64,
    before: Vec<u8>,
}

impl Chain {
    fn new(what: &'static str) -> Self {
        Self { what, entries: 0, seq: 0, before: Vec::new() }
    }

    fn next(&mut self, row: &Row, hash: impl Fn(&[u8], &Row) -> Vec<u8>, written: &[u8], faults: &mut Vec<String>) {
        let (what, seq) = (self.what, row.int(0));
        if seq != self.seq + 1 {
            faults.push(format!("{what}第 {} 条到第 {} 条缺失", self.seq + 1, seq - 1));
        }
        if hash(&self.before, row) != written {
            faults.push(format!("{what}第 {seq} 条与它前面的记录连不上：它或它前面的记录被改过"));
        }
        self.seq = seq;
        self.entries += 1;
        self.before = written.to_vec();
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
