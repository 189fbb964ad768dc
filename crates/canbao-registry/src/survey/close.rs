//! Completeness (查不漏户、户不漏人、人不漏项): what is missing in a village, and its closing (办结).
//!
//! Three lists must be empty or explained: households that hold somebody to be visited and were not visited; people without an
//! outcome; items that are missing for the outcome.

use std::collections::BTreeMap;

use canbao_domain::scope::Scope;

use super::list::{TaskFilter, condition};
use super::pull::by_id;
use super::row::{State, TASK, Task, task_columns, task_of};
use super::subject::{Judge, Subject, subjects};
use super::{HouseholdSheet, note};
use crate::RegistryError;
use crate::audit::{self, Entry, Look};
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// What is missing in a village.
#[derive(Debug, Default)]
pub struct Gaps {
    /// Households that were not visited (漏户).
    pub households: Vec<HouseholdSheet>,
    /// People and employers without an outcome (漏人).
    pub people: Vec<Subject>,
    /// Forms with something missing, and what (漏项).
    pub items: Vec<(Subject, String)>,
    /// Why an entry may stand, by key.
    pub explained: BTreeMap<String, String>,
    /// Tasks that were looked at.
    pub tasks: i64,
}

impl Gaps {
    /// The keys of entries that are not explained.
    pub fn unexplained(&self) -> Vec<&str> {
        let households = self.households.iter().map(|sheet| sheet.household.mark.as_str());
        let tasks = self.people.iter().chain(self.items.iter().map(|(subject, _)| subject));
        let marks = households.chain(tasks.map(|subject| subject.task.mark.as_str()));
        marks.filter(|mark| !self.explained.contains_key(*mark)).collect()
    }
}

/// How far villages are, in one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completeness {
    /// Households that hold somebody to be visited.
    pub households: i64,
    /// Of these, those not visited.
    pub unvisited: i64,
    /// Tasks without an outcome.
    pub open: i64,
    /// Villages that have tasks.
    pub villages: i64,
    /// Of these, closed ones.
    pub closed: i64,
}

/// A village that was closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The village.
    pub village: String,
    /// Who closed it.
    pub closed_by: String,
    /// When, milliseconds since 1970.
    pub closed_at: i64,
    /// The counts of that moment, as JSON.
    pub figures: String,
    /// Over all tasks and answers, in hexadecimal digits.
    pub digest: String,
    /// Who opened it again, when and why.
    pub opened: Option<(String, i64, String)>,
}

fn closing_of(row: &Row) -> Closing {
    let opened = row.maybe_text(5).map(|by| (by.to_owned(), row.int(6), row.text(7).to_owned()));
    Closing {
        village: row.text(0).to_owned(),
        closed_by: row.text(1).to_owned(),
        closed_at: row.int(2),
        figures: row.text(3).to_owned(),
        digest: audit::hex(row.bytes(4)),
        opened,
    }
}

const CLOSING: &str = "village, closed_by, closed_at, figures, digest, opened_by, opened_at, reason";

impl Registry {
    /// What is missing in a village; one look on the log.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach.
    pub async fn survey_gaps(&self, asker: &Asker, village: &str, judge: &dyn Judge) -> Result<Gaps, RegistryError> {
        let mut transaction = self.store.read().await?;
        let gaps = self.gaps(&mut transaction, asker, village, judge).await?;
        drop(transaction);
        let persons = (gaps.people.len() + gaps.items.len()) as i64;
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        self.looks.put(Look { actor, purpose, subject: format!("survey gaps {village}"), persons }).await?;
        Ok(gaps)
    }

