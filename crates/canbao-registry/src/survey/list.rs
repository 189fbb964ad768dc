//! Work-lists: tasks by area, state and collector, in the order of households.

use canbao_domain::scope::Scope;

use super::row::{Event, State, Task, task_columns, task_of};
use super::subject::{Subject, subjects, task_by};
use crate::RegistryError;
use crate::audit::Look;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// The tasks about somebody who is in reach, the newest first.
pub(crate) async fn tasks_of(statements: &mut Transaction, person: i64) -> Result<Vec<Task>, RegistryError> {
    let sql = format!("SELECT {} FROM survey_task t WHERE t.person = $1 ORDER BY t.id DESC", task_columns("t"));
    Ok(statements.all(sql, values![person]).await?.iter().map(task_of).collect())
}

/// Lines on a page, at most.
const MOST: i64 = 500;

/// Which tasks; what is blank asks for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskFilter {
    /// In this area or under it, by who reports to whom.
    pub area: Option<String>,
    /// In one of these states.
    pub states: Vec<State>,
    /// `person` or `unit`.
    pub form: String,
    /// Of this round.
    pub round: Option<i64>,
    /// Of this collector's account.
    pub collector: Option<i64>,
    /// Whether they were checked in the town.
    pub checked: Option<bool>,
    /// Where something came in after they were over.
    pub late: bool,
    /// With this outcome.
    pub outcome: String,
    /// Lying with the area itself, and with none under it.
    pub own: bool,
}

/// A page of tasks.
#[derive(Debug)]
pub struct TaskPage {
    /// In the order of area, household and identifier.
    pub lines: Vec<Subject>,
    /// Behind which the next page begins: area, household, identifier; none where this is the last.
    pub next: Option<(String, i64, i64)>,
}

impl Registry {
    /// How many tasks a filter has, in a scope.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_task_count(&self, scope: &Scope, filter: &TaskFilter) -> Result<i64, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let mut values: Vec<Value> = Vec::new();
        let whom = condition(&areas, scope, filter, &mut values);
        statements.int(format!("SELECT COUNT(*) FROM survey_task t WHERE {whom}"), &values).await
    }

    /// A page of tasks, behind a place; one look on the log.
    ///
    /// # Errors
    /// Where the database does not answer, or the look cannot be put on the log.
    pub async fn survey_tasks(
        &self,
        asker: &Asker,
        filter: &TaskFilter,
        after: Option<&(String, i64, i64)>,
        lines: i64,
    ) -> Result<TaskPage, RegistryError> {
        let lines = lines.clamp(1, MOST);
        let mut transaction = self.store.read().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let mut values: Vec<Value> = Vec::new();
        let mut whom = condition(&areas, &asker.scope, filter, &mut values);
        if let Some((area, household, id)) = after {
            values.extend([Value::from(area.as_str()), (*household).into(), (*id).into()]);
            let at = values.len();
            whom = format!("{whom} AND (t.area, t.household, t.id) > (${}, ${}, ${at})", at - 2, at - 1);
        }
        values.push((lines + 1).into());
        let sql = format!(
            "SELECT {} FROM survey_task t WHERE {whom} ORDER BY t.area, t.household, t.id LIMIT ${}",
            task_columns("t"),
            values.len()
        );
        let mut tasks: Vec<Task> = transaction.all(sql, &values).await?.iter().map(task_of).collect();
        let more = tasks.len() as i64 > lines;
        tasks.truncate(usize::try_from(lines).unwrap_or_default());
        let last = tasks.last().filter(|_| more);
        let next = last.map(|task| (task.area.clone(), task.household.unwrap_or_default(), task.id));
        let subjects = subjects(self, &mut transaction, tasks).await?;
        drop(transaction);
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        let subject = format!("survey tasks {}", filter.area.as_deref().unwrap_or_default());
        self.looks.put(Look { actor, purpose, subject, persons: subjects.len() as i64 }).await?;
        Ok(TaskPage { lines: subjects, next })
    }

    /// One task by its key, with its steps, the oldest first; one look on the log.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none in the scope.
    pub async fn survey_task(&self, asker: &Asker, mark: &str) -> Result<(Subject, Vec<Event>), RegistryError> {
        let mut transaction = self.store.read().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let task = task_by(&mut transaction, mark).await?;
        let task = task.filter(|task| areas.reached(&asker.scope, &task.area)).ok_or(RegistryError::Nobody)?;
        let sql = "SELECT kind, at, actor, says, items FROM survey_event WHERE task = $1 ORDER BY id";
        let events = transaction.all(sql, values![task.id]).await?;
        let events = events.iter().map(|row| Event {
            kind: row.text(0).to_owned(),
            at: row.int(1),
            actor: row.text(2).to_owned(),
            says: row.text(3).to_owned(),
            items: row.text(4).to_owned(),
        });
        let events = events.collect();
        let id = task.id;
        let subject = subjects(self, &mut transaction, vec![task]).await?.into_iter().next();
        drop(transaction);
        let subject = subject.ok_or(RegistryError::Nobody)?;
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        self.looks.put(Look { actor, purpose, subject: format!("survey task {id}"), persons: 1 }).await?;
        Ok((subject, events))
    }

    /// The tasks of one household, by one of them, in their order.
    ///
    /// # Errors
    /// As [`Registry::survey_task`].
    pub async fn survey_household_of(
        &self,
        asker: &Asker,
        mark: &str,
    ) -> Result<Option<(super::HouseholdSheet, Vec<Subject>)>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let task = task_by(&mut transaction, mark).await?;
        let task = task.filter(|task| areas.reached(&asker.scope, &task.area)).ok_or(RegistryError::Nobody)?;
        let Some(household) = task.household else { return Ok(None) };
        let sql = format!("SELECT {} FROM survey_task t WHERE t.household = $1 ORDER BY t.id", task_columns("t"));
        let tasks: Vec<Task> = transaction.all(sql, values![household]).await?.iter().map(task_of).collect();
        let households = super::pull::by_id(&mut transaction, &[household]).await?;
        let sheet = self.sheets(&mut transaction, asker, households).await?.into_iter().next();
        let subjects = subjects(self, &mut transaction, tasks).await?;
        drop(transaction);
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        let subject = format!("survey household {household}");
        self.looks.put(Look { actor, purpose, subject, persons: subjects.len() as i64 }).await?;
        Ok(sheet.map(|sheet| (sheet, subjects)))
    }
}

