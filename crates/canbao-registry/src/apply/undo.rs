//! Undoing an apply: what it changed is as it was before, under a revision of its own, for history is never overwritten.
//!
//! It is written as an apply is: unseen, in batches, and made visible by one step. People on whom something later rests
//! (a change by hand, a request that waits, a confirmation) are left as they are, and listed.

use ahash::{AHashMap, AHashSet};
use futures::future::BoxFuture;

use super::job::take_back;
use super::update::{Ids, rows_of, write_difference};
use super::work::{Turn, begin, clear, reserve};
use super::write::{Digest, FOREVER, Table, Writer};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::counter::{Share, Tally};
use crate::person::{Origin, State, Whole, people, visible};
use crate::registry::Registry;
use crate::ruling::Ruling;
use crate::store::{Row, Transaction, Value, values};

/// People who are compared at once.
const A_BATCH: usize = 2_000;
/// Rows that are written in one transaction.
const ROWS: usize = 10_000;
/// Identifiers of rows that are reserved at once.
const IDS: i64 = 100_000;

/// What was undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// The revision of the apply.
    pub undone: i64,
    /// The revision that shows it undone; 0 where nothing was written.
    pub revision: i64,
    /// The day that the record stands for from now on; blank where nothing was applied before.
    pub as_of: String,
    /// People who are as they were.
    pub restored: u64,
    /// People whom the apply brought, and who are no longer current.
    pub ended: u64,
    /// People who were left as they are, for something later rests on them: the registry's identifiers.
    pub left: Vec<i64>,
    /// Rows that were written.
    pub rows_written: u64,
}

/// The apply that is undone.
#[derive(Clone, Debug)]
struct Undone {
    revision: i64,
    base: i64,
    day: String,
    /// The day of the apply before it; blank for none.
    day_before: String,
}

/// Undoes the apply that `revision` names, which must be the last one that is visible; that one, where none is named.
/// With `dry_run` nothing is written, only counted.
///
/// # Errors
/// Where there is no such apply, a later one stands on it, or another apply or undo is at work.
pub fn undo<'a>(
    registry: &'a Registry,
    revision: Option<i64>,
    actor: &'a str,
    dry_run: bool,
) -> BoxFuture<'a, Result<Undo, RegistryError>> {
    Box::pin(async move {
        let mut turn = Turn::take(registry).await?;
        let done = in_turn(registry, &mut turn, revision, actor, dry_run).await;
        turn.give_back(done).await
    })
}

async fn in_turn(
    registry: &Registry,
    turn: &mut Turn,
    revision: Option<i64>,
    actor: &str,
    dry_run: bool,
) -> Result<Undo, RegistryError> {
    if !dry_run {
        clear(registry).await?;
    }
    let mut transaction = registry.store.read().await?;
    let undone = which(&mut transaction, revision).await?;
    let seen = visible(&mut transaction).await?;
    let sql = "SELECT person FROM person WHERE rev_from = $1 ORDER BY person";
    let changed = transaction.all(sql, values![undone.revision]).await?.iter().map(|row| row.int(0)).collect();
    let rests = resting(&mut transaction, undone.revision, seen).await?;
    drop(transaction);
    let revision = ((seen >> 32) + 1) << 32;
    let mut job = Job::new(registry, undone, revision, seen, dry_run);
    if !dry_run {
        begin(registry, revision, seen, &job.undone.day_before, Vec::new()).await?;
    }
    job.people(changed, &rests).await?;
    job.others().await?;
    if !dry_run {
        job.flip(turn, actor).await?;
    }
    let Job { undone, digest, restored, ended, mut left, .. } = job;
    left.sort_unstable();
    Ok(Undo {
        undone: undone.revision,
        revision: if dry_run { 0 } else { revision },
        as_of: undone.day_before,
        restored,
        ended,
        left,
        rows_written: digest.rows(),
    })
}

