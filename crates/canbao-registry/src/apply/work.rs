//! The steps of an apply.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use canbao_domain::date::Date;
use canbao_domain::number::read_number;
use canbao_domain::rules::Rules;
use canbao_run::RunReader;
use canbao_run::times::tell;
use futures::future::BoxFuture;

use super::balance::Balance;
use super::flip::{Flip, flip};
use super::job::Job;
use super::nobody::{self, Nobodys};
use super::run::{Everybody, content, each_finding};
use super::source::Source;
use super::write::{FOREVER, Table};
use super::{load, unit};
use crate::RegistryError;
use crate::evidence;
use crate::registry::Registry;
use crate::ruling::Ruling;
use crate::store::{Transaction, dialect, values};

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apply {
    /// The revision that shows it; 0 where nothing was to change, or nothing was written.
    pub revision: i64,
    /// The day of the run.
    pub as_of: String,
    /// The run was decided by another rule file than the record; from now on the record is decided by it, too.
    pub rules_changed: bool,
    /// In people.
    pub balance: Balance,
}

/// Turns the run in `folder` into changes of the registry. With `dry_run` nothing is written, only counted.
///
/// # Errors
/// Where the run cannot be read, is of an earlier day than the one applied last, was not decided by the rules that it
/// names, or another apply is at work: then the registry is as it was.
pub fn apply<'a>(
    registry: &'a Registry,
    folder: &'a Path,
    actor: &'a str,
    dry_run: bool,
) -> BoxFuture<'a, Result<Apply, RegistryError>> {
    // boxed, so that it is compiled here and not by each that calls it
    Box::pin(async move {
        let mut turn = Turn::take(registry).await?;
        let applied = in_turn(registry, &mut turn, folder, actor, dry_run).await;
        turn.give_back(applied).await
    })
}

async fn in_turn(
    registry: &Registry,
    turn: &mut Turn,
    folder: &Path,
    actor: &str,
    dry_run: bool,
) -> Result<Apply, RegistryError> {
    let run = RunReader::open(folder)?;
    let summary = run.summary()?;
    let sources = Source::all(&summary);
    let day = summary.as_of;
    let as_of = Date::parse(&day).ok_or_else(|| content("summary.json", "as_of 不是日期"))?;
    if !dry_run {
        clear(registry).await?;
    }
    let mut transaction = registry.store.read().await?;
    let state = transaction.first("SELECT visible, as_of FROM state", &[]).await?;
    let (visible, known_day) = state.map_or((0, String::new()), |row| (row.int(0), row.text(1).to_owned()));
    let empty = transaction.first("SELECT person FROM person LIMIT 1", &[]).await?.is_none();
    let known_rules = registry.rules.get(&mut transaction).await?;
    drop(transaction);
    if day < known_day {
        return Err(RegistryError::Earlier { given: day, known: known_day });
    }
    let content = {
        let (registry, run) = (registry.clone(), run.clone());
        blocking(move || Content::read(&registry, &run)).await?
    };
    let Content { ruling, all, former, areas, units, nobodys } = content;
    let rules_changed = !empty && ruling.text != known_rules.text;
    let revision = ((visible >> 32) + 1) << 32;
    let mut job = Job::new(
        registry,
        &run,
        Arc::clone(&ruling),
        Arc::clone(&all),
        Arc::clone(&former),
        &day,
        as_of,
        revision,
        visible,
        dry_run,
    );
    if dry_run && empty {
        job.balance.new = all.len() as u64;
        return Ok(Apply { revision: 0, as_of: day.clone(), rules_changed, balance: job.balance });
    }
    if !dry_run {
        begin(registry, revision, visible, &day, all.digest()).await?;
    }
    tell("read");
    let whose: Vec<i64>;
    if empty {
        let loaded = load::load(registry, &run, Arc::clone(&ruling), Arc::clone(&all), former, as_of, revision).await?;
        tell("loaded");
        job.balance.new = loaded.people;
        job.tally = loaded.tally;
        job.digest = loaded.digest;
        job.others(units, &nobodys).await?;
        whose = (loaded.first_person..).take(all.len()).collect();
    } else {
        job.pair().await?;
        job.people().await?;
        job.ended().await?;
        job.others(units, &nobodys).await?;
        whose = job.whose();
    }
    job.balance.rows_written = job.digest.rows();
    let nothing = job.digest.rows() == 0 && job.contests.is_empty() && day == known_day && !rules_changed;
    if dry_run || nothing {
        if !dry_run {
            forget(registry, revision).await?;
        }
        return Ok(Apply { revision: 0, as_of: day.clone(), rules_changed, balance: job.balance });
    }
    let whose = move |key| all.place(key).and_then(|place| whose.get(place).copied()).filter(|person| *person != 0);
    let evidence = evidence::keep(registry, &run, revision, whose);
    // both are long in a first load, and each is one core's work
    let (evidence, ()) =
        if empty { futures::try_join!(evidence, load::make_indexes(registry))? } else { (evidence.await?, ()) };
    tell("evidence");
    // people on whom a hand was meanwhile are looked at again, until there is none
    loop {
        let made = Flip {
            revision,
            seen: job.seen,
            missed: job.missed,
            day: &day,
            actor,
            areas: &areas,
            tally: &job.tally,
            digest: job.digest,
            evidence,
            ruling: &ruling,
            sources: &sources,
            contests: &job.contests,
            balance: job.balance,
        };
        if flip(registry, turn, made).await? {
            tell("visible");
            return Ok(Apply { revision, as_of: day.clone(), rules_changed, balance: job.balance });
        }
        job.again().await?;
        job.balance.rows_written = job.digest.rows();
    }
}

