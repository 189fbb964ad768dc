//! Every change of a task goes through here: its row, its place in the counts, its number, its household.

use std::collections::{BTreeMap, BTreeSet};

use super::row::{HOUSEHOLD, Household, TASK, Task, household_row, mark_of, task_row};
use crate::RegistryError;
use crate::clock::now_ms;
use crate::store::{Transaction, Value, values};

/// Cells that a statement changes.
const A_STATEMENT: usize = 200;
/// Rows that wait, at most.
const WAITING: usize = 8_000;

/// A cell of the tally: round, form, where issued, where it lies, state, outcome.
type Cell = (i64, String, String, String, &'static str, String);

/// Changes of tasks in one transaction.
pub(crate) struct Book {
    /// The number that was given last.
    seq: i64,
    tally: BTreeMap<Cell, i64>,
    events: Vec<Vec<Value>>,
    next_event: i64,
    tasks: Vec<Vec<Value>>,
    households: Vec<Vec<Value>>,
    /// Households whose tasks or visits changed.
    touched: BTreeSet<i64>,
    random: Vec<u8>,
}

fn cell(task: &Task) -> Cell {
    let (form, issued, area) = (task.form.clone(), task.issued.clone(), task.area.clone());
    (task.round, form, issued, area, task.state.as_str(), task.outcome.clone())
}

impl Book {
    /// Opens the book in a transaction that writes.
    pub(crate) async fn open(transaction: &mut Transaction) -> Result<Self, RegistryError> {
        let seq = transaction.int("SELECT seq FROM survey_state", &[]).await?;
        let next_event = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_event", &[]).await?;
        Ok(Self {
            seq,
            next_event,
            tally: BTreeMap::new(),
            events: Vec::new(),
            tasks: Vec::new(),
            households: Vec::new(),
            touched: BTreeSet::new(),
            random: Vec::new(),
        })
    }

    /// The next number of a change.
    pub(crate) fn number(&mut self) -> i64 {
        self.seq += 1;
        self.seq
    }

    /// A random key.
    pub(crate) fn mark(&mut self) -> Result<String, RegistryError> {
        if self.random.len() < 16 {
            self.random = vec![0; 16 * 1024];
            getrandom::fill(&mut self.random).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
        }
        let rest = self.random.len() - 16;
        let bytes = self.random.split_off(rest);
        Ok(mark_of(&<[u8; 16]>::try_from(bytes).unwrap_or_default()))
    }

    /// A new task; its number is given here.
    pub(crate) async fn add(&mut self, transaction: &mut Transaction, mut task: Task) -> Result<Task, RegistryError> {
        task.seq = self.number();
        *self.tally.entry(cell(&task)).or_default() += 1;
        self.tasks.push(task_row(&task));
        if self.tasks.len() >= WAITING {
            self.flush(transaction).await?;
        }
        Ok(task)
    }

    /// A new task that is looked up again in the same transaction.
    pub(crate) async fn add_now(&mut self, transaction: &mut Transaction, task: Task) -> Result<Task, RegistryError> {
        let task = self.add(transaction, task).await?;
        self.flush(transaction).await?;
        Ok(task)
    }

    /// A new household.
    pub(crate) fn add_household(&mut self, mut household: Household) -> Household {
        household.seq = self.number();
        self.households.push(household_row(&household));
        household
    }

    /// A new household that is looked up again in the same transaction.
    pub(crate) async fn put_household(
        &mut self,
        transaction: &mut Transaction,
        household: Household,
    ) -> Result<Household, RegistryError> {
        let household = self.add_household(household);
        self.touch(Some(household.id));
        self.flush(transaction).await?;
        Ok(household)
    }

    /// A household's counts are made anew at the end.
    pub(crate) fn touch(&mut self, household: Option<i64>) {
        self.touched.extend(household);
    }

    /// Makes of a task another; gives it with its new number.
    pub(crate) async fn change(
        &mut self,
        transaction: &mut Transaction,
        before: &Task,
        mut after: Task,
    ) -> Result<Task, RegistryError> {
        after.seq = self.number();
        let (was, is) = (cell(before), cell(&after));
        if was != is {
            *self.tally.entry(was).or_default() -= 1;
            *self.tally.entry(is).or_default() += 1;
        }
        self.touch(before.household);
        self.touch(after.household);
        let set: Vec<String> =
            TASK.iter().enumerate().skip(1).map(|(at, column)| format!("{column} = ${}", at + 1)).collect();
        let sql = format!("UPDATE survey_task SET {} WHERE id = $1 AND seq = ${}", set.join(", "), TASK.len() + 1);
        let mut row = task_row(&after);
        row.push(before.seq.into());
        if transaction.execute(sql, &row).await? != 1 {
            return Err(RegistryError::Stale);
        }
        Ok(after)
    }

    /// A step of a task.
    pub(crate) fn note(&mut self, task: i64, kind: &str, actor: &str, says: &str, items: &str) {
        let id = self.next_event;
        self.next_event += 1;
        let row = [id.into(), task.into(), kind.into(), now_ms().into(), actor.into(), says.into(), items.into()];
        self.events.push(row.to_vec());
    }

    /// Writes what waits.
    async fn flush(&mut self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        transaction.insert("survey_household", &HOUSEHOLD, std::mem::take(&mut self.households)).await?;
        transaction.insert("survey_task", &TASK, std::mem::take(&mut self.tasks)).await?;
        let columns = ["id", "task", "kind", "at", "actor", "says", "items"];
        transaction.insert("survey_event", &columns, std::mem::take(&mut self.events)).await
    }

    /// Writes all that is left, in the same transaction.
    pub(crate) async fn close(mut self, transaction: &mut Transaction) -> Result<(), RegistryError> {
        self.flush(transaction).await?;
        let touched: Vec<i64> = self.touched.iter().copied().collect();
        for chunk in touched.chunks(500) {
            let from = self.seq;
            self.seq += chunk.iter().max().copied().unwrap_or_default();
            let (whom, among) = (transaction.integers(chunk), transaction.among(1));
            let mut places: BTreeMap<String, (i64, i64)> = BTreeMap::new();
            visits(transaction, chunk, -1, &mut places).await?;
            // the numbers of a statement's rows differ as their identifiers do
            let sql = format!(
                "UPDATE survey_household SET seq = {from} + id, \
                 live = (SELECT COUNT(*) FROM survey_task t WHERE t.household = survey_household.id AND t.state <> 'exempt'), \
                 visited = CASE WHEN EXISTS (SELECT 1 FROM survey_task t WHERE t.household = survey_household.id \
                 AND (t.outcome <> '' OR EXISTS (SELECT 1 FROM survey_visit v WHERE v.subject = t.mark))) \
                 OR EXISTS (SELECT 1 FROM survey_visit v WHERE v.subject = survey_household.mark) THEN 1 ELSE 0 END \
                 WHERE id {among}"
            );
            transaction.execute(sql, &[whom]).await?;
            visits(transaction, chunk, 1, &mut places).await?;
            for (village, (households, unvisited)) in places.iter().filter(|(_, counts)| **counts != (0, 0)) {
                let sql = "INSERT INTO survey_place (village, households, unvisited) VALUES ($1, $2, $3) \
                           ON CONFLICT (village) DO UPDATE SET households = survey_place.households + excluded.households, \
                           unvisited = survey_place.unvisited + excluded.unvisited";
                transaction.execute(sql, values![village.as_str(), *households, *unvisited]).await?;
            }
        }
        let cells: Vec<(Cell, i64)> = self.tally.into_iter().filter(|(_, tasks)| *tasks != 0).collect();
        for chunk in cells.chunks(A_STATEMENT) {
            let mut sql =
                String::from("INSERT INTO survey_tally (round, form, issued, area, state, outcome, tasks) VALUES ");
            let mut values: Vec<Value> = Vec::with_capacity(7 * chunk.len());
            for (at, ((round, form, issued, area, state, outcome), tasks)) in chunk.iter().enumerate() {
                sql.push_str(if at == 0 { "(" } else { ", (" });
                sql.push_str(&crate::store::list(1 + 7 * at, 7));
                sql.push(')');
                values.push((*round).into());
                values.extend([form, issued, area].map(|text| Value::from(text.as_str())));
                values.extend([Value::from(*state), outcome.as_str().into(), (*tasks).into()]);
            }
            sql.push_str(
                " ON CONFLICT (area, issued, round, form, state, outcome) \
                 DO UPDATE SET tasks = survey_tally.tasks + excluded.tasks",
            );
            transaction.execute(sql, &values).await?;
        }
        transaction.execute("UPDATE survey_state SET seq = $1", values![self.seq]).await.map(drop)
    }
}

/// Adds households that hold somebody to be visited to the counts of their villages, so many times.
async fn visits(
    transaction: &mut Transaction,
    households: &[i64],
    times: i64,
    places: &mut BTreeMap<String, (i64, i64)>,
) -> Result<(), RegistryError> {
    let (whom, among) = (transaction.integers(households), transaction.among(1));
    let sql = format!(
        "SELECT village, COUNT(*), CAST(SUM(CASE visited WHEN 0 THEN 1 ELSE 0 END) AS BIGINT) FROM survey_household \
         WHERE id {among} AND live > 0 GROUP BY village"
    );
    for row in transaction.all(sql, &[whom]).await? {
        let counts = places.entry(row.text(0).to_owned()).or_default();
        counts.0 += times * row.int(1);
        counts.1 += times * row.int(2);
    }
    Ok(())
}
