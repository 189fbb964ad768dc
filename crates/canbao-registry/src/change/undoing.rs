//! A change that was done is undone by two people: one asks, another decides.

use canbao_domain::scope::Scope;

use super::check;
use super::request::{COLUMNS, Request, RequestState, in_scope, note, request_of};
use super::{confirm, history};
use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::clock::now_ms;
use crate::hand::Hand;
use crate::person::{NOW, State, Whole, people};
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, values};

/// A later version of a record, which stands on a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resting {
    /// Whose record.
    pub person: i64,
    /// The version's revision.
    pub revision: i64,
    /// When it became known, milliseconds since 1970 (UTC).
    pub at: i64,
    /// From which day it holds.
    pub effective: String,
    /// `apply`, a procedure's kind, `claim`, `undo`.
    pub kind: String,
    /// The request that made it, where one did.
    pub request: Option<i64>,
}

/// Somebody's wish that a change be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoRequest {
    /// Its number.
    pub id: i64,
    /// The number of the change's request.
    pub request: i64,
    /// Where it is; never `Undone`.
    pub state: RequestState,
    /// Why it is to be undone.
    pub reason: String,
    /// Who asks.
    pub maker: String,
    /// When, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Who decided.
    pub checker: Option<String>,
    /// Why so.
    pub answer: Option<String>,
}

const WISH: &str = "id, request, state, reason, maker, made_at, checker, answer";

fn wish_of(row: &Row) -> UndoRequest {
    UndoRequest {
        id: row.int(0),
        request: row.int(1),
        state: RequestState::from_word(row.text(2)),
        reason: row.text(3).to_owned(),
        maker: row.text(4).to_owned(),
        made_at: row.int(5),
        checker: row.maybe_text(6).map(str::to_owned),
        answer: row.maybe_text(7).map(str::to_owned),
    }
}

impl Registry {
    /// Undoes what a request did: each record is again what it was before, as a new version.
    ///
    /// # Errors
    /// Where it was not done, or a later change of the same people rests on it: then these are named.
    pub async fn undo_change(&self, asker: &Asker, id: i64, reason: &str) -> Result<i64, RegistryError> {
        check::reason(reason)?;
        let mut hand = Hand::begin(self).await?;
        let day = self.taken_back(&mut hand, asker, id, reason).await?;
        hand.finish("undo", &asker.actor, &format!("request {id}"), &day).await
    }

    /// Takes a change back within a hand; gives the day from which it held.
    async fn taken_back(
        &self,
        hand: &mut Hand<'_>,
        asker: &Asker,
        id: i64,
        reason: &str,
    ) -> Result<String, RegistryError> {
        let (request, undone) = done(&mut hand.transaction, id).await?;
        let touched = touched(&mut hand.transaction, undone).await?;
        let seen = hand.seen;
        let now = people(&mut hand.transaction, &touched, seen).await?;
        let then = people(&mut hand.transaction, &touched, undone).await?;
        let later = resting(&mut hand.transaction, undone).await?;
        let stands = |whole: &&Whole| {
            let same = |then: &Whole| then.person == whole.person && history::alike(then, whole);
            !then.iter().any(same) || later.iter().any(|one| one.person == whole.person)
        };
        let later: Vec<String> = now.iter().filter(stands).map(|whole| whole.person.to_string()).collect();
        if !later.is_empty() {
            return Err(RegistryError::refused(
                format!("{} 号记录在这次办理之后又有变动，不能撤销。", later.join("、")),
                "请先撤销后来的变动。",
            ));
        }
        let before = people(&mut hand.transaction, &touched, undone - 1).await?;
        let day = request.effective.clone();
        for whole in &now {
            self.may(&mut hand.transaction, asker, whole).await?;
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
            confirm::undo(hand, whole.person, undone).await?;
        }
        let revision = hand.revision;
        let sql = "UPDATE change_request SET state = 'undone' WHERE id = $1";
        hand.transaction.execute(sql, values![id]).await?;
        let sql = "UPDATE revision SET undone_by = $1 WHERE revision = $2";
        hand.transaction.execute(sql, values![revision, undone]).await?;
        for person in &touched {
            note(hand, "undo", *person, &day, asker, reason).await?;
        }
        Ok(day)
    }

