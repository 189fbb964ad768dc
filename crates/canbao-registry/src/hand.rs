//! A change by hand: some people's records, in one transaction with its revision, counters and audit entry.

use std::sync::Arc;

use canbao_domain::date::Date;

use crate::RegistryError;
use crate::apply::{Ids, Writer, rows_of, write_difference};
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::counter::Tally;
use crate::person::{NumberKind, Whole, derive, of_rows, people, visible};
use crate::registry::Registry;
use crate::ruling::Ruling;
use crate::store::{Transaction, values};

/// A change by hand under way. Dropped without [`Hand::finish`], it leaves nothing.
pub(crate) struct Hand<'a> {
    registry: &'a Registry,
    pub(crate) transaction: Transaction,
    /// The revision that the change is made against.
    pub(crate) seen: i64,
    /// The revision that will show it.
    pub(crate) revision: i64,
    /// The day that the record stands for.
    pub(crate) as_of: Date,
    ruling: Arc<Ruling>,
    ids: Ids,
    next_person: i64,
    writer: Writer,
    tally: Tally,
}

impl<'a> Hand<'a> {
    /// Waits for its turn; nobody else writes until it is finished or dropped.
    pub(crate) async fn begin(registry: &'a Registry) -> Result<Self, RegistryError> {
        let mut transaction = registry.store.write().await?;
        let seen = visible(&mut transaction).await?;
        let row = transaction.first("SELECT next_row, next_person, as_of FROM state", &[]).await?;
        let (next_row, next_person, as_of) =
            row.map_or((1, 1, None), |row| (row.int(0), row.int(1), Date::parse(row.text(2))));
        let as_of = as_of.ok_or_else(|| {
            RegistryError::refused(
                "登记库还没有数据，不能办理变更。",
                "请先用 canbao registry apply 载入一次比对结果。",
            )
        })?;
        let ruling = registry.rules.get(&mut transaction).await?;
        let ids = Ids::new(next_row, i64::MAX);
        let (writer, tally) = (Writer::default(), Tally::default());
        Ok(Self { registry, transaction, seen, revision: seen + 1, as_of, ruling, ids, next_person, writer, tally })
    }

    /// A person as they are now.
    pub(crate) async fn person(&mut self, person: i64) -> Result<Whole, RegistryError> {
        let found = people(&mut self.transaction, &[person], self.seen).await?;
        found.into_iter().next().ok_or(RegistryError::Nobody)
    }

    /// Several people as they are now, in the order of their identifiers; who is not there is left out.
    pub(crate) async fn people(&mut self, ids: &[i64]) -> Result<Vec<Whole>, RegistryError> {
        people(&mut self.transaction, ids, self.seen).await
    }

    /// Hands on what waits, in the same transaction, so that a change of many people does not fill the memory.
    pub(crate) async fn flush(&mut self) -> Result<(), RegistryError> {
        match self.writer.flush(&mut self.transaction, self.revision).await? {
            0 => Ok(()),
            _ => Err(RegistryError::Broken("要修改的记录已经不是最新的".to_owned())),
        }
    }

    /// The identifier of somebody new.
    pub(crate) fn new_person(&mut self) -> i64 {
        let person = self.next_person;
        self.next_person += 1;
        person
    }

    /// An identifier for a row.
    pub(crate) fn new_row(&mut self) -> i64 {
        self.ids.take()
    }

    /// What a person is from now on; what follows from it is decided anew. The next apply looks at them whatever its run
    /// says. Each person once in a change.
    pub(crate) fn put(&mut self, before: Option<&Whole>, mut wish: Whole, effective: &str) -> Whole {
        let rules = &self.ruling.rules;
        wish.revision = self.revision;
        effective.clone_into(&mut wish.effective);
        wish.digest = 0;
        let has_number = wish.numbers.iter().any(|number| number.kind != NumberKind::Former);
        wish.derived = derive(&wish.record, has_number, of_rows(&wish.enrolments, rules), rules, self.as_of);
        debug_assert!(self.ids.left() >= rows_of(&wish));
        if write_difference(before, &mut wish, &mut self.ids, &self.registry.key, &mut self.writer) {
            let share = before.and_then(|before| self.tally.share(before));
            self.tally.add(share, -1);
            let share = self.tally.share(&wish);
            self.tally.add(share, 1);
        }
        wish
    }

    /// Makes the change visible. `subject` is on the audit: identifiers, nothing personal.
    pub(crate) async fn finish(
        mut self,
        kind: &str,
        actor: &str,
        subject: &str,
        effective: &str,
    ) -> Result<i64, RegistryError> {
        let revision = self.step(kind, actor, subject, effective).await?;
        self.commit().await?;
        Ok(revision)
    }

    /// Ends one change of several that share a transaction; what is put from now on is the next one's, with a revision and
    /// an audit entry of its own. Gives the revision of the one that ended.
    pub(crate) async fn step(
        &mut self,
        kind: &str,
        actor: &str,
        subject: &str,
        effective: &str,
    ) -> Result<i64, RegistryError> {
        let revision = self.revision;
        self.flush().await?;
        let sql = "INSERT INTO revision (revision, at, kind, actor, effective) VALUES ($1, $2, $3, $4, $5)";
        self.transaction.execute(sql, values![revision, now_ms(), kind, actor, effective]).await?;
        let digest = self.writer.digest.bytes();
        let entry = Entry { actor, action: kind, subject, revision: Some(revision), digest: &digest };
        audit::append(&mut self.transaction, entry).await?;
        self.writer = Writer::default();
        self.seen = revision;
        self.revision = revision + 1;
        Ok(revision)
    }

    /// Makes the changes that ended visible, all at once.
    pub(crate) async fn commit(mut self) -> Result<(), RegistryError> {
        self.tally.write(&mut self.transaction).await?;
        let next_row = self.ids.next();
        let sql = "UPDATE state SET visible = $1, next_row = $2, next_person = $3";
        self.transaction.execute(sql, values![self.seen, next_row, self.next_person]).await?;
        self.transaction.commit().await
    }
}
