//! Passing on (下发到下级): from the county to its towns, from a town to its villages, within a village to a collector.

use canbao_domain::date::Date;

use super::book::Book;
use super::issue::Reach;
use super::row::{State, TASK, Task, task_of};
use crate::RegistryError;
use crate::area::Areas;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, Value, values};

/// Reads a day until when something is to be done: a day, and not past.
pub(super) fn due(text: Option<&str>, today: Date) -> Result<Option<String>, RegistryError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    match Date::parse(text) {
        None => Err(RegistryError::refused_at("due", format!("期限“{text}”不是日期。"), "请写成 2016-12-10 的样子。")),
        Some(day) if day < today => {
            Err(RegistryError::refused_at("due", format!("期限 {day} 已经过了。"), "请写今天或以后的日期。"))
        }
        Some(day) => Ok(Some(day.to_string())),
    }
}

/// Passes a round on from an area downwards, as far as `reach`.
pub(super) async fn pass_from(
    transaction: &mut Transaction,
    areas: &Areas,
    actor: &str,
    round: i64,
    area: &str,
    due: Option<&str>,
    reach: Reach,
) -> Result<(), RegistryError> {
    let depth = |level: &str| match level {
        "county" => Some(Reach::County),
        "town" => Some(Reach::Town),
        "village" => Some(Reach::Village),
        _ => None,
    };
    let under = areas.reporting_to(area);
    let there = under.into_iter().filter(|code| {
        let level = areas.get(code).and_then(|area| depth(&area.level));
        level.is_some_and(|level| level <= reach) || *code == area
    });
    put(transaction, actor, round, there, due).await
}

async fn put<'a>(
    transaction: &mut Transaction,
    actor: &str,
    round: i64,
    areas: impl Iterator<Item = &'a str>,
    due: Option<&str>,
) -> Result<(), RegistryError> {
    let now = now_ms();
    let areas: Vec<&str> = areas.collect();
    for chunk in areas.chunks(200) {
        let mut sql = String::from("INSERT INTO survey_stage (round, area, due, by_whom, at) VALUES ");
        let mut values: Vec<Value> = Vec::with_capacity(5 * chunk.len());
        for (at, area) in chunk.iter().enumerate() {
            sql.push_str(if at == 0 { "(" } else { ", (" });
            sql.push_str(&crate::store::list(1 + 5 * at, 5));
            sql.push(')');
            values.extend([round.into(), Value::from(*area), due.into(), actor.into(), now.into()]);
        }
        sql.push_str(
            " ON CONFLICT (round, area) DO UPDATE SET due = excluded.due, by_whom = excluded.by_whom, at = excluded.at",
        );
        transaction.execute(sql, &values).await?;
    }
    Ok(())
}

/// A round has reached an area in which one of its tasks came to lie.
pub(super) async fn reach(
    transaction: &mut Transaction,
    actor: &str,
    round: i64,
    area: &str,
) -> Result<(), RegistryError> {
    let sql = "INSERT INTO survey_stage (round, area, due, by_whom, at) VALUES ($1, $2, NULL, $3, $4) \
               ON CONFLICT (round, area) DO NOTHING";
    transaction.execute(sql, values![round, area, actor, now_ms()]).await.map(drop)
}

