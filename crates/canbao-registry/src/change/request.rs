//! Proposing, deciding and undoing.

use std::fmt;

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;

use super::effect::wishes;
use super::procedure::Procedure;
use super::scan::{self, Scan};
use super::{check, confirm, history};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::hand::Hand;
use crate::person::{NOW, Whole, people, visible};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// What a maker puts forward.
#[derive(Clone)]
pub struct Proposal {
    /// Whose record; 0 for somebody new.
    pub person: i64,
    /// The version of the record that the maker looked at ([`Whole::revision`]); 0 for somebody new.
    pub seen: i64,
    /// What is to be done.
    pub procedure: Procedure,
    /// From which day it holds, `yyyy-mm-dd`.
    pub effective: String,
    /// SHA-256 of the papers' file.
    pub evidence: Option<Vec<u8>>,
    /// Which papers these are, as the maker names them; may be personal.
    pub papers: Option<String>,
}

impl fmt::Debug for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proposal")
            .field("person", &self.person)
            .field("procedure", &self.procedure)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

/// What a checker says.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Whether it is to be done.
    pub approve: bool,
    /// Why.
    pub reason: String,
    /// The version of the record that the checker looked at; 0 for somebody new.
    pub seen: i64,
}

/// Where a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestState {
    /// Waits for its checker.
    Pending,
    /// Done.
    Done,
    /// Refused by its checker.
    Refused,
    /// Taken back by its maker.
    Withdrawn,
    /// Done and undone.
    Undone,
}

impl RequestState {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Undone => "undone",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "pending" => Self::Pending,
            "done" => Self::Done,
            "refused" => Self::Refused,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Undone,
        }
    }
}

/// A request as it stands.
#[derive(Clone)]
pub struct Request {
    /// Its number.
    pub id: i64,
    /// Whose record; of somebody new, once it is done.
    pub person: i64,
    /// Where it is.
    pub state: RequestState,
    /// What is to be done; `None` for an old kind that this program does not know.
    pub procedure: Option<Procedure>,
    /// From which day.
    pub effective: String,
    /// The version that the maker looked at.
    pub base: i64,
    /// Who proposed it.
    pub maker: String,
    /// Who decided.
    pub checker: Option<String>,
    /// The decision's reason.
    pub reason: Option<String>,
    /// The revision that shows it.
    pub revision: Option<i64>,
    /// The bulk that it belongs to.
    pub bulk: Option<i64>,
    /// When it was put forward, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// SHA-256 of the papers' file.
    pub evidence: Option<Vec<u8>>,
    /// Which papers these are, as the maker named them.
    pub papers: Option<String>,
    /// When it was decided, milliseconds since 1970 (UTC).
    pub decided_at: Option<i64>,
}

pub(super) const COLUMNS: &str = "id, person, state, kind, content, effective, base, maker, checker, reason, revision, \
                                  bulk, made_at, evidence, papers, decided_at";
/// How many columns these are.
pub(super) const WIDTH: usize = 16;

pub(super) fn request_of(row: &Row) -> Request {
    let text = |at| row.maybe_text(at).map(str::to_owned);
    let tagged = |content: &str| {
        let mut value: serde_json::Value = serde_json::from_str(content).ok()?;
        value.as_object_mut()?.insert("procedure".to_owned(), row.text(3).into());
        serde_json::from_value(value).ok()
    };
    Request {
        id: row.int(0),
        person: row.int(1),
        state: RequestState::from_word(row.text(2)),
        procedure: tagged(row.text(4)),
        effective: row.text(5).to_owned(),
        base: row.int(6),
        maker: row.text(7).to_owned(),
        checker: text(8),
        reason: text(9),
        revision: row.maybe_int(10),
        bulk: row.maybe_int(11),
        made_at: row.int(12),
        evidence: row.maybe_bytes(13).map(<[u8]>::to_vec),
        papers: text(14),
        decided_at: row.maybe_int(15),
    }
}

/// A procedure's particulars; its kind stands in a column of its own.
pub(super) fn content(procedure: &Procedure) -> String {
    let mut value = serde_json::to_value(procedure).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("procedure");
    }
    value.to_string()
}