    async fn gaps(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        village: &str,
        judge: &dyn Judge,
    ) -> Result<Gaps, RegistryError> {
        let areas = self.areas.get(transaction).await?;
        if areas.get(village).is_none() || !areas.reached(&asker.scope, village) {
            return Err(RegistryError::Nobody);
        }
        let sql = "SELECT id FROM survey_household WHERE village = $1 AND live > 0 AND visited = 0 ORDER BY id";
        let unvisited: Vec<i64> = transaction.all(sql, values![village]).await?.iter().map(|row| row.int(0)).collect();
        let unvisited = by_id(transaction, &unvisited).await?;
        let households = self.sheets(transaction, asker, unvisited).await?;
        let sql = format!(
            "SELECT {} FROM survey_task WHERE area = $1 AND state <> 'exempt' ORDER BY household, id",
            TASK.join(", ")
        );
        let tasks: Vec<Task> = transaction.all(sql, values![village]).await?.iter().map(task_of).collect();
        let mut gaps = Gaps { households, tasks: tasks.len() as i64, ..Gaps::default() };
        for subject in subjects(self, transaction, tasks).await? {
            if subject.task.state.is_open() {
                gaps.people.push(subject);
                continue;
            }
            let judged = judge.judge(&subject);
            if !judged.complete {
                gaps.items.push((subject, judged.says));
            }
        }
        let sql = "SELECT subject, says FROM survey_explanation WHERE village = $1 ORDER BY id";
        for row in transaction.all(sql, values![village]).await? {
            gaps.explained.insert(row.text(0).to_owned(), row.text(1).to_owned());
        }
        Ok(gaps)
    }

    /// Says why an entry of a village's lists may stand.
    ///
    /// # Errors
    /// Where nothing is said, or the entry or village is out of reach.
    pub async fn survey_explain(
        &self,
        asker: &Asker,
        village: &str,
        subject: &str,
        says: &str,
    ) -> Result<(), RegistryError> {
        let says = says.trim();
        if says.is_empty() || says.chars().count() > 200 {
            return Err(RegistryError::refused_at("says", "没有写说明，或超过 200 个字。", "请写明为什么查不到。"));
        }
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM survey_task WHERE mark = $1 AND area = $2 \
                   UNION ALL SELECT 1 FROM survey_household WHERE mark = $1 AND village = $2) AS known";
        let there = transaction.int(sql, values![subject, village]).await?;
        if there == 0 || !areas.reached(&asker.scope, village) {
            return Err(RegistryError::Nobody);
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_explanation", &[]).await?;
        let sql =
            "INSERT INTO survey_explanation (id, village, subject, says, actor, at) VALUES ($1, $2, $3, $4, $5, $6)";
        transaction.execute(sql, values![id, village, subject, says, asker.actor.as_str(), now_ms()]).await?;
        note(&mut transaction, asker, "survey-explain", &format!("survey village {village} explanation {id}")).await?;
        transaction.commit().await
    }

    /// Closes a village: nothing is missing that is not explained. What it held at that moment stands behind its entry on the
    /// audit.
    ///
    /// # Errors
    /// Where something is missing, it is closed, nothing was issued there, or it is out of reach.
    pub async fn survey_close(
        &self,
        asker: &Asker,
        village: &str,
        judge: &dyn Judge,
    ) -> Result<Closing, RegistryError> {
        let mut transaction = self.store.write().await?;
        let gaps = self.gaps(&mut transaction, asker, village, judge).await?;
        let missing = gaps.unexplained().len();
        if missing > 0 {
            let (households, people, items) = (gaps.households.len(), gaps.people.len(), gaps.items.len());
            return Err(RegistryError::refused(
                format!(
                    "还不能办结：漏户 {households} 户，没有结果 {people} 人，漏项 {items} 份，其中 {missing} 条没有说明。"
                ),
                "请逐条补齐，或写明原因。",
            ));
        }
        if gaps.tasks == 0 {
            return Err(RegistryError::refused("这个村（社区）没有入户任务。", "不必办结。"));
        }
        if is_closed(&mut transaction, village).await? {
            return Err(RegistryError::refused("这个村（社区）已经办结。", "要修改请由县级重新打开。"));
        }
        let (figures, digest) = standing(&mut transaction, village).await?;
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_closing", &[]).await?;
        let now = now_ms();
        let sql = "INSERT INTO survey_closing (id, village, closed_by, closed_at, figures, digest) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let row: &[Value] =
            values![id, village, asker.actor.as_str(), now, figures.as_str(), digest.as_bytes().to_vec()];
        transaction.execute(sql, row).await?;
        let entry = Entry {
            actor: &asker.actor,
            action: "survey-close",
            subject: &format!("survey village {village}"),
            revision: None,
            digest: digest.as_bytes(),
        };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(Closing {
            village: village.to_owned(),
            closed_by: asker.actor.clone(),
            closed_at: now,
            figures,
            digest: audit::hex(digest.as_bytes()),
            opened: None,
        })
    }