/// All codes below an area, by who reports to whom; ascending.
pub(super) fn below<'a>(areas: &'a crate::area::Areas, area: &str) -> Vec<&'a str> {
    let under = areas.reporting_right_to(area).into_iter();
    let mut codes: Vec<&str> = under.flat_map(|(code, _)| areas.reporting_to(code)).collect();
    codes.sort_unstable();
    codes
}

/// What holds of the tasks `t` of a scope and a filter.
pub(super) fn condition(
    areas: &crate::area::Areas,
    scope: &Scope,
    filter: &TaskFilter,
    values: &mut Vec<Value>,
) -> String {
    let mut parts = vec!["1 = 1".to_owned()];
    if let Some(codes) = areas.of_scope(scope) {
        parts.push(areas.condition("t.area", &codes, values));
    }
    if let (true, Some(area)) = (filter.own, filter.area.as_deref().or(areas.city())) {
        if areas.city() == Some(area) {
            // what is of no open area lies with the city too
            let elsewhere = areas.condition("t.area", &below(areas, area), values);
            parts.push(format!("NOT ({elsewhere})"));
        } else {
            values.push(area.into());
            parts.push(format!("t.area = ${}", values.len()));
        }
    } else if let Some(area) = filter.area.as_deref().filter(|area| areas.city() != Some(area)) {
        parts.push(areas.condition("t.area", &areas.reporting_to(area), values));
    }
    if !filter.states.is_empty() {
        let from = values.len() + 1;
        values.extend(filter.states.iter().map(|state| Value::from(state.as_str())));
        parts.push(format!("t.state IN ({})", crate::store::list(from, filter.states.len())));
    }
    let mut and = |condition: &str, value: Value| {
        values.push(value);
        parts.push(condition.replace('?', &format!("${}", values.len())));
    };
    if !filter.form.is_empty() {
        and("t.form = ?", filter.form.as_str().into());
    }
    if let Some(round) = filter.round {
        and("t.round = ?", round.into());
    }
    if let Some(collector) = filter.collector {
        and("t.collector = ?", collector.into());
    }
    if !filter.outcome.is_empty() {
        and("t.outcome = ?", filter.outcome.as_str().into());
    }
    match filter.checked {
        Some(true) => parts.push("t.checker IS NOT NULL".to_owned()),
        Some(false) => parts.push("t.checker IS NULL".to_owned()),
        None => {}
    }
    if filter.late {
        parts.push("t.late = 1".to_owned());
    }
    parts.join(" AND ")
}
