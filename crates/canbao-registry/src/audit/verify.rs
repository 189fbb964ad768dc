//! Checking the chains: any change, gap or reorder is found, and told where.

use super::chain;
use crate::RegistryError;
use crate::registry::Registry;
use crate::store::Row;

/// What a check of the chains found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the audit.
    pub entries: u64,
    /// The last one's hash, hexadecimal; to be kept elsewhere, so that a cut end shows too.
    pub head: String,
    /// Entries of the looks.
    pub looks: u64,
    /// Their last one's hash.
    pub looks_head: String,
    /// What is wrong, each a Chinese sentence; empty where all is whole.
    pub faults: Vec<String>,
}

/// Checks both chains from their beginnings.
///
/// # Errors
/// Where the database does not answer.
pub async fn verify(registry: &Registry) -> Result<Verified, RegistryError> {
    let mut faults = Vec::new();
    let mut transaction = registry.store().read().await?;
    let mut audit = Chain::new("审计记录");
    let sql = "SELECT seq, at, actor, action, subject, revision, digest, hash FROM audit ORDER BY seq";
    transaction
        .each(sql, &[], |row| {
            let hash = |before: &[u8], row: &Row| {
                let (actor, action, subject) = (row.text(2), row.text(3), row.text(4));
                chain(before, row.int(0), row.int(1), actor, action, subject, row.int(5), row.bytes(6))
            };
            audit.next(&row, hash, row.bytes(7), &mut faults);
            Ok(())
        })
        .await?;
    drop(transaction);
    let mut transaction = registry.store().looks().await?;
    let mut looks = Chain::new("查询日志");
    let sql = "SELECT seq, at, actor, purpose, subject, persons, hash FROM look ORDER BY seq";
    transaction
        .each(sql, &[], |row| {
            let hash = |before: &[u8], row: &Row| {
                chain(before, row.int(0), row.int(1), row.text(2), row.text(3), row.text(4), row.int(5), &[])
            };
            looks.next(&row, hash, row.bytes(6), &mut faults);
            Ok(())
        })
        .await?;
    Ok(Verified {
        entries: audit.entries,
        head: hex(&audit.before),
        looks: looks.entries,
        looks_head: hex(&looks.before),
        faults,
    })
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
