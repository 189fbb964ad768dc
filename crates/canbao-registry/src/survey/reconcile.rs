//! What changed in the record since changes tasks that are open: who is enrolled now, died or moved needs no visit; who came
//! to need one gets a task. A form that was handed in is never touched.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::rules::Category;

use super::book::Book;
use super::issue::{Maker, Populations, Reach, Round, WANTED, Wanted, wanted_of, whom, write_round};
use super::row::{State, TASK, Task, task_columns, task_of};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// Why a task is exempt, as words.
const REASONS: [(&str, &str); 8] = [
    ("confirmed", "已参保，信息完整，不必入户"),
    ("deceased", "登记库里已死亡"),
    ("moved-out", "登记库里已迁出"),
    ("outside", "已不在人口库中"),
    ("moved", "已迁到本市别的村（社区），由那里入户"),
    ("gone", "登记记录已合并或结束"),
    ("settled", "这条数据行已经核对清楚"),
    ("closed", "单位已注销，或不需要参保"),
];

/// What a reason says to a clerk.
pub(super) fn reason_chinese(word: &str) -> &'static str {
    REASONS.iter().find(|(known, _)| *known == word).map_or("", |(_, says)| says)
}

/// What was reconciled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    /// Tasks that became exempt, by reason.
    pub exempt: BTreeMap<String, i64>,
    /// Exempt tasks that are to be done after all.
    pub resumed: i64,
    /// Open tasks of which something known changed.
    pub refreshed: i64,
    /// Tasks of the supplementary round.
    pub supplement: i64,
    /// The revision up to which it is done.
    pub revision: i64,
}

impl Reconciled {
    /// What a reason says to a clerk; blank for a word that is none.
    pub fn chinese(reason: &str) -> &'static str {
        reason_chinese(reason)
    }
}

/// Why somebody need not be visited, as they are now; none where they must be.
fn exempt(task: &Task, area: &str, category: &str, state: &str) -> Option<&'static str> {
    if state != "current" {
        return Some("gone");
    }
    let to_visit = Category::VISITED.iter().any(|visited| visited.as_str() == category);
    match category {
        _ if to_visit && area != task.issued && area != task.area && !area.is_empty() => Some("moved"),
        _ if to_visit => None,
        "deceased" => Some("deceased"),
        "moved-out" => Some("moved-out"),
        "outside" => Some("outside"),
        _ => Some("confirmed"),
    }
}

