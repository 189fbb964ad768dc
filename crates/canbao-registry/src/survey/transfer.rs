//! Transfers (转出、接收): a task that belongs to another area goes there when the other side accepts it. Until then it lies
//! where it was, so that none is ever lost between two.

use super::book::Book;
use super::row::{HOUSEHOLD, Household, State, TASK, Task, household_of, task_of};
use super::stage::{own_tasks, reach};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// A task on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// Its number.
    pub id: i64,
    /// The task's key.
    pub mark: String,
    /// Where it lies.
    pub from: String,
    /// Where it is to go.
    pub to: String,
    /// Why.
    pub reason: String,
    /// `pending`, `accepted`, `returned`, `withdrawn`.
    pub state: String,
    /// Who asked.
    pub maker: String,
    /// When, milliseconds since 1970.
    pub made_at: i64,
    /// Who decided.
    pub decider: Option<String>,
    /// What they said.
    pub answer: Option<String>,
}

const TRANSFER: &str =
    "x.id, t.mark, x.from_area, x.to_area, x.reason, x.state, x.maker, x.made_at, x.decider, x.answer";

fn transfer_of(row: &Row) -> Transfer {
    let maybe = |at| row.maybe_text(at).map(str::to_owned);
    Transfer {
        id: row.int(0),
        mark: row.text(1).to_owned(),
        from: row.text(2).to_owned(),
        to: row.text(3).to_owned(),
        reason: row.text(4).to_owned(),
        state: row.text(5).to_owned(),
        maker: row.text(6).to_owned(),
        made_at: row.int(7),
        decider: maybe(8),
        answer: maybe(9),
    }
}

/// The household of another area in which those of one go on: the same where it is there, else a new one.
pub(super) async fn household_in(
    transaction: &mut Transaction,
    book: &mut Book,
    household: i64,
    area: &str,
) -> Result<i64, RegistryError> {
    let columns = HOUSEHOLD.join(", ");
    let sql = format!("SELECT {columns} FROM survey_household WHERE id = $1");
    let known = transaction.first(sql, values![household]).await?.map(|row| household_of(&row, 0));
    let known = known.ok_or_else(|| RegistryError::Broken("任务所在的家庭不在了".to_owned()))?;
    if known.village == area {
        return Ok(household);
    }
    if known.hash != 0 {
        let sql = "SELECT id FROM survey_household WHERE village = $1 AND hash = $2 ORDER BY id LIMIT 1";
        if let Some(row) = transaction.first(sql, values![area, known.hash]).await? {
            return Ok(row.int(0));
        }
    }
    let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_household", &[]).await?;
    let household =
        Household { id, mark: book.mark()?, village: area.to_owned(), live: 0, visited: false, seq: 0, ..known };
    book.put_household(transaction, household).await?;
    Ok(id)
}