/// All that a run says that is not about one person alone.
struct Content {
    ruling: Arc<Ruling>,
    all: Arc<Everybody>,
    former: Arc<AHashMap<i64, Vec<String>>>,
    areas: std::collections::BTreeMap<String, crate::area::Area>,
    units: Vec<unit::Unit>,
    nobodys: Vec<Nobodys>,
}

impl Content {
    fn read(registry: &Registry, run: &RunReader) -> Result<Self, RegistryError> {
        let ruling = Ruling::read(run.rules()?.unwrap_or_else(|| Rules::EMBEDDED.to_owned()))?;
        let mut all = Everybody::read(run, &registry.key, &ruling.rules)?;
        let former = former_numbers(run)?;
        all.add_former(&former, &registry.key);
        let mut areas = super::area::read(run)?;
        super::area::add_unlisted(&mut areas, &all.areas);
        Ok(Self {
            ruling: Arc::new(ruling),
            all: Arc::new(all),
            former: Arc::new(former),
            areas,
            units: unit::read(run, &registry.key)?,
            nobodys: nobody::read(run, &registry.key)?,
        })
    }
}

/// Valid numbers, not a person's own, under which the run found rows of theirs, by the run's key: those rows of a
/// `several-numbers` finding.
fn former_numbers(run: &RunReader) -> Result<AHashMap<i64, Vec<String>>, RegistryError> {
    let mut wanted: AHashMap<(String, i64), i64> = AHashMap::new();
    each_finding(run, |key, finding| {
        if let (Some(key), Some(source), Some(line)) = (key, finding.source, finding.line)
            && finding.kind == "several-numbers"
        {
            wanted.insert((source, line), key);
        }
        Ok(())
    })?;
    let mut former: AHashMap<i64, Vec<String>> = AHashMap::new();
    if wanted.is_empty() {
        return Ok(former);
    }
    for batch in run.scan("rows", &["source", "row", "number"])? {
        let batch = batch?;
        let lines = batch.column(1).as_primitive::<Int64Type>();
        let (Some(sources), Some(numbers)) =
            (batch.column(0).as_string_opt::<i32>(), batch.column(2).as_string_opt::<i32>())
        else {
            return Err(content("rows", "列的类型不符"));
        };
        for row in (0..batch.num_rows()).filter(|row| numbers.is_valid(*row)) {
            if let Some(key) = wanted.get(&(sources.value(row).to_owned(), lines.value(row)))
                && let Some(number) = read_number(numbers.value(row), None).number
            {
                let number = String::from_utf8_lossy(&number.bytes()).into_owned();
                former.entry(*key).or_default().push(number);
            }
        }
    }
    Ok(former)
}

