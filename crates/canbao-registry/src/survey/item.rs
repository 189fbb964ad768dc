//! Answers as versions: nothing that somebody said is overwritten, and nothing depends on the order in which it comes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::RegistryError;
use crate::store::{Row, Transaction, Value};

/// One version of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct Version {
    /// The operation that made it.
    pub op: String,
    /// Whose: the mark of a task or household.
    pub subject: String,
    /// The item, or its explanation (`phone.why`).
    pub item: String,
    /// What was said. Personal.
    pub value: Json,
    /// The versions that its maker saw.
    pub bases: Vec<String>,
    /// When, milliseconds since 1970, by the device's clock as far as the server knew it.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// On which device; blank in an office.
    pub device: String,
    /// What the record showed when it came in.
    pub rev: i64,
}

impl std::fmt::Debug for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Version").field("op", &self.op).field("item", &self.item).finish_non_exhaustive()
    }
}

/// The versions of each item that no other version replaces, the one that counts first.
pub type Heads = BTreeMap<String, Vec<Version>>;

pub(super) const ITEM: [&str; 9] = ["op", "subject", "item", "value", "bases", "at", "actor", "device", "rev"];

fn version_of(row: &Row) -> Version {
    Version {
        op: row.text(0).to_owned(),
        subject: row.text(1).to_owned(),
        item: row.text(2).to_owned(),
        value: serde_json::from_str(row.text(3)).unwrap_or(Json::Null),
        bases: row.text(4).split_whitespace().map(str::to_owned).collect(),
        at: row.int(5),
        actor: row.text(6).to_owned(),
        device: row.text(7).to_owned(),
        rev: row.int(8),
    }
}

/// A row of a version.
pub(super) fn version_row(version: &Version) -> Vec<Value> {
    vec![
        version.op.as_str().into(),
        version.subject.as_str().into(),
        version.item.as_str().into(),
        version.value.to_string().into(),
        version.bases.join(" ").into(),
        version.at.into(),
        version.actor.as_str().into(),
        version.device.as_str().into(),
        version.rev.into(),
    ]
}

/// The heads of versions: of several, the latest counts, and of equals the one whose operation's name is greater.
pub(super) fn heads(versions: impl IntoIterator<Item = Version>) -> Heads {
    let versions: Vec<Version> = versions.into_iter().collect();
    let replaced: BTreeSet<String> = versions.iter().flat_map(|version| version.bases.iter().cloned()).collect();
    let mut heads: Heads = BTreeMap::new();
    for version in versions.into_iter().filter(|version| !replaced.contains(&version.op)) {
        heads.entry(version.item.clone()).or_default().push(version);
    }
    for versions in heads.values_mut() {
        versions.sort_by(|one, other| (other.at, &other.op).cmp(&(one.at, &one.op)));
    }
    heads
}

/// All versions of some subjects.
pub(super) async fn versions(
    transaction: &mut Transaction,
    subjects: &[String],
) -> Result<BTreeMap<String, Vec<Version>>, RegistryError> {
    let mut found: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    for chunk in subjects.chunks(500) {
        let sql = format!(
            "SELECT {} FROM survey_item WHERE subject IN ({}) ORDER BY subject, item, op",
            ITEM.join(", "),
            crate::store::list(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|subject| subject.as_str().into()).collect();
        for row in transaction.all(sql, &values).await? {
            let version = version_of(&row);
            found.entry(version.subject.clone()).or_default().push(version);
        }
    }
    Ok(found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn version(op: &str, bases: &[&str], at: i64) -> Version {
        Version {
            op: op.to_owned(),
            subject: "s".to_owned(),
            item: "phone".to_owned(),
            value: Json::from(op),
            bases: bases.iter().map(|base| (*base).to_owned()).collect(),
            at,
            actor: String::new(),
            device: String::new(),
            rev: 0,
        }
    }

    fn names(heads: &Heads) -> Vec<&str> {
        heads.get("phone").map(|heads| heads.iter().map(|head| head.op.as_str()).collect()).unwrap_or_default()
    }

    #[test]
    fn what_nobody_replaced_is_kept_and_the_latest_counts() {
        let [first, mine, yours] = [version("a", &[], 1), version("b", &["a"], 5), version("c", &["a"], 3)];
        assert_eq!(names(&heads([first.clone(), mine.clone(), yours.clone()])), ["b", "c"]);
        let settled = version("d", &["b", "c"], 2);
        assert_eq!(names(&heads([first, mine, yours, settled])), ["d"]);
        // equals: one rule for all
        assert_eq!(names(&heads([version("x", &[], 1), version("y", &[], 1)])), ["y", "x"]);
    }

    proptest! {
        #[test]
        fn no_order_of_arrival_changes_the_heads(edges in prop::collection::vec((any::<bool>(), any::<bool>(), 0_i64..4), 1..9), seed in any::<u64>()) {
            let name = |at: usize| format!("op{at}");
            let mut all: Vec<Version> = edges.iter().enumerate().map(|(at, (one, two, time))| {
                let mut bases = Vec::new();
                if *one && at > 0 { bases.push(name(at - 1)); }
                if *two && at > 1 { bases.push(name(at - 2)); }
                let mut made = version(&name(at), &[], *time);
                made.bases = bases;
                made
            }).collect();
            let straight = heads(all.clone());
            let mut state = seed | 1;
            for at in (1..all.len()).rev() {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                all.swap(at, (state >> 33) as usize % (at + 1));
            }
            prop_assert_eq!(heads(all), straight.clone());
            prop_assert!(!straight.get("phone").unwrap().is_empty());
        }
    }
}
