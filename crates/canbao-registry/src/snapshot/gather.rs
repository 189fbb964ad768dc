//! What a snapshot counts besides people: findings, the survey, employers, changes, the extracts behind all of it.
//!
//! Each count is of one area and one word; words of one kind begin alike, so that an indicator can take some or all of
//! them:
//!
//! | word | counts |
//! |---|---|
//! | `finding/KIND/found`, `…/settled`, `…/open` | findings that were ever shown; of these, decided by a clerk or gone; the others |
//! | `row/KIND/unresolved` | rows of an extract of whom nobody knows whose they are |
//! | `survey/FORM/issued` | tasks, where they were issued |
//! | `survey/FORM/STATE` | tasks, where they lie |
//! | `survey/FORM/outcome/CODE` | those that were handed in |
//! | `survey/FORM/timely`, `…/late`, `…/overdue` | handed in by the day, after it; not handed in though the day is past |
//! | `household/visited`, `household/unvisited` | households that hold somebody to be visited |
//! | `village/all`, `village/closed` | villages that have tasks |
//! | `recheck/KIND/drawn`, `…/done`, `…/compared`, `…/equal` | forms of samples; items of them |
//! | `change/KIND/STATE` | procedures, where the person lives |
//! | `source/all`, `source/fresh` | extracts of the last apply; those whose data are no more than 31 days old |
//! | `unit/TYPE/CATEGORY`, `unit-people/TYPE/CATEGORY` | employers, and people insured by them |

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::standard;

use super::{Frozen, Move, Source, Tally};
use crate::RegistryError;
use crate::apply;
use crate::clock::day_of;
use crate::store::{Row, Transaction, Value, values};

/// Days that data may be old and still be fresh.
const FRESH: i32 = 31;

/// Counts by area and word, as they come.
#[derive(Default)]
struct Counts(BTreeMap<(String, String), u64>);

impl Counts {
    fn add(&mut self, area: &str, word: String, count: i64) {
        if let Ok(count @ 1..) = u64::try_from(count) {
            *self.0.entry((area.to_owned(), word)).or_default() += count;
        }
    }
}

/// Fills what a snapshot holds besides people.
pub(super) async fn gather(
    transaction: &mut Transaction,
    frozen: &mut Frozen,
    revision: i64,
) -> Result<(), RegistryError> {
    let as_of = frozen.as_of;
    frozen.sources = sources(transaction, revision, as_of).await?;
    let mut counts = Counts::default();
    for source in &frozen.sources {
        counts.add("", "source/all".to_owned(), 1);
        counts.add("", "source/fresh".to_owned(), i64::from(as_of.0 - source.as_of.0 <= FRESH));
    }
    findings(transaction, &mut counts, revision).await?;
    rows(transaction, &mut counts, &frozen.sources, revision).await?;
    let moved = tasks(transaction, &mut counts, as_of).await?;
    visits(transaction, &mut counts).await?;
    changes(transaction, &mut counts).await?;
    units(transaction, &mut counts, revision).await?;
    let place = |code: &str| {
        let found = frozen.areas.binary_search_by(|(known, _)| known.as_str().cmp(code)).ok()?;
        u32::try_from(found).ok()
    };
    let mut words: Vec<String> = counts.0.keys().map(|(_, word)| word.clone()).collect();
    words.sort_unstable();
    words.dedup();
    let mut tallies: BTreeMap<(Option<u32>, u32), u64> = BTreeMap::new();
    for ((area, word), count) in &counts.0 {
        let at = words.binary_search(word).ok().and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
        *tallies.entry((place(area), at)).or_default() += count;
    }
    let tally = |((area, word), count)| Tally { area, word, count };
    frozen.tallies = tallies.into_iter().map(tally).collect();
    let mut gone: BTreeMap<(Option<u32>, Option<u32>, String), u64> = BTreeMap::new();
    for (issued, lies, form, count) in moved {
        *gone.entry((place(&issued), place(&lies), form)).or_default() += count;
    }
    let moved = |((from, to, form), count)| Move { from, to, form, count };
    frozen.moved = gone.into_iter().map(moved).collect();
    frozen.words = words;
    Ok(())
}