impl Registry {
    /// Holds tasks against what changed in the record since the last time. Cheap where nothing did; safe to repeat.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn survey_reconcile(&self, actor: &str, today: Date) -> Result<Reconciled, RegistryError> {
        let mut statements = self.store.statements().await?;
        let state = statements.first("SELECT reconciled, (SELECT visible FROM state) FROM survey_state", &[]).await?;
        drop(statements);
        if state.is_none_or(|row| row.int(0) == row.int(1)) {
            return Ok(Reconciled::default());
        }
        let mut transaction = self.store.write().await?;
        let visible = crate::person::visible(&mut transaction).await?;
        let since = transaction.int("SELECT reconciled FROM survey_state", &[]).await?;
        let any =
            transaction.int("SELECT COUNT(*) FROM (SELECT 1 FROM survey_round LIMIT 1) AS any_round", &[]).await?;
        let mut done = Reconciled { revision: visible, ..Reconciled::default() };
        if any > 0 {
            let mut book = Book::open(&mut transaction).await?;
            self.reconcile_people(&mut transaction, &mut book, actor, since, visible, &mut done).await?;
            reconcile_others(&mut transaction, &mut book, actor, visible, &mut done).await?;
            self.supplement(&mut transaction, &mut book, actor, since, visible, today, &mut done).await?;
            book.close(&mut transaction).await?;
        }
        transaction.execute("UPDATE survey_state SET reconciled = $1", values![visible]).await?;
        let exempt: i64 = done.exempt.values().sum();
        if exempt + done.resumed + done.supplement > 0 {
            let (resumed, supplement) = (done.resumed, done.supplement);
            let subject = format!("survey revision {visible}: exempt {exempt}, resumed {resumed}, new {supplement}");
            let entry = Entry { actor, action: "survey-reconcile", subject: &subject, revision: None, digest: &[] };
            audit::append(&mut transaction, entry).await?;
        }
        transaction.commit().await?;
        Ok(done)
    }

    async fn reconcile_people(
        &self,
        transaction: &mut Transaction,
        book: &mut Book,
        actor: &str,
        since: i64,
        visible: i64,
        done: &mut Reconciled,
    ) -> Result<(), RegistryError> {
        // CROSS JOIN: who changed first, however few they are; else SQLite looks at every task, for seconds in which nobody writes
        let sql = format!(
            "SELECT {}, p.area, p.category, p.state FROM person p CROSS JOIN survey_task t \
             WHERE t.person = p.person AND p.rev_from > $1 AND p.rev_from <= $2 AND p.rev_to > $2 \
             AND t.state IN ('open', 'returned', 'exempt') ORDER BY t.id",
            task_columns("t")
        );
        for row in transaction.all(sql, values![since, visible]).await? {
            let task = task_of(&row);
            let at = TASK.len();
            let (area, category, state) = (row.text(at), row.text(at + 1), row.text(at + 2));
            let why = exempt(&task, area, category, state);
            settle(transaction, book, actor, &task, why, category, visible, done).await?;
        }
        Ok(())
    }

    /// People who came to need a visit, where the survey is under way.
    #[expect(clippy::too_many_arguments, reason = "one step of one function")]
    async fn supplement(
        &self,
        transaction: &mut Transaction,
        book: &mut Book,
        actor: &str,
        since: i64,
        visible: i64,
        today: Date,
        done: &mut Reconciled,
    ) -> Result<(), RegistryError> {
        let areas = self.areas.get(transaction).await?;
        let sql = "SELECT area, wanted, due FROM survey_round WHERE kind = 'people'";
        let rows = transaction.all(sql, &[]).await?;
        let Some(Running { codes, categories, people, due, everywhere }) = running(&rows, &areas, today) else {
            return Ok(());
        };
        let mut values: Vec<Value> = vec![visible.into()];
        let mut condition = whom(&categories, people, &mut values);
        values.push(since.into());
        // CROSS JOIN: who changed first, as above
        let changed = format!("c.rev_from > ${} AND c.rev_from <= $1", values.len());
        condition = format!("{changed} AND p.person = c.person AND p.rev_from = c.rev_from AND {condition}");
        if !everywhere {
            let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
            condition = format!("{condition} AND {}", areas.condition("p.area", &codes, &mut values));
        }
        let sql =
            format!("SELECT {WANTED} FROM person c CROSS JOIN person p WHERE {condition} ORDER BY p.area, p.person");
        let wanted: Vec<Wanted> = transaction.all(sql, &values).await?.iter().map(wanted_of).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let id = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM survey_round", &[]).await?;
        let version =
            transaction.int("SELECT COALESCE(MAX(version), 1) FROM survey_task WHERE form = 'person'", &[]).await?;
        let mut maker = Maker::new(self, transaction, id, due.clone(), version).await?;
        for wanted in &wanted {
            maker.person(transaction, book, wanted).await?;
        }
        let city = areas.city().unwrap_or_default();
        let (tasks, households) = (maker.tasks, maker.households);
        let name = format!("补充批次 {today}");
        let made_by = actor.to_owned();
        let round = Round {
            id,
            name,
            kind: "supplement".to_owned(),
            area: city.to_owned(),
            due: due.clone(),
            tasks,
            made_by,
            made_at: now_ms(),
        };
        write_round(transaction, &round, "{}", households, visible).await?;
        super::stage::pass_from(transaction, &areas, actor, id, city, due.as_deref(), Reach::Village).await?;
        done.supplement = tasks;
        Ok(())
    }
}

/// Where the survey is under way, and for whom.
struct Running {
    codes: Vec<String>,
    categories: Vec<Category>,
    people: Populations,
    due: Option<String>,
    everywhere: bool,
}

