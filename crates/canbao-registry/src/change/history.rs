//! What a record was: as of any day, as known at any time.

use canbao_domain::date::Date;

use crate::RegistryError;
use crate::apply::{item, set_item};
use crate::person::{Enrolment, Record, Whole, people};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// Items of a record that history tells, with what a clerk calls them.
const ITEMS: [(&str, &str); 12] = [
    ("name", "姓名"),
    ("sex", "性别"),
    ("birth_date", "出生日期"),
    ("ethnic", "民族"),
    ("hukou", "户口性质"),
    ("household", "户号"),
    ("relation", "与户主关系"),
    ("address", "住址"),
    ("phone", "电话"),
    ("area", "所在区划"),
    ("life", "生存和迁移状态"),
    ("population", "人口类别"),
];

/// Which state of a record is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// As it was on this day; today's where none is named.
    pub effective: Option<Date>,
    /// As it was known at this time, milliseconds since 1970 (UTC); now where none is named.
    pub known_at: Option<i64>,
}

/// A version of a record, and what made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The revision.
    pub revision: i64,
    /// When it became known, milliseconds since 1970 (UTC).
    pub at: i64,
    /// From which day it holds.
    pub effective: String,
    /// `apply`, a procedure's kind, `claim`, `undo`.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// What changed, in Chinese; no values.
    pub what: String,
    /// The revision that undid it.
    pub undone_by: Option<i64>,
}

/// What a clerk calls an item of a record.
pub(super) fn item_name(item: &str) -> Option<&'static str> {
    ITEMS.iter().find(|(name, _)| *name == item).map(|(_, chinese)| *chinese)
}

/// What differs between two versions, in Chinese, without values: 姓名、参保记录.
pub(super) fn told(before: &Whole, after: &Whole) -> String {
    let mut what: Vec<&str> = ITEMS
        .iter()
        .filter(|(name, _)| item(&before.record, name) != item(&after.record, name))
        .map(|(_, chinese)| *chinese)
        .collect();
    for (chinese, differs) in [
        ("在册状态", before.record.state != after.record.state),
        ("号码", !same(&before.numbers, &after.numbers)),
        ("参保记录", !same(&before.enrolments, &after.enrolments)),
        ("待核问题", !same(&before.findings, &after.findings)),
        (
            "享受待遇",
            before.record.subsistence != after.record.subsistence
                || before.record.disability != after.record.disability,
        ),
        ("类别", before.derived.category != after.derived.category),
    ] {
        if differs {
            what.push(chinese);
        }
    }
    if what.is_empty() { "没有内容变化".to_owned() } else { what.join("、") }
}

/// Whether two versions say the same.
pub(super) fn alike(one: &Whole, other: &Whole) -> bool {
    one.record == other.record
        && same(&one.numbers, &other.numbers)
        && same(&one.enrolments, &other.enrolments)
        && same(&one.findings, &other.findings)
}

fn same<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    one.len() == other.len() && one.iter().all(|row| other.contains(row))
}

impl Registry {
    /// All versions of a person's record, the oldest first.
    ///
    /// # Errors
    /// Where the person is unknown or out of reach.
    pub async fn history(&self, asker: &Asker, person: i64) -> Result<Vec<Event>, RegistryError> {
        self.person(asker, person).await?;
        self.events_of(&mut self.store.statements().await?, person).await
    }

    /// The same; nothing is put on the log.
    pub(crate) async fn events_of(
        &self,
        transaction: &mut Transaction,
        person: i64,
    ) -> Result<Vec<Event>, RegistryError> {
        Ok(self.versions_of(transaction, person).await?.0)
    }

    /// The same, with the versions themselves.
    pub(crate) async fn versions_of(
        &self,
        transaction: &mut Transaction,
        person: i64,
    ) -> Result<(Vec<Event>, Vec<Whole>), RegistryError> {
        let sql = "SELECT p.rev_from, r.at, p.effective, r.kind, r.actor, r.undone_by FROM person p \
                   JOIN revision r ON r.revision = p.rev_from \
                   WHERE p.person = $1 AND p.rev_from <= (SELECT visible FROM state) ORDER BY p.rev_from";
        let rows = transaction.all(sql, values![person]).await?;
        let mut events = Vec::with_capacity(rows.len());
        let mut versions: Vec<Whole> = Vec::with_capacity(rows.len());
        for row in rows {
            let now = people(transaction, &[person], row.int(0)).await?.into_iter().next();
            let what = match (versions.last(), &now) {
                (Some(before), Some(now)) => told(before, now),
                _ => "首次登记".to_owned(),
            };
            versions.extend(now);
            events.push(Event {
                revision: row.int(0),
                at: row.int(1),
                effective: row.text(2).to_owned(),
                kind: row.text(3).to_owned(),
                actor: row.text(4).to_owned(),
                what,
                undone_by: row.maybe_int(5),
            });
        }
        Ok((events, versions))
    }