    /// Opens a closed village again.
    ///
    /// # Errors
    /// Where it is not closed or out of reach, or no reason is given.
    pub async fn survey_reopen(&self, asker: &Asker, village: &str, reason: &str) -> Result<(), RegistryError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(RegistryError::refused_at("reason", "没有写重新打开的理由。", "请写明理由。"));
        }
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if !areas.reached(&asker.scope, village) {
            return Err(RegistryError::Nobody);
        }
        let sql = "UPDATE survey_closing SET opened_by = $1, opened_at = $2, reason = $3 \
                   WHERE village = $4 AND opened_at IS NULL";
        let row: &[Value] = values![asker.actor.as_str(), now_ms(), reason, village];
        if transaction.execute(sql, row).await? == 0 {
            return Err(RegistryError::refused("这个村（社区）没有办结。", "请刷新页面查看。"));
        }
        note(&mut transaction, asker, "survey-reopen", &format!("survey village {village}")).await?;
        transaction.commit().await
    }

    /// The closings of a village, the newest first.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_closings(&self, village: &str) -> Result<Vec<Closing>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = format!("SELECT {CLOSING} FROM survey_closing WHERE village = $1 ORDER BY id DESC");
        Ok(statements.all(sql, values![village]).await?.iter().map(closing_of).collect())
    }

    /// How complete an area and each right under it are.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach.
    pub async fn survey_completeness(
        &self,
        scope: &Scope,
        area: &str,
    ) -> Result<(Completeness, Vec<(String, Completeness)>), RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        if !areas.reached(scope, area) {
            return Err(RegistryError::Nobody);
        }
        let everywhere = areas.city() == Some(area);
        let codes = areas.reporting_to(area);
        let mut by_village: BTreeMap<String, Completeness> = BTreeMap::new();
        let within = |column: &str, values: &mut Vec<Value>| {
            if everywhere { "1 = 1".to_owned() } else { areas.condition(column, &codes, values) }
        };
        let mut values: Vec<Value> = Vec::new();
        let whom = within("village", &mut values);
        let sql = format!("SELECT village, households, unvisited FROM survey_place WHERE {whom}");
        for row in statements.all(sql, &values).await? {
            let entry = by_village.entry(row.text(0).to_owned()).or_default();
            entry.households += row.int(1);
            entry.unvisited += row.int(2);
        }
        let mut values: Vec<Value> = Vec::new();
        let whom = within("area", &mut values);
        let sql = format!(
            "SELECT area, CAST(SUM(CASE WHEN state IN ('open', 'returned') THEN tasks ELSE 0 END) AS BIGINT), \
             CAST(SUM(CASE WHEN state <> 'exempt' THEN tasks ELSE 0 END) AS BIGINT) FROM survey_tally WHERE {whom} GROUP BY area"
        );
        for row in statements.all(sql, &values).await? {
            let entry = by_village.entry(row.text(0).to_owned()).or_default();
            entry.open += row.int(1);
            entry.villages = i64::from(row.int(2) > 0);
        }
        let sql = "SELECT village FROM survey_closing WHERE opened_at IS NULL";
        for row in statements.all(sql, &[]).await? {
            if let Some(entry) = by_village.get_mut(row.text(0)) {
                entry.closed = entry.villages;
            }
        }
        drop(statements);
        let sum = |codes: &[&str]| {
            let mut whole = Completeness::default();
            for (village, entry) in &by_village {
                if codes.binary_search(&village.as_str()).is_ok() {
                    whole.households += entry.households;
                    whole.unvisited += entry.unvisited;
                    whole.open += entry.open;
                    whole.villages += entry.villages;
                    whole.closed += entry.closed;
                }
            }
            whole
        };
        let under = areas.reporting_right_to(area).into_iter();
        let parts = under.map(|(code, _)| (code.to_owned(), sum(&areas.reporting_to(code)))).collect();
        let all: Vec<&str> = by_village.keys().map(String::as_str).collect();
        Ok((sum(if everywhere { &all } else { &codes }), parts))
    }

    /// Answers of a telephone number, position and time by collector, for what is implausible: one row a form that was handed
    /// in, in an area; the values of some items.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where it is out of reach.
    pub async fn survey_handed_in(&self, asker: &Asker, area: &str, most: i64) -> Result<Vec<Subject>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if areas.get(area).is_none() || !areas.reached(&asker.scope, area) {
            return Err(RegistryError::Nobody);
        }
        let filter = TaskFilter {
            area: Some(area.to_owned()),
            states: vec![State::Submitted, State::Approved],
            ..TaskFilter::default()
        };
        let mut values: Vec<Value> = Vec::new();
        let whom = condition(&areas, &asker.scope, &filter, &mut values);
        values.push(most.into());
        let sql = format!(
            "SELECT {} FROM survey_task t WHERE {whom} ORDER BY t.submitted_by, t.submitted_at, t.id LIMIT ${}",
            task_columns("t"),
            values.len()
        );
        let tasks: Vec<Task> = transaction.all(sql, &values).await?.iter().map(task_of).collect();
        let found = subjects(self, &mut transaction, tasks).await?;
        drop(transaction);
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        let look = Look { actor, purpose, subject: format!("survey patterns {area}"), persons: found.len() as i64 };
        self.looks.put(look).await?;
        Ok(found)
    }
}

