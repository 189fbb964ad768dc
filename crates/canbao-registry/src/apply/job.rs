//! An apply to a registry that holds people: the difference, person by person.

use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_run::RunReader;

use super::balance::Balance;
use super::nobody::{self, Nobodys};
use super::pair::{Known, Pairs, by_evidence};
use super::run::{Everybody, content, each_enrolment, each_finding, some_people};
use super::unit;
use super::update::{Ids, rows_of, write_difference};
use super::wish::{Confirmation, Contest, Frame, Said, wish};
use super::work::{blocking, reserve};
use super::write::{Digest, FOREVER, Table, Writer};
use crate::RegistryError;
use crate::counter::{Share, Tally};
use crate::person::{Enrolment, Origin, State, Whole, people, visible};
use crate::registry::Registry;
use crate::ruling::Ruling;
use crate::store::{Transaction, values};

/// People whose content is held in memory at once.
const A_WINDOW: usize = 100_000;
/// People who are compared at once.
const A_BATCH: usize = 2_000;
/// Rows that are written in one transaction.
const ROWS: usize = 10_000;
/// Identifiers of rows that are reserved at once.
const IDS: i64 = 100_000;

/// An apply at work.
pub(super) struct Job<'a> {
    registry: &'a Registry,
    ruling: Arc<Ruling>,
    run: &'a RunReader,
    all: Arc<Everybody>,
    former: Arc<AHashMap<i64, Vec<String>>>,
    day: &'a str,
    as_of: Date,
    revision: i64,
    /// The revision that the difference is made against.
    pub(super) seen: i64,
    dry_run: bool,
    /// Rows that a hand had ended before this apply could; there must be none when it becomes visible.
    pub(super) missed: u64,
    pairs: Pairs,
    confirmed: AHashMap<i64, Vec<Confirmation>>,
    ids: Ids,
    writer: Writer,
    /// What was written for each person, so that it can be taken back.
    marks: AHashMap<i64, Mark>,
    /// Digests to be noted where nothing else changed: person, identity, digest.
    notes: Vec<(i64, i64, i64)>,
    pub(super) digest: Digest,
    pub(super) tally: Tally,
    pub(super) contests: Vec<(i64, Contest)>,
    pub(super) balance: Balance,
}

/// What an apply did to a person.
#[derive(Clone, Copy, Debug)]
struct Mark {
    digest: Digest,
    before: Option<Share>,
    after: Option<Share>,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    New,
    Changed,
    Ended,
}

impl<'a> Job<'a> {
    #[expect(clippy::too_many_arguments, reason = "what an apply is made of, put together in one place")]
    pub(super) fn new(
        registry: &'a Registry,
        run: &'a RunReader,
        ruling: Arc<Ruling>,
        all: Arc<Everybody>,
        former: Arc<AHashMap<i64, Vec<String>>>,
        day: &'a str,
        as_of: Date,
        revision: i64,
        seen: i64,
        dry_run: bool,
    ) -> Self {
        Self {
            registry,
            ruling,
            run,
            all,
            former,
            day,
            as_of,
            revision,
            seen,
            dry_run,
            missed: 0,
            pairs: Pairs::default(),
            confirmed: AHashMap::new(),
            ids: Ids::new(0, 0),
            writer: Writer::default(),
            marks: AHashMap::new(),
            notes: Vec::new(),
            digest: Digest::default(),
            tally: Tally::default(),
            contests: Vec::new(),
            balance: Balance::default(),
        }
    }

    async fn read(&self) -> Result<Transaction, RegistryError> {
        self.registry.store.read().await
    }

    /// Finds out who is who.
    pub(super) async fn pair(&mut self) -> Result<(), RegistryError> {
        let mut transaction = self.read().await?;
        let mut known = Known::read(&mut transaction, self.seen).await?;
        let (mut pairs, wanted) = known.pair(&self.all);
        drop(known);
        let run = self.run.clone();
        let left = blocking(move || {
            let mut left = Vec::with_capacity(wanted.len());
            if !wanted.is_empty() {
                some_people(
                    &run,
                    |place| wanted.binary_search(&place).is_ok(),
                    |place, person| {
                        left.push((place, person));
                        Ok(())
                    },
                )?;
            }
            Ok(left)
        })
        .await?;
        by_evidence(&mut transaction, &mut pairs, &left, &self.former, &self.registry.key, self.seen).await?;
        self.confirmed = confirmations(&mut transaction, self.seen).await?;
        self.pairs = pairs;
        Ok(())
    }