impl Registry {
    /// Puts a procedure forward. Nothing of the record changes before somebody else has decided.
    ///
    /// # Errors
    /// Where the procedure is wrong for this record, the record changed since the maker looked at it, or the person is out
    /// of reach.
    pub async fn propose(&self, asker: &Asker, proposal: &Proposal, today: Date) -> Result<i64, RegistryError> {
        self.put_forward(asker, proposal, None, today).await
    }

    /// The same, with the file of papers that is the evidence, where there is one.
    pub(super) async fn put_forward(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        scan: Option<&Scan>,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let on = check::day(&proposal.effective, today)?;
        let mut hand = Hand::begin(self).await?;
        let procedure = &proposal.procedure;
        self.proper(&mut hand.transaction, asker, proposal, on).await?;
        self.free(&mut hand.transaction, proposal).await?;
        let id = next_request(&mut hand.transaction).await?;
        let sql = "INSERT INTO change_request (id, kind, person, other_person, state, effective, content, evidence, base, \
                   maker, made_at, papers) VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10, $11)";
        let evidence = Value::Bytes(proposal.evidence.clone());
        let mut row =
            values![id, procedure.kind(), proposal.person, procedure.other(), on.to_string(), content(procedure)]
                .to_vec();
        row.push(evidence);
        row.extend(values![proposal.seen, asker.actor.as_str(), now_ms(), proposal.papers.clone()].iter().cloned());
        hand.transaction.execute(sql, &row).await?;
        if let Some(scan) = scan {
            scan::note(&mut hand.transaction, id, scan).await?;
        }
        let (subject, digest) = (format!("request {id}"), blake3::hash(content(procedure).as_bytes()));
        let entry = Entry {
            actor: &asker.actor,
            action: "propose",
            subject: &subject,
            revision: None,
            digest: digest.as_bytes(),
        };
        audit::append(&mut hand.transaction, entry).await?;
        hand.transaction.commit().await?;
        Ok(id)
    }

    /// Whether a proposal is right as things are; gives whose record it is on, of somebody new none.
    pub(super) async fn proper(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        proposal: &Proposal,
        on: Date,
    ) -> Result<Option<Whole>, RegistryError> {
        let procedure = &proposal.procedure;
        if let Procedure::Arrival(person) | Procedure::Birth(person) = procedure {
            let areas = self.areas.get(transaction).await?;
            check::new_person(procedure, person, on, &areas)?;
            in_scope(&asker.scope, &person.area, &areas)?;
            unclaimed(self, transaction, person.number.as_deref(), 0).await?;
            return Ok(None);
        }
        let seen = visible(transaction).await?;
        let whole = people(transaction, &[proposal.person], seen).await?.into_iter().next();
        let whole = whole.ok_or(RegistryError::Nobody)?;
        self.may(transaction, asker, &whole).await?;
        unchanged(transaction, &whole, proposal.seen).await?;
        self.checked(transaction, procedure, &whole, on).await?;
        Ok(Some(whole))
    }

    /// Refuses where a request like it waits already.
    pub(super) async fn free(&self, transaction: &mut Transaction, proposal: &Proposal) -> Result<(), RegistryError> {
        let procedure = &proposal.procedure;
        let sql = "SELECT COUNT(*) FROM change_request WHERE person = $1 AND kind = $2 AND state = 'pending'";
        let waiting = transaction.int(sql, values![proposal.person, procedure.kind()]).await?;
        if waiting == 0 || procedure.is_new() {
            return Ok(());
        }
        let sentence = format!("此人已有一件{}申请在等待审核。", procedure.chinese());
        Err(RegistryError::refused(sentence, "请先处理那一件。"))
    }