async fn which(transaction: &mut Transaction, wanted: Option<i64>) -> Result<Undone, RegistryError> {
    let sql = "SELECT revision, base, as_of FROM apply WHERE state = 'visible' ORDER BY revision DESC";
    let applies = transaction.all(sql, &[]).await?;
    let Some(last) = applies.first() else {
        return Err(RegistryError::refused(
            "登记库没有可以撤销的更新。",
            "只有 canbao registry apply 写入、还没有撤销的更新可以撤销。",
        ));
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != last.int(0)) {
        let known = applies.iter().any(|row| row.int(0) == wanted);
        return Err(if known {
            RegistryError::refused(
                format!("第 {wanted} 版更新之后还有第 {} 版更新，不能先撤销它。", last.int(0)),
                "请从最后一次更新开始，逐次撤销。",
            )
        } else {
            RegistryError::refused(
                format!("第 {wanted} 版不是一次可以撤销的更新。"),
                "去掉 --revision 就撤销最后一次更新；加 --dry-run 可以先看撤销哪一次、影响多少人。",
            )
        });
    }
    let day_before = applies.get(1).map_or_else(String::new, |row| row.text(2).to_owned());
    Ok(Undone { revision: last.int(0), base: last.int(1), day: last.text(2).to_owned(), day_before })
}

/// People with a procedure or confirmation after an apply.
async fn resting(transaction: &mut Transaction, apply: i64, at: i64) -> Result<AHashSet<i64>, RegistryError> {
    let mut rests = AHashSet::new();
    let sql = "SELECT person, other_person FROM change_request \
               WHERE (state = 'done' AND revision > $1) OR (state = 'pending' AND base >= $1)";
    for row in transaction.all(sql, values![apply]).await? {
        rests.extend([row.maybe_int(0), row.maybe_int(1)].into_iter().flatten());
    }
    let sql = "SELECT person FROM confirmation WHERE rev_from > $1 AND rev_from <= $2 AND rev_to > $2";
    rests.extend(transaction.all(sql, values![apply, at]).await?.iter().map(|row| row.int(0)));
    Ok(rests)
}

/// What was done to a person, so that it can be taken back.
struct Mark {
    digest: Digest,
    before: Option<Share>,
    after: Option<Share>,
    ended: bool,
}

/// An undo at work.
struct Job<'a> {
    registry: &'a Registry,
    undone: Undone,
    revision: i64,
    seen: i64,
    dry_run: bool,
    ids: Ids,
    writer: Writer,
    marks: AHashMap<i64, Mark>,
    digest: Digest,
    tally: Tally,
    restored: u64,
    ended: u64,
    left: Vec<i64>,
}

impl<'a> Job<'a> {
    fn new(registry: &'a Registry, undone: Undone, revision: i64, seen: i64, dry_run: bool) -> Self {
        Self {
            registry,
            undone,
            revision,
            seen,
            dry_run,
            ids: Ids::new(0, 0),
            writer: Writer::default(),
            marks: AHashMap::new(),
            digest: Digest::default(),
            tally: Tally::default(),
            restored: 0,
            ended: 0,
            left: Vec::new(),
        }
    }

    async fn people(&mut self, changed: Vec<i64>, rests: &AHashSet<i64>) -> Result<(), RegistryError> {
        for batch in changed.chunks(A_BATCH) {
            let (left, batch): (Vec<i64>, Vec<i64>) = batch.iter().partition(|person| rests.contains(person));
            self.left.extend(left);
            let mut transaction = self.registry.store.read().await?;
            let now = people(&mut transaction, &batch, self.seen).await?;
            let before = by_person(people(&mut transaction, &batch, self.undone.revision - 1).await?);
            // a version of a later day that says the same is an undo's
            let later: Vec<i64> =
                now.iter().filter(|now| now.revision != self.undone.revision).map(|now| now.person).collect();
            let applied = by_person(people(&mut transaction, &later, self.undone.revision).await?);
            drop(transaction);
            for now in now {
                let applied = applied.get(&now.person);
                if now.revision != self.undone.revision && !applied.is_some_and(|applied| says_the_same(&now, applied))
                {
                    self.left.push(now.person);
                    continue;
                }
                self.one(&now, before.get(&now.person)).await?;
            }
        }
        self.flush().await
    }