/// Tasks by their keys, as far as they are in the asker's scope; in the order of the keys.
pub(super) async fn own_tasks(
    registry: &Registry,
    transaction: &mut Transaction,
    asker: &Asker,
    marks: &[String],
) -> Result<Vec<Task>, RegistryError> {
    let areas = registry.areas.get(transaction).await?;
    let mut found = Vec::with_capacity(marks.len());
    for chunk in marks.chunks(500) {
        let sql = format!(
            "SELECT {} FROM survey_task WHERE mark IN ({}) ORDER BY id",
            TASK.join(", "),
            crate::store::list(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|mark| mark.as_str().into()).collect();
        found.extend(transaction.all(sql, &values).await?.iter().map(task_of));
    }
    if found.len() != marks.len() || found.iter().any(|task| !areas.reached(&asker.scope, &task.area)) {
        return Err(RegistryError::refused("所选的任务中有的已不在您的范围内。", "请刷新页面，重新选择。"));
    }
    Ok(found)
}

impl Registry {
    /// Passes a round on from an area to those right under it: what lies with villages is seen by their collectors.
    ///
    /// # Errors
    /// Where it has not reached that area, the area is out of reach or has none under it, or the day is past.
    pub async fn survey_pass_on(
        &self,
        asker: &Asker,
        round: i64,
        area: &str,
        until: Option<&str>,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let until = due(until, today)?;
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let there = "SELECT COUNT(*) FROM survey_stage WHERE round = $1 AND area = $2";
        if !areas.reached(&asker.scope, area) || transaction.int(there, values![round, area]).await? == 0 {
            return Err(RegistryError::refused("这个批次还没有下发到您这里。", "请联系上级。"));
        }
        let under: Vec<&str> = areas.reporting_right_to(area).into_iter().map(|(code, _)| code).collect();
        if under.is_empty() {
            return Err(RegistryError::refused("下面没有更细的区划，不能再往下下发。", "请分派给采集员。"));
        }
        put(&mut transaction, &asker.actor, round, under.iter().copied(), until.as_deref()).await?;
        // devices ask for what changed behind a number
        let mut lies: Vec<Value> = vec![round.into()];
        let condition = areas.condition("area", &under, &mut lies);
        let seq = transaction.int("SELECT seq FROM survey_state", &[]).await?;
        lies.push(until.clone().into());
        let sql = format!(
            "UPDATE survey_task SET seq = {seq} + id, due = COALESCE(${}, due) WHERE round = $1 AND {condition}",
            lies.len()
        );
        let tasks = transaction.execute(sql, &lies).await?;
        let most = transaction.int("SELECT COALESCE(MAX(id), 0) FROM survey_task", &[]).await?;
        transaction.execute("UPDATE survey_state SET seq = $1", values![seq + most]).await?;
        let subject = format!("survey round {round} area {area} to {} tasks {tasks}", under.len());
        let entry =
            Entry { actor: &asker.actor, action: "survey-pass-on", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await?;
        Ok(i64::try_from(tasks).unwrap_or(i64::MAX))
    }

    /// Places tasks: with a collector (or anybody, where none is named), or in another area that the asker manages as well,
    /// which needs nobody's consent.
    ///
    /// # Errors
    /// Where one is out of reach or over, or the area or account is none of theirs.
    pub async fn survey_place(
        &self,
        asker: &Asker,
        marks: &[String],
        area: Option<&str>,
        collector: Option<i64>,
    ) -> Result<(), RegistryError> {
        let mut transaction = self.store.write().await?;
        let areas = self.areas.get(&mut transaction).await?;
        let tasks = own_tasks(self, &mut transaction, asker, marks).await?;
        if let Some(area) = area
            && (areas.get(area).is_none() || !areas.reached(&asker.scope, area))
        {
            return Err(RegistryError::refused_at(
                "area",
                "这个区划不在您的范围内。",
                "转给别处请用“转出”，由对方接收。",
            ));
        }
        if let Some(collector) = collector {
            let sql = "SELECT area, role, disabled FROM account WHERE id = $1";
            let row = transaction.first(sql, values![collector]).await?;
            let fits = row.is_some_and(|row| {
                let place = area.or(tasks.first().map(|task| task.area.as_str())).unwrap_or_default();
                row.text(1) == "collector" && row.int(2) == 0 && areas.reports_to(place, row.text(0))
            });
            if !fits {
                return Err(RegistryError::refused_at(
                    "collector",
                    "这个账号不是该村（社区）的采集员。",
                    "请重新选择采集员。",
                ));
            }
        }
        let mut book = Book::open(&mut transaction).await?;
        for task in &tasks {
            if matches!(task.state, State::Approved) {
                return Err(RegistryError::refused("已核准的任务不能再分派。", "请只选还没有办结的任务。"));
            }
            let place = area.unwrap_or(&task.area).to_owned();
            if area.is_some_and(|area| area != task.area) {
                reach(&mut transaction, &asker.actor, task.round, &place).await?;
            }
            let says = if place == task.area { "" } else { place.as_str() };
            book.note(task.id, "place", &asker.actor, says, "");
            let household = match task.household {
                Some(household) if place != task.area => {
                    Some(super::transfer::household_in(&mut transaction, &mut book, household, &place).await?)
                }
                household => household,
            };
            let after = Task { area: place, collector, household, ..task.clone() };
            book.change(&mut transaction, task, after).await?;
        }
        book.close(&mut transaction).await?;
        let subject = format!("survey tasks {}", tasks.len());
        let entry =
            Entry { actor: &asker.actor, action: "survey-place", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }
}