    /// Everybody of the run of whom something changed, window by window.
    pub(super) async fn people(&mut self) -> Result<(), RegistryError> {
        let (same, aliases) = (&self.pairs.same, &self.pairs.aliases);
        let mains: std::collections::BTreeSet<usize> = aliases.values().copied().collect();
        let looked_at = |place: &usize| same.get(*place) != Some(&true) || mains.contains(place);
        let places: Vec<usize> =
            (0..self.all.len()).filter(|place| looked_at(place) && !aliases.contains_key(place)).collect();
        self.balance.untouched = (self.all.len() - aliases.len() - places.len()) as u64;
        for window in places.chunks(A_WINDOW) {
            let mut said = self.said(window.to_vec()).await?.into_iter().peekable();
            while said.peek().is_some() {
                let batch: Vec<(usize, Said)> = said.by_ref().take(A_BATCH).collect();
                self.batch(batch).await?;
            }
        }
        self.flush().await
    }

    /// What the run says of those at some places, which ascend, and of those who are one record with them.
    async fn said(&self, places: Vec<usize>) -> Result<Vec<(usize, Said)>, RegistryError> {
        let aliases: Vec<(usize, usize)> = self
            .pairs
            .aliases
            .iter()
            .filter(|(_, main)| places.binary_search(main).is_ok())
            .map(|(alias, main)| (*alias, *main))
            .collect();
        let mut said = self.said_at(places).await?;
        if aliases.is_empty() {
            return Ok(said);
        }
        let others = self.said_at(aliases.iter().map(|(alias, _)| *alias).collect()).await?;
        for (alias, other) in others {
            let main = aliases.iter().find(|(of, _)| *of == alias).map(|(_, main)| *main).unwrap_or_default();
            if let Ok(at) = said.binary_search_by_key(&main, |(place, _)| *place)
                && let Some((_, main)) = said.get_mut(at)
            {
                main.former.extend(other.person.number);
                main.former.extend(other.former);
                main.enrolments.extend(other.enrolments);
                main.findings.extend(other.findings);
            }
        }
        Ok(said)
    }

    async fn said_at(&self, places: Vec<usize>) -> Result<Vec<(usize, Said)>, RegistryError> {
        let (run, all, former) = (self.run.clone(), Arc::clone(&self.all), Arc::clone(&self.former));
        let day = self.day.to_owned();
        blocking(move || {
            let mut said: Vec<(usize, Said)> = Vec::with_capacity(places.len());
            some_people(
                &run,
                |place| places.binary_search(&place).is_ok(),
                |place, person| {
                    let of = |list: &[i64]| list.get(place).copied().unwrap_or_default();
                    let (identity, digest) = (of(&all.identities), of(&all.digests));
                    let former = former.get(&person.key).cloned().unwrap_or_default();
                    let (enrolments, findings) = (Vec::new(), Vec::new());
                    said.push((place, Said { person, enrolments, findings, former, identity, digest }));
                    Ok(())
                },
            )?;
            let at = |key: i64| all.place(key).and_then(|place| places.binary_search(&place).ok());
            each_enrolment(&run, |key, row| {
                if let Some((_, said)) = at(key).and_then(|at| said.get_mut(at)) {
                    said.enrolments.push(row.owned(&day));
                }
                Ok(())
            })?;
            each_finding(&run, |key, finding| {
                if let Some((_, said)) = key.and_then(at).and_then(|at| said.get_mut(at)) {
                    said.findings.push(finding);
                }
                Ok(())
            })?;
            Ok(said)
        })
        .await
    }

    async fn batch(&mut self, batch: Vec<(usize, Said)>) -> Result<(), RegistryError> {
        let known_as: Vec<i64> =
            batch.iter().map(|(place, _)| self.pairs.people.get(*place).copied().unwrap_or_default()).collect();
        let ids: Vec<i64> = known_as.iter().copied().filter(|person| *person != 0).collect();
        let mut transaction = self.read().await?;
        let known = people(&mut transaction, &ids, self.seen).await?;
        drop(transaction);
        let known: AHashMap<i64, Whole> = known.into_iter().map(|whole| (whole.person, whole)).collect();
        let mut fresh = self.new_people((batch.len() - ids.len()) as i64).await?;
        for ((place, said), known_as) in batch.into_iter().zip(known_as) {
            let person = if known_as == 0 { fresh.take() } else { known_as };
            if let Some(slot) = self.pairs.people.get_mut(place) {
                *slot = person;
            }
            let known = known.get(&known_as);
            let frame = Frame { rules: &self.ruling.rules, as_of: self.as_of, day: self.day, revision: self.revision };
            let confirmed = self.confirmed.get(&person).map(Vec::as_slice).unwrap_or_default();
            let decided = said.person.category.clone();
            let (mut wish, contests) = wish(said, person, known, confirmed, frame);
            if known.is_none() && wish.derived.category.as_str() != decided {
                return Err(content("persons", "类别与本登记库的规则文件得出的不同，请用同一个规则文件"));
            }
            self.balance.contested += u64::from(!contests.is_empty());
            self.contests.extend(contests.into_iter().map(|contest| (person, contest)));
            let outcome = if known.is_some() { Outcome::Changed } else { Outcome::New };
            self.one(known, &mut wish, outcome).await?;
        }
        Ok(())
    }

