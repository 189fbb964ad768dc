//! Applying another registry's answer: who is insured there leaves the survey list.
//!
//! An answer is one change of the record: all of its people, the parcel's place in the chain and the audit entry are in
//! one transaction, so it is applied whole or not at all. What it says stands until the same registry answers again, or
//! what came back from the province says something of the same insurance itself; extracts of our own agencies do not
//! know it, and do not end it.

use std::path::Path;

use ahash::AHashSet;
use canbao_domain::source::Insurance;

use super::desk::{Desk, blocking};
use super::keep;
use super::parcel::{Digest, Kind};
use super::psi::{Asking, Found, Reply};
use super::receive::{Received, rows};
use super::rows::{AnswerRow, Outcome};
use super::said::{Answer, Import, Question, Said, counted, place, put};
use crate::RegistryError;
use crate::hand::Hand;
use crate::private::Kind as Hashed;
use crate::store::{Row, Transaction, values};

/// A list of people by what is said of them.
enum Content {
    Rows(Vec<AnswerRow>),
    Reply(Box<Reply>),
}

impl Desk {
    /// Applies an answer that was received, plain or private.
    ///
    /// # Errors
    /// Where the parcel is not a known registry's, not for us, not next in its chain, answers a question that was
    /// not asked or was answered before, or says something of somebody who was not asked about. Nothing is changed then.
    pub async fn import(&self, answer: &Path, actor: &str) -> Result<Import, RegistryError> {
        self.take(answer, actor, true).await
    }

    /// What applying an answer would do; nothing is changed.
    ///
    /// # Errors
    /// As [`Desk::import`].
    pub async fn try_import(&self, answer: &Path, actor: &str) -> Result<Import, RegistryError> {
        self.take(answer, actor, false).await
    }

    async fn take(&self, answer: &Path, actor: &str, keep: bool) -> Result<Import, RegistryError> {
        self.resume().await?;
        let limits = self.limits;
        let kind = self.look(answer).await?.kind;
        let received = match kind {
            Kind::Answer => self.open(answer, |opened| Ok(Content::Rows(rows(opened, "rows")?))).await?,
            Kind::PsiReply => {
                self.open(answer, move |opened| {
                    Ok(Content::Reply(Box::new(Reply::read(&mut opened.content("reply")?, &limits)?)))
                })
                .await?
            }
            kind => {
                return Err(RegistryError::refused(
                    format!("这个数据包是“{}”，不是答复。", kind.chinese()),
                    "对方的查询请用 canbao exchange answer 答复。",
                ));
            }
        };
        let parcel = received.manifest.answers.ok_or_else(never_asked)?;
        let (mut questions, insurance) = self.asked(&received, parcel).await?;
        match &received.content {
            Content::Rows(rows) => take_rows(&mut questions, rows)?,
            Content::Reply(reply) => {
                let found = self.finish(parcel, (**reply).clone()).await?;
                self.take_found(&mut questions, &found, insurance)?;
            }
        }
        self.apply(&received, parcel, questions, actor, keep).await
    }