    /// Decides a request; approved, it is done. Gives the revision that shows it, or 0.
    ///
    /// # Errors
    /// Where the checker is the maker, the request is not pending, the record changed since the checker looked at it, or the
    /// procedure is wrong for the record as it is now.
    pub async fn decide(&self, asker: &Asker, id: i64, decision: &Decision, today: Date) -> Result<i64, RegistryError> {
        check::reason(&decision.reason)?;
        let mut hand = Hand::begin(self).await?;
        let request = pending(&mut hand.transaction, id).await?;
        if request.maker == asker.actor {
            return Err(RegistryError::refused("审核人不能是经办人本人。", "请由另一位工作人员审核。"));
        }
        let Some(procedure) = request.procedure else {
            return Err(RegistryError::Broken(format!("{id} 号申请的内容读不懂")));
        };
        if !decision.approve {
            if !procedure.is_new() {
                let whole = hand.person(request.person).await?;
                self.may(&mut hand.transaction, asker, &whole).await?;
            }
            settle(&mut hand.transaction, id, "refused", asker, &decision.reason, None, request.person).await?;
            let subject = format!("request {id}");
            let entry = Entry { actor: &asker.actor, action: "refuse", subject: &subject, revision: None, digest: &[] };
            audit::append(&mut hand.transaction, entry).await?;
            hand.transaction.commit().await?;
            return Ok(0);
        }
        let on = check::day(&request.effective, today)?;
        let day = on.to_string();
        let person = self.carry_out(&mut hand, asker, &request.person, &procedure, on, &day, decision.seen).await?;
        let revision = hand.revision;
        settle(&mut hand.transaction, id, "done", asker, &decision.reason, Some(revision), person).await?;
        hand.finish(procedure.kind(), &asker.actor, &format!("request {id} person {person}"), &day).await
    }

    #[expect(clippy::too_many_arguments, reason = "a step of `decide`, which has all of it at hand")]
    async fn carry_out(
        &self,
        hand: &mut Hand<'_>,
        asker: &Asker,
        person: &i64,
        procedure: &Procedure,
        on: Date,
        day: &str,
        seen: i64,
    ) -> Result<i64, RegistryError> {
        let proposal = Proposal {
            person: *person,
            seen,
            procedure: procedure.clone(),
            effective: day.to_owned(),
            evidence: None,
            papers: None,
        };
        let whole = self.proper(&mut hand.transaction, asker, &proposal, on).await?;
        let other = match procedure.other() {
            Some(other) => Some(hand.person(other).await?),
            None => None,
        };
        if let Some(other) = &other {
            self.may(&mut hand.transaction, asker, other).await?;
        }
        let is_new = procedure.is_new() || matches!(procedure, Procedure::Split { .. });
        let new = if is_new { hand.new_person() } else { 0 };
        let (wishes, confirmed) = wishes(procedure, whole.as_ref(), other.as_ref(), new, on)?;
        for (before, wish) in wishes {
            hand.put(before, wish, day);
        }
        if let Procedure::ExtractDiffers { item, .. } = procedure {
            confirm::end(hand, *person, item).await?;
        }
        confirm::confirm(hand, *person, &confirmed, day).await?;
        Ok(if procedure.is_new() { new } else { *person })
    }

