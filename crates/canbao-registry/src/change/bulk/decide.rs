//! Deciding a bulk in one step.

use ahash::AHashMap;
use canbao_domain::date::Date;

use super::{Bulk, BulkDecided, Outcome, Settled};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::change::effect::effect;
use crate::change::request::{COLUMNS, Request, RequestState, request_of, settle, unchanged};
use crate::change::{check, confirm};
use crate::hand::Hand;
use crate::person::Whole;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// Requests that are decided in one transaction: few enough that others who write wait less than a second.
const A_TRANSACTION: i64 = 250;

impl Registry {
    /// A bulk by its number.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn bulk(&self, id: i64) -> Result<Bulk, RegistryError> {
        let mut transaction = self.store.read().await?;
        bulk(&mut transaction, id).await
    }

    /// Requests of a bulk after the one with number `after`, for the whole city.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn requests_of_bulk(&self, id: i64, after: i64, most: i64) -> Result<Vec<Request>, RegistryError> {
        let mut transaction = self.store.read().await?;
        of_bulk(&mut transaction, id, after, most.clamp(1, 500)).await
    }

    /// Decides all of a bulk that still waits; each request has an outcome. Each person is a change of its own. Where the
    /// record changed since the maker looked at it, the request waits on, to be decided by itself. Stopped at any moment,
    /// what was decided is whole, and the same call decides the rest.
    ///
    /// # Errors
    /// Where there is no such bulk, the checker is its maker, or the database does not answer; what was decided before
    /// stays.
    pub async fn decide_bulk(
        &self,
        asker: &Asker,
        id: i64,
        approve: bool,
        reason: &str,
        today: Date,
    ) -> Result<Vec<BulkDecided>, RegistryError> {
        check::reason(reason)?;
        if self.bulk(id).await?.maker == asker.actor {
            return Err(RegistryError::refused("审核人不能是经办人本人。", "请由另一位工作人员审核。"));
        }
        let (mut decided, mut after) = (Vec::new(), 0);
        loop {
            let mut hand = Hand::begin(self).await?;
            let requests = of_bulk(&mut hand.transaction, id, after, A_TRANSACTION).await?;
            let Some(last) = requests.last() else { return Ok(decided) };
            after = last.id;
            let mut people: Vec<i64> =
                requests.iter().filter(|request| waits(request)).map(|request| request.person).collect();
            people.sort_unstable();
            people.dedup();
            let people: AHashMap<i64, Whole> =
                hand.people(&people).await?.into_iter().map(|whole| (whole.person, whole)).collect();
            for request in &requests {
                let mut outcome = BulkDecided {
                    request: request.id,
                    person: request.person,
                    effective: request.effective.clone(),
                    outcome: Settled::Before,
                    revision: request.revision,
                    told: before(request.state).to_owned(),
                };
                if waits(request) {
                    outcome.told.clear();
                    let whole = people.get(&request.person);
                    match self.decide_one(&mut hand, asker, request, whole, approve, reason, today).await {
                        Ok(revision) => {
                            outcome.outcome = if approve { Settled::Done } else { Settled::Refused };
                            outcome.revision = revision;
                        }
                        Err(error @ RegistryError::Changed { .. }) => {
                            (outcome.outcome, outcome.told) = (Settled::Changed, error.to_string());
                        }
                        Err(error @ RegistryError::Refused { .. }) => {
                            (outcome.outcome, outcome.told) = (Settled::NotAllowed, error.to_string());
                        }
                        Err(RegistryError::Nobody) => outcome.outcome = Settled::OutOfReach,
                        Err(error) => return Err(error),
                    }
                }
                decided.push(outcome);
            }
            hand.commit().await?;
        }
    }

    /// Decides one of them; whatever speaks against it is found before anything is written.
    #[expect(clippy::too_many_arguments, reason = "a step of `decide_bulk`, which has all of it at hand")]
    async fn decide_one(
        &self,
        hand: &mut Hand<'_>,
        asker: &Asker,
        request: &Request,
        whole: Option<&Whole>,
        approve: bool,
        reason: &str,
        today: Date,
    ) -> Result<Option<i64>, RegistryError> {
        let whole = whole.ok_or(RegistryError::Nobody)?;
        self.may(&mut hand.transaction, asker, whole).await?;
        let id = request.id;
        if !approve {
            settle(&mut hand.transaction, id, "refused", asker, reason, None, request.person).await?;
            let subject = format!("request {id}");
            let entry = Entry { actor: &asker.actor, action: "refuse", subject: &subject, revision: None, digest: &[] };
            audit::append(&mut hand.transaction, entry).await?;
            return Ok(None);
        }
        let Some(procedure) = &request.procedure else {
            return Err(RegistryError::Broken(format!("{id} 号申请的内容读不懂")));
        };
        unchanged(&mut hand.transaction, whole, request.base).await?;
        let on = check::day(&request.effective, today)?;
        self.checked(&mut hand.transaction, procedure, whole, on).await?;
        let (wish, confirmed) = effect(procedure, whole, on)?;
        let day = on.to_string();
        hand.put(Some(whole), wish, &day);
        confirm::confirm(hand, whole.person, &confirmed, &day).await?;
        let revision = hand.revision;
        settle(&mut hand.transaction, id, "done", asker, reason, Some(revision), whole.person).await?;
        let subject = format!("request {id} person {}", whole.person);
        hand.step(procedure.kind(), &asker.actor, &subject, &day).await.map(Some)
    }
}

fn waits(request: &Request) -> bool {
    request.state == RequestState::Pending
}

const fn before(state: RequestState) -> &'static str {
    match state {
        RequestState::Pending => "",
        RequestState::Done => "已办理",
        RequestState::Refused => "未通过",
        RequestState::Withdrawn => "经办人已撤回",
        RequestState::Undone => "办理后已撤销",
    }
}

async fn of_bulk(transaction: &mut Transaction, id: i64, after: i64, most: i64) -> Result<Vec<Request>, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM change_request WHERE bulk = $1 AND id > $2 ORDER BY id LIMIT $3");
    Ok(transaction.all(sql, values![id, after, most]).await?.iter().map(request_of).collect())
}

async fn bulk(transaction: &mut Transaction, id: i64) -> Result<Bulk, RegistryError> {
    let sql = format!("SELECT {BULK} FROM bulk WHERE id = $1");
    let row = transaction.first(sql, values![id]).await?;
    let row = row.ok_or_else(|| RegistryError::refused("没有这个批次。", "请核对批次编号。"))?;
    let sql = "SELECT state, COUNT(*) FROM change_request WHERE bulk = $1 GROUP BY state ORDER BY state";
    let requests = transaction.all(sql, values![id]).await?;
    let requests = requests.iter().map(|row| (row.text(0).to_owned(), row.int(1))).collect();
    Ok(bulk_of(&row, requests))
}

pub(in crate::change) const BULK: &str = "id, kind, maker, lines, made_at, outcomes";

pub(in crate::change) fn bulk_of(row: &Row, requests: Vec<(String, i64)>) -> Bulk {
    let counts: serde_json::Value = serde_json::from_str(row.text(5)).unwrap_or_default();
    let count = |outcome: Outcome| counts.get(outcome.as_str()).and_then(serde_json::Value::as_i64).unwrap_or_default();
    Bulk {
        id: row.int(0),
        kind: row.text(1).to_owned(),
        maker: row.text(2).to_owned(),
        lines: row.int(3),
        requests,
        made_at: row.int(4),
        outcomes: Outcome::ALL.map(|outcome| (outcome, count(outcome))).into_iter().filter(|(_, n)| *n > 0).collect(),
    }
}