    /// Makes a person what they were; somebody who was not there before is no longer current.
    async fn one(&mut self, now: &Whole, before: Option<&Whole>) -> Result<(), RegistryError> {
        let mut wish = before.unwrap_or(now).clone();
        wish.revision = self.revision;
        if before.is_none() {
            wish.effective.clone_from(&self.undone.day);
            wish.record.state = State::Ended;
            wish.digest = 0;
            wish.enrolments.retain(|row| row.origin == Origin::Hand);
            wish.findings.retain(|finding| finding.origin == Origin::Hand);
        }
        self.need_ids(rows_of(&wish)).await?;
        let others = std::mem::take(&mut self.writer.digest);
        write_difference(Some(now), &mut wish, &mut self.ids, &self.registry.key, &mut self.writer);
        let digest = std::mem::replace(&mut self.writer.digest, others);
        let mark =
            Mark { digest, before: self.tally.share(now), after: self.tally.share(&wish), ended: before.is_none() };
        self.digest.and(&mark.digest);
        self.tally.add(mark.before, -1);
        self.tally.add(mark.after, 1);
        *self.count(mark.ended) += 1;
        self.marks.insert(wish.person, mark);
        if self.writer.waiting() >= ROWS { self.flush().await } else { Ok(()) }
    }

    fn count(&mut self, ended: bool) -> &mut u64 {
        if ended { &mut self.ended } else { &mut self.restored }
    }

    async fn need_ids(&mut self, least: i64) -> Result<(), RegistryError> {
        if self.ids.left() >= least {
            return Ok(());
        }
        let count = least.max(IDS);
        let first = if self.dry_run { 1 } else { reserve(self.registry, 0, count).await?.1 };
        self.ids = Ids::new(first, first + count);
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), RegistryError> {
        if self.dry_run {
            self.writer = Writer::default();
            return Ok(());
        }
        if self.writer.waiting() == 0 {
            return Ok(());
        }
        let mut transaction = self.registry.store.stage().await?;
        self.writer.flush(&mut transaction, self.revision).await?;
        transaction.commit().await
    }

