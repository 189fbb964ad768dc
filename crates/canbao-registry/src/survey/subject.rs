//! A task with all that bears on it: what judges and approves it is told.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::item::{Heads, heads, versions};
use super::photo::{Photo, photos_of};
use super::row::{TASK, Task, task_of};
use crate::RegistryError;
use crate::person::{Whole, people};
use crate::private::{Kind, phone_hash};
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// An attempt to meet somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The operation that told of it.
    pub op: String,
    /// `met`, `absent`, `phone`.
    pub found: String,
    /// A word about it. Personal.
    pub note: String,
    /// When, milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub actor: String,
}

/// What the record has of an employer. No `Debug`: one who employs himself stands here by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Unit {
    /// 统一社会信用代码
    pub credit_code: Option<String>,
    /// 工商注册号
    pub registration_number: Option<String>,
    /// 单位名称
    pub name: Option<String>,
    /// 单位类型
    pub kind: Option<String>,
    /// 地址
    pub address: Option<String>,
    /// As [`crate::query::Employer::category`].
    pub category: String,
    /// People insured through it.
    pub insured_people: i64,
}

/// A task with what is known and what was said.
#[derive(Clone)]
pub struct Subject {
    /// The task.
    pub task: Task,
    /// The record of its person.
    pub whole: Option<Whole>,
    /// Of its employer.
    pub unit: Option<Unit>,
    /// What the row says that is nobody's, where the task is about one. Personal.
    pub row: Option<String>,
    /// Answers.
    pub heads: Heads,
    /// Attempts.
    pub visits: Vec<Visit>,
    /// Pictures that were not taken away.
    pub photos: Vec<Photo>,
    /// How many others have the telephone number that was answered, else the known one.
    pub same_phone: i64,
    /// How many others have the number that was answered.
    pub same_number: i64,
    /// Why it was returned last, where it is returned: what was said, by whom, and items with their reasons as JSON.
    pub returned: Option<(String, String, String)>,
}

impl std::fmt::Debug for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subject").field("task", &self.task.id).finish_non_exhaustive()
    }
}

impl Subject {
    /// The value of an item that counts.
    pub fn value(&self, item: &str) -> Option<&Json> {
        self.heads.get(item).and_then(|heads| heads.first()).map(|head| &head.value)
    }

    /// Items of which several people said different things and nobody has settled it.
    pub fn disputed(&self) -> Vec<&str> {
        let differs = |heads: &[super::Version]| {
            heads.iter().any(|head| Some(&head.value) != heads.first().map(|head| &head.value))
        };
        self.heads.iter().filter(|(_, heads)| differs(heads)).map(|(item, _)| item.as_str()).collect()
    }
}

/// Whether a task's form is filled as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether it can be handed in.
    pub complete: bool,
    /// What is lacking, in sentences, where it cannot.
    pub says: String,
    /// The outcome's code.
    pub outcome: String,
}

/// Who knows the forms.
pub trait Judge: Send + Sync {
    /// Whether a task can be handed in as it stands.
    fn judge(&self, subject: &Subject) -> Judged;
}

/// Tasks with all that bears on them, in the order of `tasks`, as the visible revision shows people.
pub(super) async fn subjects(
    registry: &Registry,
    transaction: &mut Transaction,
    tasks: Vec<Task>,
) -> Result<Vec<Subject>, RegistryError> {
    let visible = crate::person::visible(transaction).await?;
    let ids: Vec<i64> = tasks.iter().filter_map(|task| task.person).collect();
    let mut wholes: BTreeMap<i64, Whole> =
        people(transaction, &ids, visible).await?.into_iter().map(|whole| (whole.person, whole)).collect();
    let marks: Vec<String> = tasks.iter().map(|task| task.mark.clone()).collect();
    let mut said = versions(transaction, &marks).await?;
    let mut visits = visits_of(transaction, &marks).await?;
    let mut photos = photos_of(transaction, &marks).await?;
    let mut units = units_of(transaction, &tasks, visible).await?;
    let mut rows = rows_of(transaction, &tasks).await?;
    let mut subjects = Vec::with_capacity(tasks.len());
    for task in tasks {
        let heads = heads(said.remove(&task.mark).unwrap_or_default());
        let whole = task.person.and_then(|person| wholes.remove(&person));
        subjects.push(Subject {
            whole,
            unit: task.unit.and_then(|unit| units.remove(&unit)),
            row: task.finding.and_then(|finding| rows.remove(&finding)),
            heads,
            visits: visits.remove(&task.mark).unwrap_or_default(),
            photos: photos.remove(&task.mark).unwrap_or_default(),
            same_phone: 0,
            same_number: 0,
            returned: None,
            task,
        });
    }
    shared(registry, transaction, &mut subjects).await?;
    returned(transaction, &mut subjects).await?;
    Ok(subjects)
}

/// One task by its key.
pub(super) async fn task_by(transaction: &mut Transaction, mark: &str) -> Result<Option<Task>, RegistryError> {
    let sql = format!("SELECT {} FROM survey_task WHERE mark = $1", TASK.join(", "));
    Ok(transaction.first(sql, values![mark]).await?.map(|row| task_of(&row)))
}