    /// Takes a request back; only its maker can.
    ///
    /// # Errors
    /// Where it is somebody else's, or no longer pending.
    pub async fn withdraw(&self, asker: &Asker, id: i64, reason: &str) -> Result<(), RegistryError> {
        check::reason(reason)?;
        let mut transaction = self.store.write().await?;
        let request = pending(&mut transaction, id).await?;
        if request.maker != asker.actor {
            return Err(RegistryError::refused("只有经办人本人能撤回申请。", "请联系经办人。"));
        }
        settle(&mut transaction, id, "withdrawn", asker, reason, None, request.person).await?;
        let subject = format!("request {id}");
        let entry = Entry { actor: &asker.actor, action: "withdraw", subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// A request by its number.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn request(&self, id: i64) -> Result<Request, RegistryError> {
        let mut transaction = self.store.read().await?;
        let sql = format!("SELECT {COLUMNS} FROM change_request WHERE id = $1");
        let row = transaction.first(sql, values![id]).await?;
        row.as_ref().map(request_of).ok_or_else(|| RegistryError::refused("没有这件申请。", "请核对申请编号。"))
    }

    /// Requests about a person, the oldest first.
    ///
    /// # Errors
    /// Where the person is unknown or out of reach.
    pub async fn requests(&self, asker: &Asker, person: i64) -> Result<Vec<Request>, RegistryError> {
        self.person(asker, person).await?;
        self.requests_of(&mut self.store.statements().await?, person).await
    }

    /// The same; nothing is put on the log.
    pub(crate) async fn requests_of(
        &self,
        transaction: &mut Transaction,
        person: i64,
    ) -> Result<Vec<Request>, RegistryError> {
        let sql = format!("SELECT {COLUMNS} FROM change_request WHERE person = $1 OR other_person = $1 ORDER BY id");
        Ok(transaction.all(sql, values![person]).await?.iter().map(request_of).collect())
    }

    /// Requests that wait for a checker, after the one with number `after`, for the whole city.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn pending_requests(&self, after: i64, most: i64) -> Result<Vec<Request>, RegistryError> {
        let mut transaction = self.store.read().await?;
        let sql =
            format!("SELECT {COLUMNS} FROM change_request WHERE state = 'pending' AND id > $1 ORDER BY id LIMIT $2");
        Ok(transaction.all(sql, values![after, most.clamp(1, 500)]).await?.iter().map(request_of).collect())
    }

    /// Requests that wait for a checker in a scope, the oldest first, each with the area of whom it is about; at most
    /// `most` of them, and how many there are.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn pending_in(&self, scope: &Scope, most: usize) -> Result<(Vec<(Request, String)>, i64), RegistryError> {
        self.pending_after(scope, 0, most).await
    }

    /// As [`Registry::pending_in`], of those after the one with number `after`; how many there are counts all.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn pending_after(
        &self,
        scope: &Scope,
        after: i64,
        most: usize,
    ) -> Result<(Vec<(Request, String)>, i64), RegistryError> {
        let mut statements = self.store.statements().await?;
        let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("r.{column}")).collect();
        let sql = format!(
            "SELECT {}, COALESCE((SELECT p.area FROM person p WHERE p.person = r.person \
             AND p.rev_from <= {NOW} AND p.rev_to > {NOW}), '') \
             FROM change_request r WHERE r.state = 'pending' ORDER BY r.id",
            columns.join(", ")
        );
        let areas = self.areas.get(&mut statements).await?;
        let codes = areas.of_scope(scope);
        let (mut found, mut count) = (Vec::new(), 0);
        statements
            .each(sql, &[], |row| {
                let request = request_of(&row);
                // somebody new stands in no area yet but that of the request
                let new = request.procedure.as_ref().and_then(Procedure::new_area).unwrap_or_default();
                let area = if request.person == 0 { new } else { row.text(WIDTH) }.to_owned();
                if codes.as_ref().is_none_or(|codes| codes.binary_search(&area.as_str()).is_ok()) {
                    count += 1;
                    if request.id > after && found.len() < most {
                        found.push((request, area));
                    }
                }
                Ok(())
            })
            .await?;
        Ok((found, count))
    }

    /// Refuses where a record is out of an asker's reach.
    pub(super) async fn may(
        &self,
        transaction: &mut Transaction,
        asker: &Asker,
        whole: &Whole,
    ) -> Result<(), RegistryError> {
        let areas = self.areas.get(transaction).await?;
        in_scope(&asker.scope, &whole.record.area, &areas)
    }

    pub(super) async fn checked(
        &self,
        transaction: &mut Transaction,
        procedure: &Procedure,
        whole: &Whole,
        on: Date,
    ) -> Result<(), RegistryError> {
        let areas = self.areas.get(transaction).await?;
        let other = match procedure.other().filter(|other| *other != whole.person) {
            Some(other) => {
                let seen = visible(transaction).await?;
                people(transaction, &[other], seen).await?.into_iter().next()
            }
            None => None,
        };
        check::check(procedure, whole, other.as_ref(), on, &areas)?;
        match procedure {
            Procedure::NumberCorrected { number } => unclaimed(self, transaction, Some(number), whole.person).await,
            Procedure::Split { other, .. } => unclaimed(self, transaction, other.number.as_deref(), whole.person).await,
            _ => Ok(()),
        }
    }
}