    /// Employers, and findings about nobody in particular.
    async fn others(&mut self) -> Result<(), RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let mut rows = Vec::new();
        for (table, holds) in [(Table::Unit, ""), (Table::Finding, " AND person IS NULL")] {
            let columns = table.columns().join(", ");
            let sql = format!("SELECT {columns} FROM {} WHERE rev_from <= $1 AND rev_to > $1{holds}", table.name());
            for at in [self.undone.revision - 1, self.undone.revision, self.seen] {
                rows.push(transaction.all(sql.clone(), values![at]).await?);
            }
        }
        drop(transaction);
        let mut rows = rows.into_iter();
        for table in [Table::Unit, Table::Finding] {
            let [before, applied, now] = [(); 3].map(|()| rows.next().unwrap_or_default());
            let (ended, begun) = back(table, &before, &applied, &now);
            for id in ended {
                self.writer.end(table, id);
            }
            self.need_ids(begun.len() as i64).await?;
            for mut row in begun {
                if table == Table::Finding
                    && let Some(id) = row.first_mut()
                {
                    *id = self.ids.take().into();
                }
                let (from, to) = if table == Table::Unit { (1, 2) } else { (2, 3) };
                for (at, value) in [(from, self.revision), (to, FOREVER)] {
                    if let Some(slot) = row.get_mut(at) {
                        *slot = value.into();
                    }
                }
                self.writer.begin(table, row);
            }
        }
        self.digest.and(&std::mem::take(&mut self.writer.digest));
        self.flush().await
    }

    /// Makes it visible. People on whom a hand was meanwhile are left as the hand left them.
    async fn flip(&mut self, turn: &mut Turn, actor: &str) -> Result<(), RegistryError> {
        let mut transaction = self.registry.store.write().await?;
        turn.still().await?;
        let now = visible(&mut transaction).await?;
        // a request that came meanwhile is no revision yet
        self.leave_touched(&mut transaction, now).await?;
        if self.undone.day_before < self.undone.day && !self.undone.day_before.is_empty() {
            super::area::take_back(&mut transaction, self.undone.revision, &self.undone.day).await?;
        }
        Ruling::take_back(&mut transaction, self.undone.revision, self.revision).await?;
        self.tally.write(&mut transaction).await?;
        self.withdraw_contests(&mut transaction).await?;
        let (of, revision, day) = (self.undone.revision, self.revision, self.undone.day_before.as_str());
        let sql = "INSERT INTO revision (revision, at, kind, actor, effective) VALUES ($1, $2, 'undo-apply', $3, $4)";
        transaction.execute(sql, values![revision, now_ms(), actor, day]).await?;
        transaction.execute("UPDATE revision SET undone_by = $1 WHERE revision = $2", values![revision, of]).await?;
        transaction.execute("UPDATE apply SET state = 'undone' WHERE revision = $1", values![of]).await?;
        transaction.execute("DELETE FROM apply WHERE revision = $1", values![revision]).await?;
        transaction.execute("UPDATE state SET visible = $1, as_of = $2", values![revision, day]).await?;
        let (subject, digest) = (format!("apply {of}"), self.digest.bytes());
        let entry = Entry { actor, action: "undo-apply", subject: &subject, revision: Some(revision), digest: &digest };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Takes back what was written for people on whom a hand was since.
    async fn leave_touched(&mut self, transaction: &mut Transaction, now: i64) -> Result<(), RegistryError> {
        let sql = "SELECT DISTINCT person FROM person WHERE rev_from > $1 AND rev_from <= $2";
        let mut touched: Vec<i64> =
            transaction.all(sql, values![self.seen, now]).await?.iter().map(|row| row.int(0)).collect();
        touched.extend(resting(transaction, self.undone.revision, now).await?);
        touched.sort_unstable();
        touched.dedup();
        touched.retain(|person| self.marks.contains_key(person));
        take_back(transaction, self.revision, &touched).await?;
        for person in touched {
            if let Some(mark) = self.marks.remove(&person) {
                self.digest.without(&mark.digest);
                self.tally.add(mark.before, 1);
                self.tally.add(mark.after, -1);
                *self.count(mark.ended) -= 1;
                self.left.push(person);
            }
        }
        self.seen = now;
        Ok(())
    }

    /// What the apply asked to be decided is no question any more.
    async fn withdraw_contests(&self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        let sql = "SELECT id, person FROM change_request WHERE kind = 'extract-differs' AND state = 'pending' \
                   AND maker = 'apply' AND base >= $1 AND base < $2";
        for row in transaction.all(sql, values![self.undone.base, self.undone.revision]).await? {
            if !self.left.contains(&row.int(1)) {
                let sql = "UPDATE change_request SET state = 'withdrawn', decided_at = $1, reason = $2 WHERE id = $3";
                transaction.execute(sql, values![now_ms(), "所依据的更新已撤销", row.int(0)]).await?;
            }
        }
        Ok(())
    }
}

fn by_person(people: Vec<Whole>) -> AHashMap<i64, Whole> {
    people.into_iter().map(|whole| (whole.person, whole)).collect()
}

/// Whether two versions say the same of somebody.
fn says_the_same(one: &Whole, other: &Whole) -> bool {
    fn equal<T: PartialEq>(one: &[T], other: &[T]) -> bool {
        one.len() == other.len() && one.iter().all(|row| other.contains(row))
    }
    one.record == other.record
        && one.derived == other.derived
        && equal(&one.numbers, &other.numbers)
        && equal(&one.enrolments, &other.enrolments)
        && equal(&one.findings, &other.findings)
}