/// Counts who else has a telephone or a number.
async fn shared(
    registry: &Registry,
    transaction: &mut Transaction,
    subjects: &mut [Subject],
) -> Result<(), RegistryError> {
    let text = |subject: &Subject, item: &str| {
        subject.value(item).and_then(Json::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let phone = |subject: &Subject| {
        let known = subject.whole.as_ref().and_then(|whole| whole.record.phone.clone());
        text(subject, "phone").or(known).and_then(|phone| phone_hash(&registry.key, &phone))
    };
    let number = |subject: &Subject| {
        text(subject, "number").map(|number| registry.key.hash(Kind::Number, &number.to_ascii_uppercase()))
    };
    let phones: Vec<i64> = subjects.iter().filter_map(phone).collect();
    let numbers: Vec<i64> = subjects.iter().filter_map(number).collect();
    let by_phone = holders(transaction, "person", "phone_hash", "AND state = 'current'", &phones).await?;
    let by_number = holders(transaction, "number", "hash", "", &numbers).await?;
    for subject in subjects {
        let own = subject.task.person.unwrap_or_default();
        let others = |by: &BTreeMap<i64, Vec<i64>>, hash: Option<i64>| {
            let holders = hash.and_then(|hash| by.get(&hash)).map(Vec::as_slice).unwrap_or_default();
            holders.iter().filter(|holder| **holder != own).count() as i64
        };
        (subject.same_phone, subject.same_number) =
            (others(&by_phone, phone(subject)), others(&by_number, number(subject)));
    }
    Ok(())
}

/// Who holds a hash now, by hash, each once.
async fn holders(
    transaction: &mut Transaction,
    table: &str,
    column: &str,
    and: &str,
    hashes: &[i64],
) -> Result<BTreeMap<i64, Vec<i64>>, RegistryError> {
    let mut found: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    let now = crate::person::NOW;
    for chunk in hashes.chunks(500) {
        let (whom, among) = (transaction.integers(chunk), transaction.among(1));
        let sql = format!(
            "SELECT DISTINCT {column}, person FROM {table} WHERE {column} {among} \
             AND rev_from <= {now} AND rev_to > {now} {and}"
        );
        for row in transaction.all(sql, &[whom]).await? {
            found.entry(row.int(0)).or_default().push(row.int(1));
        }
    }
    Ok(found)
}

/// Why those that are returned were.
async fn returned(transaction: &mut Transaction, subjects: &mut [Subject]) -> Result<(), RegistryError> {
    let ids: Vec<i64> = subjects
        .iter()
        .filter(|subject| subject.task.state == super::State::Returned)
        .map(|subject| subject.task.id)
        .collect();
    let mut last = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let (whom, among) = (transaction.integers(chunk), transaction.among(1));
        let sql = format!(
            "SELECT task, says, actor, items FROM survey_event WHERE task {among} AND kind = 'return' ORDER BY id"
        );
        for row in transaction.all(sql, &[whom]).await? {
            last.insert(row.int(0), (row.text(1).to_owned(), row.text(2).to_owned(), row.text(3).to_owned()));
        }
    }
    for subject in subjects {
        subject.returned = last.remove(&subject.task.id);
    }
    Ok(())
}

/// Attempts by subject, in the order of their time.
pub(super) async fn visits_of(
    transaction: &mut Transaction,
    subjects: &[String],
) -> Result<BTreeMap<String, Vec<Visit>>, RegistryError> {
    let mut found: BTreeMap<String, Vec<Visit>> = BTreeMap::new();
    for chunk in subjects.chunks(500) {
        let sql = format!(
            "SELECT subject, op, found, note, at, actor FROM survey_visit WHERE subject IN ({}) ORDER BY at, op",
            crate::store::list(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|subject| subject.as_str().into()).collect();
        for row in transaction.all(sql, &values).await? {
            let visit = Visit {
                op: row.text(1).to_owned(),
                found: row.text(2).to_owned(),
                note: row.text(3).to_owned(),
                at: row.int(4),
                actor: row.text(5).to_owned(),
            };
            found.entry(row.text(0).to_owned()).or_default().push(visit);
        }
    }
    Ok(found)
}

/// Employers by their identifiers.
async fn units_of(
    transaction: &mut Transaction,
    tasks: &[Task],
    visible: i64,
) -> Result<BTreeMap<i64, Unit>, RegistryError> {
    let ids: Vec<i64> = tasks.iter().filter_map(|task| task.unit).collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let (whom, among) = (transaction.integers(chunk), transaction.among(2));
        let sql = format!(
            "SELECT id, credit_code, registration_number, name, type, address, category, insured_people FROM unit \
             WHERE rev_from <= $1 AND rev_to > $1 AND id {among}"
        );
        for row in transaction.all(sql, &[visible.into(), whom]).await? {
            let text = |at| row.maybe_text(at).map(str::to_owned);
            let unit = Unit {
                credit_code: text(1),
                registration_number: text(2),
                name: text(3),
                kind: text(4),
                address: text(5),
                category: row.text(6).to_owned(),
                insured_people: row.int(7),
            };
            found.insert(row.int(0), unit);
        }
    }
    Ok(found)
}

/// What rows say that are nobody's, by finding.
async fn rows_of(transaction: &mut Transaction, tasks: &[Task]) -> Result<BTreeMap<i64, String>, RegistryError> {
    let ids: Vec<i64> = tasks.iter().filter_map(|task| task.finding).collect();
    let mut found = BTreeMap::new();
    for chunk in ids.chunks(500) {
        let (whom, among) = (transaction.integers(chunk), transaction.among(1));
        let sql = format!("SELECT id, COALESCE(detail, '') FROM finding WHERE id {among} ORDER BY rev_from");
        for row in transaction.all(sql, &[whom]).await? {
            found.insert(row.int(0), row.text(1).to_owned());
        }
    }
    Ok(found)
}