    /// Current people whom no extract knows any more: their extracts' rows end, their history stays. Who was entered by
    /// hand and never was in an extract is not the extracts' to end.
    pub(super) async fn ended(&mut self) -> Result<(), RegistryError> {
        let ended = self.pairs.ended.clone();
        for batch in ended.chunks(A_BATCH) {
            self.end(batch).await?;
        }
        self.flush().await
    }

    async fn end(&mut self, batch: &[i64]) -> Result<(), RegistryError> {
        let mut transaction = self.read().await?;
        let known = people(&mut transaction, batch, self.seen).await?;
        drop(transaction);
        for known in known {
            let mut wish = known.clone();
            wish.revision = self.revision;
            wish.effective = self.day.to_owned();
            wish.record.state = State::Ended;
            wish.digest = 0;
            let later = |row: &Enrolment| row.origin == Origin::Hand && row.effective.as_str() > self.day;
            wish.enrolments.retain(|row| later(row) || row.answerer().is_some());
            wish.findings.retain(|finding| finding.origin == Origin::Hand);
            self.one(Some(&known), &mut wish, Outcome::Ended).await?;
        }
        Ok(())
    }

    /// Writes what changed for one person.
    async fn one(&mut self, known: Option<&Whole>, wish: &mut Whole, outcome: Outcome) -> Result<(), RegistryError> {
        let rows = rows_of(wish);
        if self.ids.left() < rows {
            self.ids = self.more_ids(rows).await?;
        }
        let before = std::mem::take(&mut self.writer.digest);
        let changed = write_difference(known, wish, &mut self.ids, &self.registry.key, &mut self.writer);
        let digest = std::mem::replace(&mut self.writer.digest, before);
        if changed {
            let mark = Mark {
                digest,
                before: known.and_then(|known| self.tally.share(known)),
                after: self.tally.share(wish),
                outcome,
            };
            self.put(wish.person, mark);
        } else {
            self.balance.untouched += 1;
            self.notes.push((wish.person, wish.identity, wish.digest));
        }
        if self.writer.waiting() >= ROWS || self.notes.len() >= ROWS {
            self.flush().await?;
        }
        Ok(())
    }

    fn put(&mut self, person: i64, mark: Mark) {
        self.digest.and(&mark.digest);
        self.tally.add(mark.before, -1);
        self.tally.add(mark.after, 1);
        *self.outcome(mark.outcome) += 1;
        self.marks.insert(person, mark);
    }