/// What must end and what must begin again so that all is as it was, of the rows before the apply, of those that it left,
/// and of those that hold now. What changed since is left alone. Rows are compared by what they say.
fn back(table: Table, before: &[Row], applied: &[Row], now: &[Row]) -> (Vec<i64>, Vec<Vec<Value>>) {
    let says = |row: &Row| -> Vec<Option<String>> {
        let skipped: &[usize] = if table == Table::Unit { &[1, 2, 13, 14] } else { &[0, 2, 3] };
        (0..table.columns().len())
            .filter(|at| !skipped.contains(at))
            .map(|at| {
                row.maybe_text(at).map(str::to_owned).or_else(|| row.maybe_int(at).map(|value| value.to_string()))
            })
            .collect()
    };
    let mut held: AHashMap<Vec<Option<String>>, Vec<i64>> = AHashMap::new();
    for row in now {
        held.entry(says(row)).or_default().push(row.int(0));
    }
    let mut surplus: AHashMap<Vec<Option<String>>, i64> = AHashMap::new();
    for row in applied {
        *surplus.entry(says(row)).or_default() += 1;
    }
    let mut lost = Vec::new();
    for row in before {
        let left = surplus.entry(says(row)).or_default();
        if *left > 0 {
            *left -= 1;
        } else {
            lost.push(row);
        }
    }
    let mut ended = Vec::new();
    for (says, count) in surplus {
        for _ in 0..count {
            ended.extend(held.get_mut(&says).and_then(Vec::pop));
        }
    }
    ended.sort_unstable();
    let holding: AHashSet<i64> =
        now.iter().map(|row| row.int(0)).filter(|id| ended.binary_search(id).is_err()).collect();
    let again = lost.into_iter().filter(|row| table != Table::Unit || !holding.contains(&row.int(0)));
    let begun = again.map(|row| values_of(table, row)).collect();
    (ended, begun)
}

/// A row as it is written.
fn values_of(table: Table, row: &Row) -> Vec<Value> {
    row.values().get(..table.columns().len()).unwrap_or_default().to_vec()
}

#[cfg(test)]
#[path = "../../tests/all/support/run.rs"]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
pub(super) mod run;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::run::{number, somebody, write};
    use super::*;
    use crate::apply::apply;
    use crate::hand::Hand;
    use crate::query::Asker;
    use crate::registry::Address;
    use canbao_domain::scope::Scope;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whom_a_hand_changed_since_is_left_as_the_hand_left_them() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("registry.db").display());
        let address = Address { url, key_file: None };
        Registry::migrate(&address).await.unwrap();
        let registry = &Registry::open(&address).await.unwrap();
        let mut town = vec![somebody("王秀英", "1985-03-12", 10), somebody("李明", "1980-05-02", 11)];
        apply(registry, &write(folder.path(), "a", "2016-11-01", &town), "test", false).await.unwrap();
        for person in &mut town {
            person.schemes.pop();
        }
        apply(registry, &write(folder.path(), "b", "2016-12-01", &town), "test", false).await.unwrap();
        let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
        let [one, other] = [("1985-03-12", 10), ("1980-05-02", 11)].map(|(day, at)| number(day, at));
        let person = registry.by_number(&asker, &one).await.unwrap()[0].person;
        let mut hand = Hand::begin(registry).await.unwrap();
        let before = hand.person(person).await.unwrap();
        let mut wish = before.clone();
        wish.record.phone = Some("13800000000".to_owned());
        hand.put(Some(&before), wish, "2016-12-02");
        hand.finish("item", "test", "person", "2016-12-02").await.unwrap();
        let undone = undo(registry, None, "test", false).await.unwrap();
        assert_eq!((undone.left, undone.restored, undone.ended), (vec![person], 1, 0));
        let left = registry.by_number(&asker, &one).await.unwrap().remove(0);
        assert_eq!((left.enrolments.len(), left.record.phone.as_deref()), (1, Some("13800000000")));
        assert_eq!(registry.by_number(&asker, &other).await.unwrap()[0].enrolments.len(), 2);
    }
}