/// Runs what reads files on a thread of its own.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Broken("读取比对结果中断".to_owned()))?
}

/// Identifiers for people and rows, nobody else's: the first of each.
pub(super) async fn reserve(registry: &Registry, people: i64, rows: i64) -> Result<(i64, i64), RegistryError> {
    let mut transaction = registry.store.write().await?;
    let first = transaction.first("SELECT next_person, next_row FROM state", &[]).await?;
    let sql = "UPDATE state SET next_person = next_person + $1, next_row = next_row + $2";
    transaction.execute(sql, values![people, rows]).await?;
    transaction.commit().await?;
    Ok(first.map_or((1, 1), |row| (row.int(0), row.int(1))))
}

/// Notes that rows will be written under a revision that nobody sees yet, so that they are cleared away should the
/// process die.
pub(super) async fn begin(
    registry: &Registry,
    revision: i64,
    base: i64,
    day: &str,
    digest: Vec<u8>,
) -> Result<(), RegistryError> {
    let mut transaction = registry.store.write().await?;
    let sql =
        "INSERT INTO apply (revision, state, base, as_of, run_digest, balance) VALUES ($1, 'staging', $2, $3, $4, '')";
    let mut row = values![revision, base, day].to_vec();
    row.push(digest.into());
    transaction.execute(sql, &row).await?;
    transaction.commit().await
}

/// Takes back an apply that changes nothing.
async fn forget(registry: &Registry, revision: i64) -> Result<(), RegistryError> {
    let mut transaction = registry.store.write().await?;
    transaction.execute("DELETE FROM apply WHERE revision = $1", values![revision]).await?;
    transaction.commit().await
}

/// Clears away what an apply or undo left whose process is gone. Nobody saw any of it.
pub(super) async fn clear(registry: &Registry) -> Result<(), RegistryError> {
    let mut transaction = registry.store.read().await?;
    let left = transaction.all("SELECT revision FROM apply WHERE state = 'staging'", &[]).await?;
    let nothing = transaction.int("SELECT visible FROM state", &[]).await? == 0;
    drop(transaction);
    for row in left {
        let revision = row.int(0);
        let mut transaction = registry.store.write().await?;
        for table in Table::ALL {
            let name = table.name();
            if nothing {
                // nothing else is in the table, and to empty it whole is quick
                transaction.execute(format!("DELETE FROM {name}"), &[]).await?;
                continue;
            }
            transaction.execute(format!("DELETE FROM {name} WHERE rev_from = $1"), values![revision]).await?;
            let sql = format!("UPDATE {name} SET rev_to = $1 WHERE rev_to = $2");
            transaction.execute(sql, values![FOREVER, revision]).await?;
        }
        for table in ["evidence", "apply"] {
            transaction.execute(format!("DELETE FROM {table} WHERE revision = $1"), values![revision]).await?;
        }
        transaction.commit().await?;
        load::make_indexes(registry).await?;
    }
    Ok(())
}

/// The right to apply or to undo, one at a time over all processes.
pub(super) enum Turn {
    File { lock: File },
    Postgres { lock: Transaction },
}