    /// Whom the question asked about that an answer names, and of a private one the insurance.
    async fn asked<T>(
        &self,
        received: &Received<T>,
        parcel: Digest,
    ) -> Result<(Vec<Question>, Option<Insurance>), RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT kind, insurance FROM parcel \
                   WHERE digest = $1 AND ours = $2 AND peer = $3 AND direction = 'sent'";
        let peer = received.card.fingerprint().to_string();
        let of = values![parcel.to_string(), self.ours().to_string(), peer];
        let row = transaction.first(sql, of).await?.ok_or_else(never_asked)?;
        let wanted = if received.manifest.kind == Kind::Answer { Kind::Question } else { Kind::PsiRequest };
        if row.text(0) != wanted.as_str() {
            return Err(never_asked());
        }
        open_still(&mut transaction, parcel).await?;
        let insurance = row.maybe_text(1).and_then(|word| word.parse().ok());
        let sql = "SELECT line, person, hash, pension, medical FROM question WHERE parcel = $1 ORDER BY line";
        let rows = transaction.all(sql, values![parcel.to_string()]).await?;
        let question = |row: &Row| Question {
            person: row.int(1),
            hash: row.int(2),
            asked: [row.flag(3), row.flag(4)],
            said: [None, None],
            noted: None,
        };
        // lines count from 1 without a gap, so a line's place follows from it
        Ok((rows.iter().map(question).collect(), insurance))
    }

    /// Ends a private comparison.
    async fn finish(&self, parcel: Digest, reply: Reply) -> Result<Found, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT sealed FROM private_question WHERE parcel = $1";
        let row = transaction.first(sql, values![parcel.to_string()]).await?.ok_or_else(never_asked)?;
        drop(transaction);
        let (key, limits) = (std::sync::Arc::clone(&self.registry.key), self.limits);
        blocking(move || {
            let held = keep::open(&key, parcel, row.bytes(0))?;
            Ok(Asking::recall(&held, &limits)?.finish(&reply, &limits)?)
        })
        .await
    }

    /// What a private comparison says of each who was asked about: insured there, or not.
    fn take_found(
        &self,
        questions: &mut [Question],
        found: &Found,
        insurance: Option<Insurance>,
    ) -> Result<(), RegistryError> {
        let at = insurance.and_then(place).ok_or_else(never_asked)?;
        let hash = |number: &canbao_domain::number::CitizenNumber| {
            self.registry.key.hash(Hashed::Number, &String::from_utf8_lossy(&number.bytes()))
        };
        let insured: AHashSet<i64> = found.numbers.iter().map(hash).collect();
        for question in questions {
            let outcome = if insured.contains(&question.hash) { Outcome::Insured } else { Outcome::Uninsured };
            if let Some(said) = question.said.get_mut(at) {
                *said = Some(Said { outcome, area: None, since: None });
            }
        }
        Ok(())
    }

    /// Writes what was said into the record, or only sees what that would be.
    async fn apply(
        &self,
        received: &Received<Content>,
        parcel: Digest,
        mut questions: Vec<Question>,
        actor: &str,
        keep: bool,
    ) -> Result<Import, RegistryError> {
        let mut import = counted(&questions);
        let (id, there) = (received.card.registry().id(), received.card.registry().area());
        let day = received.manifest.created.get(..10).unwrap_or_default().to_owned();
        let mut hand = Hand::begin(&self.registry).await?;
        self.note(&mut hand.transaction, received, actor).await?;
        // somebody else may have taken an answer in since the question was read
        let sql = "SELECT COUNT(*) FROM parcel WHERE answers = $1 AND direction = 'received'";
        if hand.transaction.int(sql, values![parcel.to_string()]).await? != 1 {
            return Err(answered_before());
        }
        let sql = "DELETE FROM private_question WHERE parcel = $1";
        hand.transaction.execute(sql, values![parcel.to_string()]).await?;
        let content = format!("{{\"peer\":\"{id}\",\"parcel\":\"{}\"}}", received.digest);
        let said = Answer { from: id, there: Some(there), day: &day, content: &content, actor };
        put(&self.registry, &mut hand, &mut questions, &said, &mut import).await?;
        if !keep {
            hand.transaction.rollback().await?;
            return Ok(import);
        }
        self.settle(&mut hand.transaction, received.digest).await?;
        let Import { asked, insured, uninsured, unknown, name_differs, changed, left_out, .. } = &import;
        let subject = format!(
            "answer from {id} number {} people {asked} insured {insured} uninsured {uninsured} unknown {unknown} \
             name-differs {name_differs} changed {changed} left-out {left_out}",
            received.manifest.sequence
        );
        import.revision = hand.finish("exchange-import", actor, &subject, &day).await?;
        Ok(import)
    }
}

fn never_asked() -> RegistryError {
    RegistryError::refused(
        "这个答复所答的查询，本登记库没有向该机构提出过。",
        "不要使用其中任何内容：请与对方核对，是否把发给别人的答复发错了。",
    )
}

fn answered_before() -> RegistryError {
    RegistryError::refused("这个查询已经有过答复。", "一次查询只用一次答复；需要更新时请重新查询。")
}

/// Makes sure that a question waits for its answer still.
async fn open_still(transaction: &mut Transaction, parcel: Digest) -> Result<(), RegistryError> {
    let sql = "SELECT COUNT(*) FROM parcel WHERE answers = $1 AND direction = 'received'";
    let answered = transaction.int(sql, values![parcel.to_string()]).await? > 0;
    if answered { Err(answered_before()) } else { Ok(()) }
}

/// Puts an answer's rows to their questions; one that was not asked refuses them all.
fn take_rows(questions: &mut [Question], rows: &[AnswerRow]) -> Result<(), RegistryError> {
    for row in rows {
        let at = row.row.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let question = at.and_then(|at| questions.get_mut(at)).ok_or_else(not_asked_about)?;
        let at = place(row.insurance).ok_or_else(not_asked_about)?;
        if question.asked.get(at) != Some(&true) {
            return Err(not_asked_about());
        }
        if let Some(said) = question.said.get_mut(at) {
            *said = Some(Said { outcome: row.outcome, area: row.area.clone(), since: row.since });
        }
    }
    Ok(())
}

fn not_asked_about() -> RegistryError {
    RegistryError::refused(
        "答复中有没有查询过的人员或险种，整个答复没有使用。",
        "请把这个数据包的编号告诉对方，由对方查明后重新答复。",
    )
}