/// Refuses where a number is another person's current one.
async fn unclaimed(
    registry: &Registry,
    transaction: &mut Transaction,
    number: Option<&str>,
    person: i64,
) -> Result<(), RegistryError> {
    let Some(number) = number else { return Ok(()) };
    let value = check::citizen(number)?;
    let hash = registry.key.hash(crate::private::Kind::Number, &value);
    let sql = "SELECT n.person, n.value FROM number n JOIN person p ON p.person = n.person \
               WHERE n.hash = $1 AND n.kind = 'current' AND n.rev_from <= (SELECT visible FROM state) \
               AND n.rev_to > (SELECT visible FROM state) AND p.rev_from <= (SELECT visible FROM state) \
               AND p.rev_to > (SELECT visible FROM state) AND p.state = 'current'";
    let owners = transaction.all(sql, values![hash]).await?;
    match owners.iter().find(|row| row.text(1) == value && row.int(0) != person) {
        None => Ok(()),
        Some(row) => Err(RegistryError::refused_at(
            "number",
            format!("这个号码已经是 {} 号记录的社会保障号码。", row.int(0)),
            "如果是同一个人，请办理合并；如果是两个人，请核对号码。",
        )),
    }
}

/// Refuses where the record changed since somebody looked at it, and says which items did.
pub(super) async fn unchanged(transaction: &mut Transaction, whole: &Whole, seen: i64) -> Result<(), RegistryError> {
    if whole.revision == seen {
        return Ok(());
    }
    let before = people(transaction, &[whole.person], seen).await?;
    let what = before.first().map_or_else(|| "全部内容".to_owned(), |before| history::told(before, whole));
    Err(RegistryError::Changed { what })
}

pub(super) fn in_scope(scope: &Scope, area: &str, areas: &crate::area::Areas) -> Result<(), RegistryError> {
    match areas.of_scope(scope) {
        Some(codes) if codes.binary_search(&area).is_err() => Err(RegistryError::Nobody),
        _ => Ok(()),
    }
}

async fn pending(transaction: &mut Transaction, id: i64) -> Result<Request, RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM change_request WHERE id = $1");
    let request = transaction.first(sql, values![id]).await?.as_ref().map(request_of);
    match request {
        None => Err(RegistryError::refused("没有这件申请。", "请核对申请编号。")),
        Some(request) if request.state != RequestState::Pending => {
            Err(RegistryError::refused("这件申请已经处理过。", "请重新查看它的结果。"))
        }
        Some(request) => Ok(request),
    }
}

pub(super) async fn settle(
    transaction: &mut Transaction,
    id: i64,
    state: &str,
    asker: &Asker,
    reason: &str,
    revision: Option<i64>,
    person: i64,
) -> Result<(), RegistryError> {
    let sql = "UPDATE change_request SET state = $1, checker = $2, decided_at = $3, reason = $4, revision = $5, \
               person = $6 WHERE id = $7";
    transaction.execute(sql, values![state, asker.actor.as_str(), now_ms(), reason, revision, person, id]).await?;
    Ok(())
}

pub(super) async fn next_request(transaction: &mut Transaction) -> Result<i64, RegistryError> {
    transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM change_request", &[]).await
}

/// Notes that a hand was on a person's record without a request: an apply under way looks at them again.
pub(crate) async fn note(
    hand: &mut Hand<'_>,
    kind: &str,
    person: i64,
    day: &str,
    asker: &Asker,
    reason: &str,
) -> Result<(), RegistryError> {
    let id = next_request(&mut hand.transaction).await?;
    let sql = "INSERT INTO change_request (id, kind, person, state, effective, content, base, maker, made_at, reason, revision) \
               VALUES ($1, $2, $3, 'done', $4, '{}', $5, $6, $7, $8, $9)";
    let row = values![id, kind, person, day, hand.seen, asker.actor.as_str(), now_ms(), reason, hand.revision];
    hand.transaction.execute(sql, row).await?;
    Ok(())
}