    /// Asks that a change be undone. Nothing of the record changes before somebody else has decided.
    ///
    /// # Errors
    /// Where it was not done, something later rests on it, somebody asked already, or a record is out of reach.
    pub async fn ask_undo(&self, asker: &Asker, id: i64, reason: &str) -> Result<i64, RegistryError> {
        check::reason(reason)?;
        let mut hand = Hand::begin(self).await?;
        let (_, undone) = done(&mut hand.transaction, id).await?;
        let touched = touched(&mut hand.transaction, undone).await?;
        let seen = hand.seen;
        for whole in &people(&mut hand.transaction, &touched, seen).await? {
            self.may(&mut hand.transaction, asker, whole).await?;
        }
        let transaction = &mut hand.transaction;
        let later = resting(transaction, undone).await?;
        if !later.is_empty() {
            return Err(RegistryError::refused(
                format!("这件变更之后，它所改的记录又有 {} 次变动，不能撤销。", later.len()),
                "请先撤销后来的变动。",
            ));
        }
        let sql = "SELECT COUNT(*) FROM undo_request WHERE request = $1 AND state = 'pending'";
        if transaction.int(sql, values![id]).await? > 0 {
            return Err(RegistryError::refused("这件变更已有撤销申请在等待复核。", "请等它处理完。"));
        }
        let wish = transaction.int("SELECT COALESCE(MAX(id), 0) + 1 FROM undo_request", &[]).await?;
        let sql = "INSERT INTO undo_request (id, request, state, reason, maker, made_at) \
                   VALUES ($1, $2, 'pending', $3, $4, $5)";
        transaction.execute(sql, values![wish, id, reason, asker.actor.as_str(), now_ms()]).await?;
        let subject = format!("undo {wish} request {id}");
        let entry = Entry { actor: &asker.actor, action: "ask-undo", subject: &subject, revision: None, digest: &[] };
        audit::append(transaction, entry).await?;
        hand.transaction.commit().await?;
        Ok(wish)
    }

    /// Decides whether a change is undone; approved, it is. Gives the revision that shows it, or 0.
    ///
    /// # Errors
    /// Where who decides is who asked, it is decided already, something later rests on the change, or a record is out of
    /// reach.
    pub async fn decide_undo(
        &self,
        asker: &Asker,
        wish: i64,
        approve: bool,
        reason: &str,
    ) -> Result<i64, RegistryError> {
        check::reason(reason)?;
        let mut hand = Hand::begin(self).await?;
        let asked = pending(&mut hand.transaction, wish).await?;
        if asked.maker == asker.actor {
            return Err(RegistryError::refused("复核人不能是提出撤销的人。", "请由另一位工作人员复核。"));
        }
        let id = asked.request;
        if approve {
            let day = self.taken_back(&mut hand, asker, id, &asked.reason).await?;
            settle(&mut hand.transaction, wish, "done", asker, reason).await?;
            return hand.finish("undo", &asker.actor, &format!("request {id} undo {wish}"), &day).await;
        }
        let (_, undone) = done(&mut hand.transaction, id).await?;
        let (touched, seen) = (touched(&mut hand.transaction, undone).await?, hand.seen);
        for whole in &people(&mut hand.transaction, &touched, seen).await? {
            self.may(&mut hand.transaction, asker, whole).await?;
        }
        self.end_wish(hand.transaction, asker, &asked, "refused", reason).await?;
        Ok(0)
    }

    /// Takes the wish back; only who asked can.
    ///
    /// # Errors
    /// Where it is somebody else's, or decided already.
    pub async fn withdraw_undo(&self, asker: &Asker, wish: i64, reason: &str) -> Result<(), RegistryError> {
        check::reason(reason)?;
        let mut transaction = self.store.write().await?;
        let asked = pending(&mut transaction, wish).await?;
        if asked.maker != asker.actor {
            return Err(RegistryError::refused("只有提出撤销的人能收回它。", "请联系提出的人。"));
        }
        self.end_wish(transaction, asker, &asked, "withdrawn", reason).await
    }

    async fn end_wish(
        &self,
        mut transaction: Transaction,
        asker: &Asker,
        asked: &UndoRequest,
        state: &str,
        reason: &str,
    ) -> Result<(), RegistryError> {
        settle(&mut transaction, asked.id, state, asker, reason).await?;
        let subject = format!("undo {} request {}", asked.id, asked.request);
        let action = if state == "refused" { "refuse-undo" } else { "withdraw-undo" };
        let entry = Entry { actor: &asker.actor, action, subject: &subject, revision: None, digest: &[] };
        audit::append(&mut transaction, entry).await?;
        transaction.commit().await
    }

