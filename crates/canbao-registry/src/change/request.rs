//! Proposing, deciding and undoing.

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;

use super::effect::{effect, merge, new_person, split};
use super::procedure::Procedure;
use super::{check, confirm, history};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::hand::Hand;
use crate::person::{NOW, State, Whole, people};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// What a maker puts forward.
#[derive(Clone, Debug)]
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

    fn from_word(word: &str) -> Self {
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
#[derive(Clone, Debug)]
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
}

pub(super) const COLUMNS: &str =
    "id, person, state, kind, content, effective, base, maker, checker, reason, revision, bulk, made_at";

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
        let on = check::day(&proposal.effective, today)?;
        let mut hand = Hand::begin(self).await?;
        let procedure = &proposal.procedure;
        if procedure.is_new() {
            let (Procedure::Arrival(person) | Procedure::Birth(person)) = procedure else {
                return Err(RegistryError::Nobody);
            };
            let areas = self.areas.get(&mut hand.transaction).await?;
            check::new_person(procedure, person, on, &areas)?;
            in_scope(&asker.scope, &person.area, &areas)?;
            unclaimed(self, &mut hand.transaction, person.number.as_deref(), 0).await?;
        } else {
            let whole = hand.person(proposal.person).await?;
            self.may(&mut hand, asker, &whole).await?;
            unchanged(&mut hand, &whole, proposal.seen).await?;
            self.checked(&mut hand, procedure, &whole, on).await?;
        }
        let sql = "SELECT COUNT(*) FROM change_request WHERE person = $1 AND kind = $2 AND state = 'pending'";
        let waiting = hand.transaction.int(sql, values![proposal.person, procedure.kind()]).await?;
        if waiting > 0 && !procedure.is_new() {
            return Err(RegistryError::refused(
                format!("此人已有一件{}申请在等待审核。", procedure.chinese()),
                "请先处理那一件。",
            ));
        }
        let id = next_request(&mut hand.transaction).await?;
        let sql = "INSERT INTO change_request (id, kind, person, other_person, state, effective, content, evidence, base, \
                   maker, made_at) VALUES ($1, $2, $3, $4, 'pending', $5, $6, $7, $8, $9, $10)";
        let evidence = Value::Bytes(proposal.evidence.clone());
        let mut row =
            values![id, procedure.kind(), proposal.person, procedure.other(), on.to_string(), content(procedure)]
                .to_vec();
        row.push(evidence);
        row.extend(values![proposal.seen, asker.actor.as_str(), now_ms()].iter().cloned());
        hand.transaction.execute(sql, &row).await?;
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
                self.may(&mut hand, asker, &whole).await?;
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
        if let Procedure::Arrival(told) | Procedure::Birth(told) = procedure {
            let areas = self.areas.get(&mut hand.transaction).await?;
            check::new_person(procedure, told, on, &areas)?;
            in_scope(&asker.scope, &told.area, &areas)?;
            unclaimed(self, &mut hand.transaction, told.number.as_deref(), 0).await?;
            let person = hand.new_person();
            let evidence = format!("{day} {}登记", procedure.chinese());
            hand.put(None, new_person(told, person, &evidence)?, day);
            return Ok(person);
        }
        let whole = hand.person(*person).await?;
        self.may(hand, asker, &whole).await?;
        unchanged(hand, &whole, seen).await?;
        self.checked(hand, procedure, &whole, on).await?;
        match procedure {
            Procedure::Merged { into } => {
                let into = hand.person(*into).await?;
                self.may(hand, asker, &into).await?;
                let (gone, stays) = merge(&whole, &into);
                hand.put(Some(&whole), gone, day);
                hand.put(Some(&into), stays, day);
            }
            Procedure::Split { other, enrolments, numbers } => {
                let new = hand.new_person();
                let (stays, new) = split(&whole, other, new, enrolments, numbers)?;
                hand.put(Some(&whole), stays, day);
                hand.put(None, new, day);
            }
            _ => {
                let (wish, confirmed) = effect(procedure, &whole, on)?;
                hand.put(Some(&whole), wish, day);
                if let Procedure::ExtractDiffers { item, .. } = procedure {
                    confirm::end(hand, *person, item).await?;
                }
                confirm::confirm(hand, *person, &confirmed, day).await?;
            }
        }
        Ok(*person)
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

    /// Undoes what a request did: each record is again what it was before, as a new version.
    ///
    /// # Errors
    /// Where it was not done, or a later change of the same people rests on it: then these are named.
    pub async fn undo_change(&self, asker: &Asker, id: i64, reason: &str) -> Result<i64, RegistryError> {
        check::reason(reason)?;
        let mut hand = Hand::begin(self).await?;
        let sql = format!("SELECT {COLUMNS} FROM change_request WHERE id = $1");
        let row = hand.transaction.first(sql, values![id]).await?;
        let request = row.as_ref().map(request_of);
        let Some((request, undone)) = request.and_then(|request| {
            let is_done = request.state == RequestState::Done && request.procedure.is_some();
            let revision = request.revision.filter(|_| is_done)?;
            Some((request, revision))
        }) else {
            return Err(RegistryError::refused("这件申请没有办理过，不能撤销。", "请核对申请编号。"));
        };
        let sql = "SELECT person FROM person WHERE rev_from = $1 ORDER BY person";
        let touched: Vec<i64> =
            hand.transaction.all(sql, values![undone]).await?.iter().map(|row| row.int(0)).collect();
        let seen = hand.seen;
        let now = people(&mut hand.transaction, &touched, seen).await?;
        let later: Vec<String> =
            now.iter().filter(|whole| whole.revision != undone).map(|whole| whole.person.to_string()).collect();
        if !later.is_empty() {
            return Err(RegistryError::refused(
                format!("{} 号记录在这次办理之后又有变动，不能撤销。", later.join("、")),
                "请先撤销后来的变动。",
            ));
        }
        let before = people(&mut hand.transaction, &touched, undone - 1).await?;
        let day = request.effective.clone();
        for whole in &now {
            self.may(&mut hand, asker, whole).await?;
            let wish = match before.iter().find(|before| before.person == whole.person) {
                Some(before) => before.clone(),
                None => {
                    let mut wish = whole.clone();
                    wish.record.state = State::Ended;
                    wish.enrolments.clear();
                    wish.findings.clear();
                    wish
                }
            };
            hand.put(Some(whole), wish, &day);
            confirm::undo(&mut hand, whole.person, undone).await?;
        }
        let revision = hand.revision;
        let sql = "UPDATE change_request SET state = 'undone' WHERE id = $1";
        hand.transaction.execute(sql, values![id]).await?;
        let sql = "UPDATE revision SET undone_by = $1 WHERE revision = $2";
        hand.transaction.execute(sql, values![revision, undone]).await?;
        for person in &touched {
            note(&mut hand, "undo", *person, &day, asker, reason).await?;
        }
        hand.finish("undo", &asker.actor, &format!("request {id}"), &day).await
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
                let area = if request.person == 0 { new } else { row.text(13) }.to_owned();
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
    pub(super) async fn may(&self, hand: &mut Hand<'_>, asker: &Asker, whole: &Whole) -> Result<(), RegistryError> {
        let areas = self.areas.get(&mut hand.transaction).await?;
        in_scope(&asker.scope, &whole.record.area, &areas)
    }

    pub(super) async fn checked(
        &self,
        hand: &mut Hand<'_>,
        procedure: &Procedure,
        whole: &Whole,
        on: Date,
    ) -> Result<(), RegistryError> {
        let areas = self.areas.get(&mut hand.transaction).await?;
        let other = match procedure.other().filter(|other| *other != whole.person) {
            Some(other) => hand.person(other).await.ok(),
            None => None,
        };
        check::check(procedure, whole, other.as_ref(), on, &areas)?;
        match procedure {
            Procedure::NumberCorrected { number } => {
                unclaimed(self, &mut hand.transaction, Some(number), whole.person).await
            }
            Procedure::Split { other, .. } => {
                unclaimed(self, &mut hand.transaction, other.number.as_deref(), whole.person).await
            }
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
        Some(row) => Err(RegistryError::refused(
            format!("这个号码已经是 {} 号记录的社会保障号码。", row.int(0)),
            "如果是同一个人，请办理合并；如果是两个人，请核对号码。",
        )),
    }
}

/// Refuses where the record changed since somebody looked at it, and says which items did.
pub(super) async fn unchanged(hand: &mut Hand<'_>, whole: &Whole, seen: i64) -> Result<(), RegistryError> {
    if whole.revision == seen {
        return Ok(());
    }
    let before = people(&mut hand.transaction, &[whole.person], seen).await?;
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
