//! Summing up the record again: what each revision wrote is still there, and nothing else is.
//!
//! A revision's audit entry holds a digest over the rows that it began and those that it ended, in any order. One walk
//! through the tables makes these digests anew.

use std::collections::{BTreeMap, BTreeSet};

use super::verify::Verified;
use crate::RegistryError;
use crate::apply::{Digest, FOREVER, Table};
use crate::store::{Transaction, values};

/// Revisions whose digests are held in memory at once (some 200 bytes each); more of them are one more walk.
const A_WALK: i64 = 500_000;
/// Revisions without an entry that are told one by one.
const TOLD: usize = 20;

/// Makes every visible revision's digest anew and tells where it is not the one that the audit holds.
pub(super) async fn resum(transaction: &mut Transaction, found: &mut Verified) -> Result<(), RegistryError> {
    let visible = transaction.int("SELECT visible FROM state", &[]).await?;
    let last = transaction.int("SELECT COALESCE(MAX(revision), 0) FROM audit", &[]).await?;
    if visible != last {
        found.faults.push(format!("登记库显示的是第 {visible} 版，审计记录的最后一版却是第 {last} 版"));
    }
    // rows that nobody sees yet have no entry either
    let sql = "SELECT revision FROM apply WHERE state = 'staging'";
    let staging: BTreeSet<i64> = transaction.all(sql, &[]).await?.iter().map(|row| row.int(0)).collect();
    let mut after = i64::MIN;
    loop {
        let sql = "SELECT revision, seq, action, digest FROM audit WHERE revision > $1 ORDER BY revision, seq LIMIT $2";
        let mut entries: BTreeMap<i64, Written> = BTreeMap::new();
        transaction
            .each(sql, values![after, A_WALK], |row| {
                let (seq, action, digest) = (row.int(1), row.text(2).to_owned(), row.bytes(3).to_vec());
                entries.insert(row.int(0), Written { seq, action, digest });
                Ok(())
            })
            .await?;
        let more = entries.len() as i64 == A_WALK;
        let until = entries.last_key_value().filter(|_| more).map_or(FOREVER - 1, |(revision, _)| *revision);
        let digests = walk(transaction, after, until, &staging, &mut found.rows).await?;
        compare(&entries, &digests, found);
        if !more {
            return Ok(());
        }
        after = until;
    }
}

/// What the audit says of a revision.
struct Written {
    seq: i64,
    action: String,
    digest: Vec<u8>,
}

/// The digests of the revisions after `after` and up to `until`, from the tables.
async fn walk(
    transaction: &mut Transaction,
    after: i64,
    until: i64,
    staging: &BTreeSet<i64>,
    rows: &mut u64,
) -> Result<BTreeMap<i64, Digest>, RegistryError> {
    let mut digests: BTreeMap<i64, Digest> = BTreeMap::new();
    let asked = |revision: i64| after < revision && revision <= until && !staging.contains(&revision);
    for table in Table::ALL {
        let (columns, name) = (table.columns(), table.name());
        let place = |name| columns.iter().position(|column| *column == name).unwrap_or_default();
        let (from, to) = (place("rev_from"), place("rev_to"));
        let sql = format!(
            "SELECT {} FROM {name} WHERE (rev_from > $1 AND rev_from <= $2) OR (rev_to > $1 AND rev_to <= $2)",
            columns.join(", ")
        );
        transaction
            .each(sql, values![after, until], |row| {
                if asked(row.int(from)) {
                    digests.entry(row.int(from)).or_default().begin(table, row.values());
                    *rows += 1;
                }
                if asked(row.int(to)) {
                    digests.entry(row.int(to)).or_default().end(table, row.int(0));
                }
                Ok(())
            })
            .await?;
    }
    Ok(digests)
}

fn compare(entries: &BTreeMap<i64, Written>, digests: &BTreeMap<i64, Digest>, found: &mut Verified) {
    let nothing = Digest::default();
    for (revision, Written { seq, action, digest }) in entries {
        if action == "apply" || action == "undo-apply" {
            found.applies += 1;
        } else {
            found.changes += 1;
        }
        let again = digests.get(revision).unwrap_or(&nothing);
        let Some(tables) = again.differs(digest) else { continue };
        let tables = match tables.as_slice() {
            [] => "内容".to_owned(),
            tables => tables.iter().map(|table| chinese(*table)).collect::<Vec<_>>().join("、"),
        };
        let (kind, written) = (kind(action), Digest::rows_of(digest));
        let rows = if written == again.rows() {
            String::new()
        } else {
            format!("（当时 {written} 行次，现在 {} 行次）", again.rows())
        };
        found.faults.push(format!(
            "第 {revision} 版（{kind}，审计记录第 {seq} 条）写入的{tables}与当时不符{rows}：有人绕过系统改过数据库"
        ));
    }
    let foreign: Vec<_> = digests.iter().filter(|(revision, _)| !entries.contains_key(revision)).collect();
    for (revision, digest) in foreign.iter().take(TOLD) {
        let rows = digest.rows();
        found.faults.push(format!("数据库中有 {rows} 行次属于第 {revision} 版，审计记录里没有这一版"));
    }
    if foreign.len() > TOLD {
        found.faults.push(format!("审计记录里没有的还有 {} 版", foreign.len() - TOLD));
    }
}

const fn chinese(table: Table) -> &'static str {
    match table {
        Table::Person => "人员（person）",
        Table::Number => "号码（number）",
        Table::Enrolment => "参保（enrolment）",
        Table::Finding => "疑点（finding）",
        Table::Unit => "单位（unit）",
    }
}

fn kind(action: &str) -> &str {
    match action {
        "apply" => "更新",
        "undo-apply" => "撤销更新",
        _ => "变更",
    }
}