/// The extracts of the last apply, each with its day and with what it had the time before.
async fn sources(transaction: &mut Transaction, revision: i64, as_of: Date) -> Result<Vec<Source>, RegistryError> {
    let sql =
        "SELECT revision, as_of FROM apply WHERE state = 'visible' AND revision <= $1 ORDER BY revision DESC LIMIT 2";
    let applies = transaction.all(sql, values![revision]).await?;
    let mut found = Vec::new();
    if let Some(last) = applies.first() {
        let day = Date::parse(last.text(1)).unwrap_or(as_of);
        let before = match applies.get(1) {
            Some(before) => apply::Source::of(transaction, before.int(0)).await?,
            None => Vec::new(),
        };
        // what a department said of the day that its data stand for
        let sql = "SELECT source, MAX(as_of) FROM delivery WHERE state = 'sent' AND used_by IS NOT NULL AND as_of <= $1 \
                   GROUP BY source";
        let told = transaction.all(sql, values![day.to_string()]).await?;
        let told: BTreeMap<&str, Date> =
            told.iter().filter_map(|row| Some((row.text(0), Date::parse(row.text(1))?))).collect();
        for source in apply::Source::of(transaction, last.int(0)).await? {
            let earlier = before.iter().find(|before| before.name == source.name);
            found.push(Source {
                as_of: told.get(source.name.as_str()).copied().unwrap_or(day),
                before: earlier.and_then(|before| u64::try_from(before.rows).ok()),
                rows: u64::try_from(source.rows).unwrap_or_default(),
                unresolved: u64::try_from(source.unresolved).unwrap_or_default(),
                rejected: u64::try_from(source.rejected).unwrap_or_default(),
                name: source.name,
                kind: source.kind,
            });
        }
    }
    Ok(found)
}

async fn findings(transaction: &mut Transaction, counts: &mut Counts, revision: i64) -> Result<(), RegistryError> {
    // what an apply brought that was taken back was never found
    let sql = "SELECT f.kind, f.area, COUNT(*), \
               CAST(SUM(CASE WHEN f.rev_to > $1 AND h.finding IS NULL THEN 1 ELSE 0 END) AS BIGINT) \
               FROM finding f LEFT JOIN handling h ON h.finding = f.id AND h.ended IS NULL \
                   AND h.verdict IN ('same', 'different') \
               WHERE f.rev_from <= $1 AND f.rev_from NOT IN (SELECT revision FROM apply WHERE state = 'undone') \
               GROUP BY f.kind, f.area";
    for row in transaction.all(sql, values![revision]).await? {
        let (kind, area, found, open) = (row.text(0), row.text(1), row.int(2), row.int(3));
        for (word, count) in [("found", found), ("open", open), ("settled", found - open)] {
            counts.add(area, format!("finding/{kind}/{word}"), count);
        }
    }
    Ok(())
}

async fn rows(
    transaction: &mut Transaction,
    counts: &mut Counts,
    sources: &[Source],
    revision: i64,
) -> Result<(), RegistryError> {
    let sql = "SELECT area, source, COUNT(*) FROM finding \
               WHERE kind = 'row-unresolved' AND rev_from <= $1 AND rev_to > $1 GROUP BY area, source";
    for row in transaction.all(sql, values![revision]).await? {
        let name = row.maybe_text(1).unwrap_or_default();
        let kind = sources.iter().find(|source| source.name == name).map_or(name, |source| source.kind.as_str());
        counts.add(row.text(0), format!("row/{kind}/unresolved"), row.int(2));
    }
    Ok(())
}

/// Tasks; gives those that lie elsewhere than where they were issued: from, to, form, how many.
async fn tasks(
    transaction: &mut Transaction,
    counts: &mut Counts,
    as_of: Date,
) -> Result<Vec<(String, String, String, u64)>, RegistryError> {
    let mut moved = Vec::new();
    let sql = "SELECT issued, area, form, state, outcome, CAST(SUM(tasks) AS BIGINT) FROM survey_tally \
               GROUP BY issued, area, form, state, outcome";
    for row in transaction.all(sql, &[]).await? {
        let (issued, area, form, state) = (row.text(0), row.text(1), row.text(2), row.text(3));
        let count = row.int(5);
        counts.add(issued, format!("survey/{form}/issued"), count);
        counts.add(area, format!("survey/{form}/{state}"), count);
        if !row.text(4).is_empty() {
            counts.add(area, format!("survey/{form}/outcome/{}", row.text(4)), count);
        }
        if let (true, Ok(count @ 1..)) = (issued != area, u64::try_from(count)) {
            moved.push((issued.to_owned(), area.to_owned(), form.to_owned(), count));
        }
    }
    // whole days of Chinese time: the day that a clerk reads
    let sql = "SELECT area, form, state, due, (submitted_at + 28800000) / 86400000, COUNT(*) FROM survey_task \
               WHERE due IS NOT NULL AND state <> 'exempt' GROUP BY 1, 2, 3, 4, 5";
    transaction
        .each(sql, &[], |row| {
            let due = row.maybe_text(3).and_then(Date::parse);
            let handed_in = matches!(row.text(2), "submitted" | "approved");
            let on = row.maybe_int(4).map(|days| day_of(days * 86_400_000));
            let word = match (due, on.filter(|_| handed_in)) {
                (Some(due), Some(on)) if on <= due => "timely",
                (Some(_), Some(_)) => "late",
                (Some(due), None) if due < as_of => "overdue",
                _ => return Ok(()),
            };
            counts.add(row.text(0), format!("survey/{}/{word}", row.text(1)), row.int(5));
            Ok(())
        })
        .await?;
    Ok(moved)
}