    /// The last wish to undo a change.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn undo_of(&self, request: i64) -> Result<Option<UndoRequest>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = format!("SELECT {WISH} FROM undo_request WHERE request = $1 ORDER BY id DESC LIMIT 1");
        Ok(statements.first(sql, values![request]).await?.as_ref().map(wish_of))
    }

    /// Later versions of the records that a change touched, the newest first: while there are any, it cannot be undone.
    ///
    /// # Errors
    /// Where the change was not done.
    pub async fn resting_on(&self, request: i64) -> Result<Vec<Resting>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let (_, undone) = done(&mut statements, request).await?;
        resting(&mut statements, undone).await
    }

    /// Wishes that wait for a decision in a scope, the oldest first, each with its change and the area of whom it is about.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn undos_in(&self, scope: &Scope) -> Result<Vec<(UndoRequest, Request, String)>, RegistryError> {
        let mut statements = self.store.statements().await?;
        let areas = self.areas.get(&mut statements).await?;
        let sql = format!("SELECT {WISH} FROM undo_request WHERE state = 'pending' ORDER BY id");
        let wishes: Vec<UndoRequest> = statements.all(sql, &[]).await?.iter().map(wish_of).collect();
        let mut found = Vec::new();
        for wish in wishes {
            let sql = format!("SELECT {COLUMNS} FROM change_request WHERE id = $1");
            let Some(row) = statements.first(sql, values![wish.request]).await? else { continue };
            let request = request_of(&row);
            let sql = format!("SELECT area FROM person WHERE person = $1 AND rev_from <= {NOW} AND rev_to > {NOW}");
            let area = statements.first(sql, values![request.person]).await?;
            let area = area.map_or_else(String::new, |row| row.text(0).to_owned());
            if in_scope(scope, &area, &areas).is_ok() {
                found.push((wish, request, area));
            }
        }
        Ok(found)
    }
}

/// A request that was done, and the revision that shows it.
async fn done(transaction: &mut Transaction, id: i64) -> Result<(Request, i64), RegistryError> {
    let sql = format!("SELECT {COLUMNS} FROM change_request WHERE id = $1");
    let request = transaction.first(sql, values![id]).await?.as_ref().map(request_of);
    let found = request.and_then(|request| {
        let is_done = request.state == RequestState::Done && request.procedure.is_some();
        let revision = request.revision.filter(|_| is_done)?;
        Some((request, revision))
    });
    found.ok_or_else(|| RegistryError::refused("这件申请没有办理过，不能撤销。", "请核对申请编号。"))
}

/// Whose records a revision wrote.
async fn touched(transaction: &mut Transaction, revision: i64) -> Result<Vec<i64>, RegistryError> {
    let sql = "SELECT person FROM person WHERE rev_from = $1 ORDER BY person";
    Ok(transaction.all(sql, values![revision]).await?.iter().map(|row| row.int(0)).collect())
}

/// Later versions of whom a revision wrote. What was undone meanwhile, and its undoing, stand on nothing.
async fn resting(transaction: &mut Transaction, undone: i64) -> Result<Vec<Resting>, RegistryError> {
    let sql = format!(
        "SELECT p.person, p.rev_from, r.at, p.effective, r.kind, \
         (SELECT MIN(c.id) FROM change_request c WHERE c.revision = p.rev_from AND c.content <> '{{}}') \
         FROM person p JOIN revision r ON r.revision = p.rev_from \
         WHERE p.person IN (SELECT t.person FROM person t WHERE t.rev_from = $1) AND p.rev_from > $1 \
         AND p.rev_from <= {NOW} AND r.undone_by IS NULL \
         AND NOT EXISTS (SELECT 1 FROM revision x WHERE x.undone_by = p.rev_from AND x.revision > $1) \
         ORDER BY p.rev_from DESC, p.person"
    );
    let rows = transaction.all(sql, values![undone]).await?;
    let resting = |row: &Row| Resting {
        person: row.int(0),
        revision: row.int(1),
        at: row.int(2),
        effective: row.text(3).to_owned(),
        kind: row.text(4).to_owned(),
        request: row.maybe_int(5),
    };
    Ok(rows.iter().map(resting).collect())
}

async fn pending(transaction: &mut Transaction, wish: i64) -> Result<UndoRequest, RegistryError> {
    let sql = format!("SELECT {WISH} FROM undo_request WHERE id = $1");
    let asked = transaction.first(sql, values![wish]).await?.as_ref().map(wish_of);
    match asked {
        None => Err(RegistryError::refused("没有这件撤销申请。", "请从这件变更的页面进入。")),
        Some(asked) if asked.state != RequestState::Pending => {
            Err(RegistryError::refused("这件撤销申请已经处理过。", "请重新查看它的结果。"))
        }
        Some(asked) => Ok(asked),
    }
}

async fn settle(
    transaction: &mut Transaction,
    wish: i64,
    state: &str,
    asker: &Asker,
    answer: &str,
) -> Result<(), RegistryError> {
    let sql = "UPDATE undo_request SET state = $1, checker = $2, decided_at = $3, answer = $4 WHERE id = $5";
    transaction.execute(sql, values![state, asker.actor.as_str(), now_ms(), answer, wish]).await?;
    Ok(())
}