impl Turn {
    pub(super) async fn take(registry: &Registry) -> Result<Self, RegistryError> {
        match registry.store.path() {
            Some(path) => {
                let path = path.with_extension("apply.lock");
                let failed = || RegistryError::file("打开", &path);
                let lock = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed())?;
                match lock.try_lock() {
                    Ok(()) => Ok(Self::File { lock }),
                    Err(std::fs::TryLockError::WouldBlock) => Err(RegistryError::Busy),
                    Err(std::fs::TryLockError::Error(error)) => Err(failed()(error)),
                }
            }
            None => {
                let mut lock = registry.store.stage().await?;
                let mine = lock.int(dialect::POSTGRES_APPLY, &[]).await? == 1;
                if mine { Ok(Self::Postgres { lock }) } else { Err(RegistryError::Busy) }
            }
        }
    }

    /// Gives the right back, and hands on what was done under it. A server that is gone by now holds no right, and takes
    /// nothing from what it has committed.
    pub(super) async fn give_back<T>(self, done: Result<T, RegistryError>) -> Result<T, RegistryError> {
        match self {
            Self::File { lock } => drop(lock),
            Self::Postgres { lock } => drop(lock.rollback().await),
        }
        done
    }

    /// Makes sure that the right is still ours. The server ends it with its connection, and whoever takes it then clears
    /// away what we wrote: so it is asked once more in the transaction that makes that visible.
    pub(super) async fn still(&mut self) -> Result<(), RegistryError> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Postgres { lock } => lock.int("SELECT CAST(1 AS BIGINT)", &[]).await.map(|_| ()),
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use canbao_domain::scope::Scope;

    use super::*;
    use crate::apply::undo::run::{number, somebody, write};
    use crate::audit::verify;
    use crate::evidence::Kept;
    use crate::hand::Hand;
    use crate::query::Asker;
    use crate::registry::Address;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whom_a_hand_changes_meanwhile_without_a_request_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("registry.db").display());
        let address = Address { url, key_file: None };
        Registry::migrate(&address).await.unwrap();
        let registry = &Registry::open(&address).await.unwrap();
        let mut town = vec![somebody("王秀英", "1985-03-12", 10), somebody("李明", "1980-05-02", 11)];
        apply(registry, &write(folder.path(), "a", "2016-11-01", &town), "test", false).await.unwrap();
        let asker = Asker { actor: "test".to_owned(), scope: Scope::city(), purpose: "test".into() };
        let person = registry.by_number(&asker, &number("1985-03-12", 10)).await.unwrap()[0].person;
        for person in &mut town {
            person.schemes.pop();
        }
        // the steps of an apply up to its flip
        let run = RunReader::open(&write(folder.path(), "b", "2016-12-01", &town)).unwrap();
        let Content { ruling, all, former, areas, units, nobodys } = Content::read(registry, &run).unwrap();
        let (day, as_of) = ("2016-12-01", Date::parse("2016-12-01").unwrap());
        let (seen, revision) = (1 << 32, 2 << 32);
        begin(registry, revision, seen, day, all.digest()).await.unwrap();
        let mut job = Job::new(registry, &run, Arc::clone(&ruling), all, former, day, as_of, revision, seen, false);
        job.pair().await.unwrap();
        job.people().await.unwrap();
        job.ended().await.unwrap();
        job.others(units, &nobodys).await.unwrap();
        let mut hand = Hand::begin(registry).await.unwrap();
        let before = hand.person(person).await.unwrap();
        let mut wish = before.clone();
        wish.enrolments.pop();
        hand.put(Some(&before), wish, "2016-12-02");
        hand.finish("exchange-import", "test", "person", "2016-12-02").await.unwrap();
        let mut turn = Turn::take(registry).await.unwrap();
        for round in 0..2 {
            let made = Flip {
                revision,
                seen: job.seen,
                missed: job.missed,
                day,
                actor: "test",
                areas: &areas,
                tally: &job.tally,
                digest: job.digest,
                evidence: Kept::default(),
                sources: &[],
                ruling: &ruling,
                contests: &job.contests,
                balance: job.balance,
            };
            assert_eq!(flip(registry, &mut turn, made).await.unwrap(), round == 1);
            if round == 0 {
                job.again().await.unwrap();
            }
        }
        let mut transaction = registry.store.read().await.unwrap();
        let holding = "SELECT COUNT(*) FROM person WHERE rev_to = 9223372036854775807";
        assert_eq!(transaction.int(holding, &[]).await.unwrap(), 2);
        drop(transaction);
        assert_eq!(verify(registry).await.unwrap().faults, Vec::<String>::new());
    }
}