/// Whether a village is closed.
pub(super) async fn is_closed(transaction: &mut Transaction, village: &str) -> Result<bool, RegistryError> {
    let sql = "SELECT COUNT(*) FROM survey_closing WHERE village = $1 AND opened_at IS NULL";
    Ok(transaction.int(sql, values![village]).await? > 0)
}

/// The counts of a village, and a digest over all its tasks and answers.
async fn standing(transaction: &mut Transaction, village: &str) -> Result<(String, blake3::Hash), RegistryError> {
    let mut hasher = blake3::Hasher::new();
    let mut put = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes()).update(text.as_bytes());
    };
    let mut states: BTreeMap<String, i64> = BTreeMap::new();
    let mut outcomes: BTreeMap<String, i64> = BTreeMap::new();
    let sql = "SELECT mark, state, outcome, reason FROM survey_task WHERE area = $1 ORDER BY mark";
    for row in transaction.all(sql, values![village]).await? {
        (0..4).for_each(|at| put(row.text(at)));
        *states.entry(row.text(1).to_owned()).or_default() += 1;
        if !row.text(2).is_empty() {
            *outcomes.entry(row.text(2).to_owned()).or_default() += 1;
        }
    }
    let sql = "SELECT i.op, i.subject, i.item, i.value, i.bases FROM survey_item i \
               WHERE i.subject IN (SELECT mark FROM survey_task WHERE area = $1) \
               OR i.subject IN (SELECT mark FROM survey_household WHERE village = $1) ORDER BY i.op";
    let mut answers = 0_i64;
    for row in transaction.all(sql, values![village]).await? {
        (0..5).for_each(|at| put(row.text(at)));
        answers += 1;
    }
    let figures = serde_json::json!({ "states": states, "outcomes": outcomes, "answers": answers });
    Ok((figures.to_string(), hasher.finalize()))
}