    /// A person's record as it was on a day, as it was known at a time. What became known later than it held (a death
    /// told months after) is in its place by the day from which it holds; before the first that is known, the first
    /// version stands.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where nothing was known of the person then, or they are out of reach.
    pub async fn as_of_moment(&self, asker: &Asker, person: i64, moment: Moment) -> Result<Whole, RegistryError> {
        self.person(asker, person).await?;
        let mut transaction = self.store.read().await?;
        let sql = "SELECT COALESCE(MAX(revision), -1) FROM revision WHERE at <= $1 \
                   AND revision <= (SELECT visible FROM state)";
        let known = transaction.int(sql, values![moment.known_at.unwrap_or(i64::MAX)]).await?;
        let sql = "SELECT rev_from FROM person WHERE person = $1 AND rev_from <= $2 ORDER BY rev_from";
        let revisions: Vec<i64> =
            transaction.all(sql, values![person, known]).await?.iter().map(|row| row.int(0)).collect();
        let mut versions = Vec::with_capacity(revisions.len());
        for revision in revisions {
            versions.extend(people(&mut transaction, &[person], revision).await?);
        }
        let Some(day) = moment.effective.map(|day| day.to_string()) else {
            return versions.pop().ok_or(RegistryError::Nobody);
        };
        on_day(&versions, &day).ok_or(RegistryError::Nobody)
    }
}

/// The record as it was on a day, from all versions that were known, in the order in which they were: what each changed
/// takes its place by the day from which it holds.
fn on_day(versions: &[Whole], day: &str) -> Option<Whole> {
    let first = versions.first()?;
    let mut shown = first.clone();
    let mut changes: Vec<(&Whole, &Whole)> = versions.iter().zip(versions.iter().skip(1)).collect();
    changes.sort_by(|(_, one), (_, other)| (&one.effective, one.revision).cmp(&(&other.effective, other.revision)));
    for (from, to) in changes.iter().filter(|(_, to)| to.effective.as_str() <= day) {
        change(&mut shown, from, to);
    }
    // an insurance row holds from a day of its own, until that of the version which no longer has it
    let mut rows: Vec<Enrolment> = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        for row in &version.enrolments {
            let begun = at == 0 || row.effective.as_str() <= day;
            if !begun || rows.iter().any(|known| known.id == row.id) {
                continue;
            }
            let without =
                versions.iter().skip(at).find(|later| !later.enrolments.iter().any(|other| other.id == row.id));
            if without.is_none_or(|ended| ended.effective.as_str() > day) {
                rows.push(row.clone());
            }
        }
    }
    shown.enrolments = rows;
    Some(shown)
}

/// Takes over what differs between two versions.
fn change(shown: &mut Whole, from: &Whole, to: &Whole) {
    for (name, _) in ITEMS {
        let (before, after) = (item(&from.record, name), item(&to.record, name));
        if before != after {
            set_item(&mut shown.record, name, after);
        }
    }
    take(&mut shown.record, &from.record, &to.record);
    if !same(&from.numbers, &to.numbers) {
        shown.numbers.clone_from(&to.numbers);
    }
    if !same(&from.findings, &to.findings) {
        shown.findings.clone_from(&to.findings);
    }
    shown.derived = to.derived;
    shown.revision = shown.revision.max(to.revision);
    shown.effective.clone_from(&to.effective);
}

fn take(shown: &mut Record, from: &Record, to: &Record) {
    if from.state != to.state {
        shown.state = to.state;
    }
    if from.merged_into != to.merged_into {
        shown.merged_into = to.merged_into;
    }
    if from.life_date != to.life_date {
        shown.life_date = to.life_date;
    }
    if from.subsistence != to.subsistence {
        shown.subsistence = to.subsistence;
    }
    if from.disability != to.disability {
        shown.disability = to.disability;
    }
}
