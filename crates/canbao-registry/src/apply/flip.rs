//! The last step of an apply: all of it becomes visible together, with its audit entry.

use super::balance::Balance;
use super::source::Source;
use super::wish::Contest;
use super::work::Turn;
use super::write::Digest;
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::counter::Tally;
use crate::evidence::Kept;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// What is made visible.
pub(super) struct Flip<'a> {
    pub(super) revision: i64,
    /// No hand may have been on the record after this revision.
    pub(super) seen: i64,
    /// Rows that somebody had ended before the apply could.
    pub(super) missed: u64,
    pub(super) day: &'a str,
    pub(super) actor: &'a str,
    pub(super) areas: &'a std::collections::BTreeMap<String, crate::area::Area>,
    pub(super) tally: &'a Tally,
    pub(super) digest: Digest,
    /// What the run's links rest on.
    pub(super) evidence: Kept,
    pub(super) ruling: &'a crate::ruling::Ruling,
    /// The extracts of the run.
    pub(super) sources: &'a [Source],
    pub(super) contests: &'a [(i64, Contest)],
    pub(super) balance: Balance,
}

/// Makes an apply visible; false where a hand was on the record meanwhile, and nothing was done.
pub(super) async fn flip(registry: &Registry, turn: &mut Turn, flip: Flip<'_>) -> Result<bool, RegistryError> {
    let mut transaction = registry.store.write().await?;
    turn.still().await?;
    let visible = crate::person::visible(&mut transaction).await?;
    if visible != flip.seen {
        return Ok(false);
    }
    if flip.missed > 0 {
        return Err(RegistryError::Broken(format!("有 {} 行应当结束的记录已经结束", flip.missed)));
    }
    let Flip { revision, day, actor, areas, tally, digest, evidence, contests, balance, ruling, sources, .. } = flip;
    ruling.write(&mut transaction, revision).await?;
    tally.write(&mut transaction).await?;
    super::area::write(&mut transaction, areas, day, revision).await?;
    for source in sources {
        source.write(&mut transaction, revision).await?;
    }
    for (person, contest) in contests {
        contested(&mut transaction, *person, contest, day, visible).await?;
    }
    let sql = "INSERT INTO revision (revision, at, kind, actor, effective) VALUES ($1, $2, 'apply', $3, $4)";
    transaction.execute(sql, values![revision, now_ms(), actor, day]).await?;
    let told = serde_json::to_string(&balance).unwrap_or_default();
    let sql = "UPDATE apply SET state = 'visible', balance = $1 WHERE revision = $2";
    transaction.execute(sql, values![told, revision]).await?;
    let sql = "UPDATE state SET visible = $1, as_of = $2";
    transaction.execute(sql, values![revision, day]).await?;
    // what the run's links rest on stands behind what it wrote
    let digest = [digest.bytes().as_slice(), evidence.digest.as_slice()].concat();
    let entry = Entry {
        actor,
        action: "apply",
        subject: &format!("apply {revision}"),
        revision: Some(revision),
        digest: &digest,
    };
    audit::append(&mut transaction, entry).await?;
    transaction.commit().await?;
    Ok(true)
}

/// An extract contradicts what a hand confirmed: somebody must decide, once for each value.
async fn contested(
    transaction: &mut Transaction,
    person: i64,
    contest: &Contest,
    day: &str,
    base: i64,
) -> Result<(), RegistryError> {
    let content = serde_json::json!({
        "item": contest.item, "before": contest.confirmed, "after": contest.extract,
    })
    .to_string();
    let sql = "SELECT COUNT(*) FROM change_request WHERE person = $1 AND kind = 'extract-differs' AND content = $2 \
               AND state IN ('pending', 'refused')";
    if transaction.int(sql, values![person, content.as_str()]).await? > 0 {
        return Ok(());
    }
    let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM change_request", &[]).await?;
    let sql = "INSERT INTO change_request (id, kind, person, state, effective, content, base, maker, made_at) \
               VALUES ($1, 'extract-differs', $2, 'pending', $3, $4, $5, 'apply', $6)";
    let row: &[Value] = values![id, person, day, content, base, now_ms()];
    transaction.execute(sql, row).await?;
    Ok(())
}