impl Registry {
    /// Asks another area to take tasks over; they stay until it does.
    ///
    /// # Errors
    /// Where one is out of reach, over or on its way already, no reason is given, or the area is none or the same.
    pub async fn survey_hand_over(
        &self,
        asker: &Asker,
        marks: &[String],
        to: &str,
        reason: &str,
    ) -> Result<(), RegistryError> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(RegistryError::refused_at("reason", "没有写转出的理由。", "例如：人已迁到该镇居住。"));
        }
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        if areas.get(to).is_none() {
            return Err(RegistryError::refused_at("to", format!("没有代码为 {to} 的区划。"), "请从区划表中选择。"));
        }
        let mut book = Book::open(&mut transaction).await?;
        let mut next = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_transfer", &[]).await?;
        for task in own_tasks(self, &mut transaction, asker, marks).await? {
            if !task.state.is_open() {
                return Err(RegistryError::refused("只有还没有提交的任务可以转出。", "请只选待入户或已退回的任务。"));
            }
            if task.area == to {
                return Err(RegistryError::refused_at("to", "任务已经在那个区划。", "请选择别的区划。"));
            }
            let waits = "SELECT COUNT(*) FROM survey_transfer WHERE task = $1 AND state = 'pending'";
            if transaction.int(waits, values![task.id]).await? > 0 {
                return Err(RegistryError::refused("有的任务已经在转出，等对方接收。", "请先收回，或等对方答复。"));
            }
            let sql = "INSERT INTO survey_transfer (id, task, from_area, to_area, reason, state, maker, made_at) \
                       VALUES ($1, $2, $3, $4, $5, 'pending', $6, $7)";
            let row: &[Value] = values![next, task.id, task.area.as_str(), to, reason, asker.actor.as_str(), now_ms()];
            transaction.execute(sql, row).await?;
            next += 1;
            book.note(task.id, "transfer", &asker.actor, reason, "");
        }
        book.close(&mut transaction).await?;
        let subject = format!("survey tasks {} to {to}", marks.len());
        let entry =
            Entry { actor: &asker.actor, action: "survey-hand-over", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// The other side accepts a task or returns it; its maker may withdraw it (`accept` none).
    ///
    /// # Errors
    /// Where it is decided already or out of reach, or no reason is given for returning it.
    pub async fn survey_take_over(
        &self,
        asker: &Asker,
        transfer: i64,
        accept: Option<bool>,
        answer: &str,
    ) -> Result<(), RegistryError> {
        let answer = answer.trim();
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let sql =
            format!("SELECT {TRANSFER} FROM survey_transfer x JOIN survey_task t ON t.id = x.task WHERE x.id = $1");
        let known = transaction.first(sql, values![transfer]).await?.map(|row| transfer_of(&row));
        let place = |known: &Transfer| if accept.is_some() { known.to.clone() } else { known.from.clone() };
        let known = known.filter(|known| areas.reached(&asker.scope, &place(known))).ok_or(RegistryError::Nobody)?;
        if known.state != "pending" {
            return Err(RegistryError::refused("这个任务的转出已经有了结果。", "请刷新页面查看。"));
        }
        if accept == Some(false) && answer.is_empty() {
            return Err(RegistryError::refused_at("answer", "没有写退回的理由。", "请写明为什么不该由这里入户。"));
        }
        let sql = format!("SELECT {} FROM survey_task WHERE mark = $1", TASK.join(", "));
        let task = transaction.first(sql, values![known.mark.as_str()]).await?.map(|row| task_of(&row));
        let task = task.ok_or(RegistryError::Nobody)?;
        let state = match accept {
            Some(true) => "accepted",
            Some(false) => "returned",
            None => "withdrawn",
        };
        let sql = "UPDATE survey_transfer SET state = $1, decider = $2, decided_at = $3, answer = $4 WHERE id = $5";
        transaction.execute(sql, values![state, asker.actor.as_str(), now_ms(), answer, transfer]).await?;
        let mut book = Book::open(&mut transaction).await?;
        book.note(task.id, state, &asker.actor, answer, "");
        if accept == Some(true) {
            if task.state == State::Approved {
                return Err(RegistryError::refused("这个任务已经核准，不必再接收。", "请退回它。"));
            }
            reach(&mut transaction, &asker.actor, task.round, &known.to).await?;
            let household = match task.household {
                Some(household) => Some(household_in(&mut transaction, &mut book, household, &known.to).await?),
                None => None,
            };
            let after = Task { area: known.to.clone(), household, collector: None, ..task.clone() };
            book.change(&mut transaction, &task, after).await?;
        }
        book.close(&mut transaction).await?;
        let subject = format!("survey transfer {transfer} {state}");
        let entry =
            Entry { actor: &asker.actor, action: "survey-take-over", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// Transfers from or to a scope, those that wait first, then the newest.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_transfers(&self, asker: &Asker, most: i64) -> Result<Vec<Transfer>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let mut values: Vec<Value> = Vec::new();
        let mut whom = String::from("1 = 1");
        if let Some(codes) = areas.of_scope(&asker.scope) {
            let from = areas.condition("x.from_area", &codes, &mut values);
            let to = areas.condition("x.to_area", &codes, &mut values);
            whom = format!("({from} OR {to})");
        }
        values.push(most.clamp(1, 500).into());
        let sql = format!(
            "SELECT {TRANSFER} FROM survey_transfer x JOIN survey_task t ON t.id = x.task WHERE {whom} \
             ORDER BY CASE WHEN x.state = 'pending' THEN 0 ELSE 1 END, x.id DESC LIMIT ${}",
            values.len()
        );
        Ok(statements.all(sql, &values).await?.iter().map(transfer_of).collect())
    }
}