    fn outcome(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::New => &mut self.balance.new,
            Outcome::Changed => &mut self.balance.changed,
            Outcome::Ended => &mut self.balance.ended,
        }
    }

    async fn more_ids(&self, least: i64) -> Result<Ids, RegistryError> {
        let count = least.max(IDS);
        if self.dry_run {
            return Ok(Ids::new(1, 1 + count));
        }
        let (_, first) = reserve(self.registry, 0, count).await?;
        Ok(Ids::new(first, first + count))
    }

    async fn new_people(&self, count: i64) -> Result<Ids, RegistryError> {
        if count == 0 || self.dry_run {
            return Ok(Ids::new(-count, 0));
        }
        let (first, _) = reserve(self.registry, count, 0).await?;
        Ok(Ids::new(first, first + count))
    }

    async fn flush(&mut self) -> Result<(), RegistryError> {
        if self.dry_run {
            self.writer = Writer::default();
            self.notes.clear();
            return Ok(());
        }
        if self.writer.waiting() == 0 && self.notes.is_empty() {
            return Ok(());
        }
        let mut transaction = self.registry.store.stage().await?;
        self.missed += self.writer.flush(&mut transaction, self.revision).await?;
        for (person, identity, digest) in self.notes.drain(..) {
            let sql = "UPDATE person SET identity = $1, digest = $2 WHERE person = $3 AND rev_to = $4";
            transaction.execute(sql, values![identity, digest, person, FOREVER]).await?;
        }
        transaction.commit().await
    }

    /// Who the run's people are, by their places in it.
    pub(super) fn whose(&self) -> Vec<i64> {
        let mut whose = self.pairs.people.clone();
        for (alias, main) in &self.pairs.aliases {
            let person = whose.get(*main).copied().unwrap_or_default();
            if let Some(slot) = whose.get_mut(*alias) {
                *slot = person;
            }
        }
        whose
    }

    /// Employers, and findings about nobody in particular.
    pub(super) async fn others(&mut self, units: Vec<unit::Unit>, nobodys: &[Nobodys]) -> Result<(), RegistryError> {
        let mut ids = self.more_ids((units.len() + nobodys.len()) as i64).await?;
        let mut transaction = self.read().await?;
        let (at, revision) = (self.seen, self.revision);
        unit::write(&mut transaction, units, at, revision, &mut ids, &mut self.writer).await?;
        nobody::write(&mut transaction, nobodys, at, revision, &mut ids, &mut self.writer).await?;
        drop(transaction);
        self.digest.and(&std::mem::take(&mut self.writer.digest));
        self.flush().await
    }

    /// People on whom a hand was since `seen`: what was written for them is taken back and made anew.
    pub(super) async fn again(&mut self) -> Result<(), RegistryError> {
        let mut transaction = self.registry.store.write().await?;
        let now = visible(&mut transaction).await?;
        let sql = "SELECT person, other_person FROM change_request WHERE revision > $1 AND revision <= $2";
        let rows = transaction.all(sql, values![self.seen, now]).await?;
        let mut touched: Vec<i64> =
            rows.iter().flat_map(|row| [row.maybe_int(0), row.maybe_int(1)]).flatten().collect();
        // not every hand's work is a request: what another registry answered is none
        let sql = "SELECT DISTINCT person FROM person WHERE rev_from > $1 AND rev_from <= $2";
        touched.extend(transaction.all(sql, values![self.seen, now]).await?.iter().map(|row| row.int(0)));
        touched.sort_unstable();
        touched.dedup();
        take_back(&mut transaction, self.revision, &touched).await?;
        transaction.commit().await?;
        (self.seen, self.missed) = (now, 0);
        let mut transaction = self.read().await?;
        self.confirmed = confirmations(&mut transaction, now).await?;
        drop(transaction);
        self.contests.retain(|(person, _)| touched.binary_search(person).is_err());
        let mut places = Vec::new();
        for (place, person) in self.pairs.people.iter().enumerate() {
            if touched.binary_search(person).is_ok() {
                places.push(place);
            }
        }
        for person in &touched {
            match self.marks.remove(person) {
                Some(mark) => {
                    self.digest.without(&mark.digest);
                    self.tally.add(mark.before, 1);
                    self.tally.add(mark.after, -1);
                    *self.outcome(mark.outcome) -= 1;
                }
                None if self.pairs.people.contains(person) => self.balance.untouched -= 1,
                None => {}
            }
        }
        let said = self.said(places).await?;
        self.batch(said).await?;
        let ended: Vec<i64> =
            self.pairs.ended.iter().copied().filter(|person| touched.binary_search(person).is_ok()).collect();
        self.end(&ended).await?;
        self.flush().await
    }
}

/// Takes back what was written for some people under a revision that nobody sees yet.
pub(super) async fn take_back(
    transaction: &mut Transaction,
    revision: i64,
    people: &[i64],
) -> Result<(), RegistryError> {
    for chunk in people.chunks(500) {
        let (people, among) = (transaction.integers(chunk), transaction.among(2));
        for table in [Table::Person, Table::Number, Table::Enrolment, Table::Finding] {
            let name = table.name();
            let sql = format!("DELETE FROM {name} WHERE rev_from = $1 AND person {among}");
            transaction.execute(sql, &[revision.into(), people.clone()]).await?;
            let sql = format!("UPDATE {name} SET rev_to = $1 WHERE rev_to = $3 AND person {among}");
            transaction.execute(sql, &[FOREVER.into(), people.clone(), revision.into()]).await?;
        }
    }
    Ok(())
}

/// What hands confirmed, by person, as revision `at` shows it.
async fn confirmations(
    transaction: &mut Transaction,
    at: i64,
) -> Result<AHashMap<i64, Vec<Confirmation>>, RegistryError> {
    let mut confirmed: AHashMap<i64, Vec<Confirmation>> = AHashMap::new();
    let sql =
        "SELECT person, item, value, confirmed_on FROM confirmation WHERE rev_from <= $1 AND rev_to > $1 ORDER BY id";
    transaction
        .each(sql, &[at.into()], |row| {
            if let Some(on) = Date::parse(row.text(3)) {
                let (item, value) = (row.text(1).to_owned(), row.maybe_text(2).map(str::to_owned));
                confirmed.entry(row.int(0)).or_default().push(Confirmation { item, value, on });
            }
            Ok(())
        })
        .await?;
    Ok(confirmed)
}