fn running(rounds: &[Row], areas: &Areas, today: Date) -> Option<Running> {
    let (mut codes, mut categories, mut people, mut due) = (Vec::new(), Vec::new(), None, None);
    let today = today.to_string();
    let mut everywhere = false;
    for row in rounds {
        everywhere |= areas.city() == Some(row.text(0));
        codes.extend(areas.reporting_to(row.text(0)).into_iter().map(str::to_owned));
        let wanted: serde_json::Value = serde_json::from_str(row.text(1)).unwrap_or_default();
        let words = wanted
            .get("categories")
            .and_then(serde_json::Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str);
        categories.extend(words.filter_map(Category::from_word));
        let whose = wanted
            .get("people")
            .and_then(|whose| serde_json::from_value(whose.clone()).ok())
            .unwrap_or(Populations::All);
        people = Some(if people.is_none_or(|known| known == whose) { whose } else { Populations::All });
        due = due.max(row.maybe_text(2).filter(|due| *due >= today.as_str()).map(str::to_owned));
    }
    codes.sort_unstable();
    codes.dedup();
    categories.sort_unstable();
    categories.dedup();
    let people = people.filter(|_| !categories.is_empty())?;
    Some(Running { codes, categories, people, due, everywhere })
}

/// Employers, and rows that were nobody's.
async fn reconcile_others(
    transaction: &mut Transaction,
    book: &mut Book,
    actor: &str,
    visible: i64,
    done: &mut Reconciled,
) -> Result<(), RegistryError> {
    let sql = format!(
        "SELECT {}, u.category FROM survey_task t LEFT JOIN unit u ON u.id = t.unit AND u.rev_from <= $1 AND u.rev_to > $1 \
         WHERE t.unit IS NOT NULL AND t.state IN ('open', 'returned', 'exempt') ORDER BY t.unit, t.id",
        task_columns("t")
    );
    for row in transaction.all(sql, values![visible]).await? {
        let task = task_of(&row);
        let category = row.maybe_text(TASK.len()).unwrap_or_default().to_owned();
        let why = match category.as_str() {
            "uninsured" | "unregistered" | "information" => None,
            "confirmed" => Some("confirmed"),
            _ => Some("closed"),
        };
        if why.is_some() != (task.state == State::Exempt) || category != task.category && why.is_none() {
            settle(transaction, book, actor, &task, why, &category, visible, done).await?;
        }
    }
    let sql = format!(
        "SELECT {}, f.id FROM survey_task t LEFT JOIN finding f ON f.id = t.finding AND f.rev_from <= $1 AND f.rev_to > $1 \
         WHERE t.finding IS NOT NULL AND t.state IN ('open', 'returned', 'exempt') ORDER BY t.finding, t.id",
        task_columns("t")
    );
    for row in transaction.all(sql, values![visible]).await? {
        let task = task_of(&row);
        let why = row.maybe_int(TASK.len()).is_none().then_some("settled");
        if why.is_some() != (task.state == State::Exempt) {
            let category = task.category.clone();
            settle(transaction, book, actor, &task, why, &category, visible, done).await?;
        }
    }
    Ok(())
}

/// Makes of a task what follows; one that somebody exempted by hand stays.
#[expect(clippy::too_many_arguments, reason = "one step of one function")]
async fn settle(
    transaction: &mut Transaction,
    book: &mut Book,
    actor: &str,
    task: &Task,
    why: Option<&'static str>,
    category: &str,
    visible: i64,
    done: &mut Reconciled,
) -> Result<(), RegistryError> {
    let is_ours = REASONS.iter().any(|(word, _)| *word == task.reason);
    let mut after = Task { category: category.to_owned(), rev: visible, ..task.clone() };
    match (why, task.state) {
        (Some(why), State::Open | State::Returned) => {
            task.state.as_str().clone_into(&mut after.before);
            after.state = State::Exempt;
            why.clone_into(&mut after.reason);
            *done.exempt.entry(why.to_owned()).or_default() += 1;
            book.note(task.id, "exempt", actor, reason_chinese(why), "");
        }
        (None, State::Exempt) if is_ours => {
            after.state = State::from_word(&task.before).unwrap_or(State::Open);
            after.before.clear();
            after.reason.clear();
            done.resumed += 1;
            book.note(task.id, "resume", actor, "", "");
        }
        (Some(why), State::Exempt) if is_ours => why.clone_into(&mut after.reason),
        (None, State::Open | State::Returned) => done.refreshed += 1,
        _ => return Ok(()),
    }
    book.change(transaction, task, after).await.map(drop)
}