async fn visits(transaction: &mut Transaction, counts: &mut Counts) -> Result<(), RegistryError> {
    let sql = "SELECT village, households, unvisited FROM survey_place";
    for row in transaction.all(sql, &[]).await? {
        counts.add(row.text(0), "household/visited".to_owned(), row.int(1) - row.int(2));
        counts.add(row.text(0), "household/unvisited".to_owned(), row.int(2));
    }
    let sql = "SELECT DISTINCT area FROM survey_tally WHERE form = 'person' AND tasks > 0 AND length(area) = 12";
    for row in transaction.all(sql, &[]).await? {
        counts.add(row.text(0), "village/all".to_owned(), 1);
    }
    let sql = "SELECT DISTINCT village FROM survey_closing WHERE opened_at IS NULL";
    for row in transaction.all(sql, &[]).await? {
        counts.add(row.text(0), "village/closed".to_owned(), 1);
    }
    let sql = "SELECT t.area, s.kind, COUNT(*), CAST(SUM(CASE WHEN r.at IS NULL THEN 0 ELSE 1 END) AS BIGINT), \
               CAST(SUM(r.compared) AS BIGINT), CAST(SUM(r.equal) AS BIGINT) \
               FROM survey_recheck r JOIN survey_sample s ON s.id = r.sample JOIN survey_task t ON t.id = r.task \
               GROUP BY t.area, s.kind";
    for row in transaction.all(sql, &[]).await? {
        for (at, word) in [(2, "drawn"), (3, "done"), (4, "compared"), (5, "equal")] {
            counts.add(row.text(0), format!("recheck/{}/{word}", row.text(1)), row.int(at));
        }
    }
    Ok(())
}

async fn changes(transaction: &mut Transaction, counts: &mut Counts) -> Result<(), RegistryError> {
    // where somebody lived last: they may be dead by now, or merged
    let sql = "SELECT COALESCE((SELECT p.area FROM person p WHERE p.person = c.person ORDER BY p.rev_from DESC LIMIT 1), ''), \
               c.kind, c.state, COUNT(*) FROM change_request c GROUP BY 1, 2, 3";
    for row in transaction.all(sql, &[]).await? {
        counts.add(row.text(0), format!("change/{}/{}", row.text(1), row.text(2)), row.int(3));
    }
    Ok(())
}

async fn units(transaction: &mut Transaction, counts: &mut Counts, revision: i64) -> Result<(), RegistryError> {
    let sql = "SELECT COALESCE(county, ''), type, category, COUNT(*), CAST(SUM(insured_people) AS BIGINT) FROM unit \
               WHERE rev_from <= $1 AND rev_to > $1 GROUP BY 1, 2, 3";
    let types = standard::unit_types();
    let word = |row: &Row| {
        // what departments wrote is not kept, for anything may stand in a column
        let kind = row.maybe_text(1).map(str::trim).filter(|kind| !kind.is_empty());
        kind.map_or("none", |kind| types.find(kind).map_or("other", |entry| entry.code())).to_owned()
    };
    let rows: Vec<Row> = transaction.all(sql, &[Value::from(revision)]).await?;
    for row in &rows {
        let (kind, category) = (word(row), row.text(2));
        counts.add(row.text(0), format!("unit/{kind}/{category}"), row.int(3));
        counts.add(row.text(0), format!("unit-people/{kind}/{category}"), row.int(4));
    }
    Ok(())
}
