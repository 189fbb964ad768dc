//! Answering another registry's question from our record.

use std::path::Path;

use ahash::AHashMap;
use canbao_domain::code::Status;
use canbao_domain::number::CitizenNumber;
use canbao_domain::rules::{RowState, Rules};
use canbao_domain::source::{Insurance, SourceKind};

use super::desk::{Desk, append, blocking};
use super::parcel::{Digest, Kind};
use super::psi::{self, Request, Roles};
use super::receive::{Received, rows};
use super::rows::{AnswerRow, Outcome, QuestionRow, RowWriter};
use super::send::{Outgoing, Sent};
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{Enrolment, State, Whole, people, row_state, visible};
use crate::private::{Kind as Hashed, normalised};
use crate::store::{Transaction, values};

/// What was answered. Privately nobody here knows who was found, so all counts but the first are 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The parcel.
    pub sent: Sent,
    /// People asked about.
    pub asked: u64,
    /// Insurances of people that are insured here.
    pub insured: u64,
    /// Known, and not insured.
    pub uninsured: u64,
    /// Not known, or their state is unclear.
    pub unknown: u64,
    /// The number is known under another name.
    pub name_differs: u64,
    /// Privately: how many insured people took part.
    pub held: u64,
}

/// Questions that are looked up at once.
const A_STATEMENT: usize = 500;

impl Desk {
    /// Answers a question that was received, plain or private, with a parcel in a folder.
    ///
    /// Repeated after a crash, it gives the answer that was made already its name; of a question that was answered
    /// otherwise, it is refused.
    ///
    /// # Errors
    /// Where the parcel is not a known registry's, not for us, not next in its chain, or no question; nothing is
    /// remembered then.
    pub async fn answer(&self, question: &Path, folder: &Path, actor: &str) -> Result<Answered, RegistryError> {
        let resumed = self.resume().await?;
        let looked = self.look(question).await?;
        if let Some(sent) = self.made_before(looked.digest, resumed).await? {
            let asked = 0;
            return Ok(Answered { sent, asked, insured: 0, uninsured: 0, unknown: 0, name_differs: 0, held: 0 });
        }
        match looked.kind {
            Kind::Question => self.answer_plainly(question, folder, actor).await,
            Kind::PsiRequest => self.answer_privately(question, folder, actor).await,
            kind => Err(RegistryError::refused(
                format!("这个数据包是“{}”，不是查询。", kind.chinese()),
                "对方的答复请用 canbao exchange import 导入。",
            )),
        }
    }

    /// The answer of a question, where it has just got its name.
    async fn made_before(&self, question: Digest, resumed: Vec<Sent>) -> Result<Option<Sent>, RegistryError> {
        if resumed.is_empty() {
            return Ok(None);
        }
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT digest FROM parcel WHERE answers = $1 AND direction = 'sent'";
        let made = transaction.first(sql, values![question.to_string()]).await?;
        let made = made.and_then(|row| Digest::parse(row.text(0)));
        Ok(resumed.into_iter().find(|sent| Some(sent.digest) == made))
    }

    async fn answer_plainly(&self, question: &Path, folder: &Path, actor: &str) -> Result<Answered, RegistryError> {
        let mut received: Received<Vec<QuestionRow>> = self.open(question, |opened| rows(opened, "rows")).await?;
        let questions = std::mem::take(&mut received.content);
        let mut body = Vec::new();
        let mut writer = RowWriter::<_, AnswerRow>::new(&mut body)?;
        let mut counts = [0_u64; 4];
        let mut transaction = self.registry.store.read().await?;
        let at = visible(&mut transaction).await?;
        let ruling = self.registry.rules.get(&mut transaction).await?;
        for chunk in questions.chunks(A_STATEMENT) {
            let known = self.known(&mut transaction, chunk, at).await?;
            for question in chunk {
                for (asked, insurance) in
                    [(question.asked.pension, Insurance::Pension), (question.asked.medical, Insurance::Medical)]
                {
                    if !asked {
                        continue;
                    }
                    let number = question.number.bytes();
                    let people = known.get(number.as_slice()).map(Vec::as_slice).unwrap_or_default();
                    let row = self.tell(question, insurance, people, &ruling.rules);
                    if let Some(count) = counts.get_mut(row.outcome as usize) {
                        *count += 1;
                    }
                    writer.write(&row)?;
                }
            }
        }
        drop(transaction);
        let rows = writer.finish();
        let asked = questions.len() as u64;
        let [insured, uninsured, unknown, name_differs] = counts;
        let told = format!(
            "people {asked} insured {insured} uninsured {uninsured} unknown {unknown} name-differs {name_differs}"
        );
        let outgoing = Outgoing {
            kind: Kind::Answer,
            insurance: None,
            answers: Some(received.digest),
            content: "rows",
            rows,
            body,
        };
        let sent = self.reply(&received, outgoing, &told, asked, folder, actor).await?;
        Ok(Answered { sent, asked, insured, uninsured, unknown, name_differs, held: 0 })
    }

    async fn answer_privately(&self, question: &Path, folder: &Path, actor: &str) -> Result<Answered, RegistryError> {
        let limits = self.limits;
        let received =
            self.open(question, move |opened| Ok(Request::read(&mut opened.content("request")?, &limits)?)).await?;
        let insurance = received.content.insurance();
        let insured = self.insured(insurance).await?;
        let roles = Roles { asker: received.manifest.from.fingerprint, answerer: self.ours(), insurance };
        let request = received.content.clone();
        let (told, rows, body) = blocking(move || {
            let (reply, told) = psi::answer(roles, &request, &insured, &limits)?;
            let mut body = Vec::new();
            // a vector takes everything
            let rows = reply.write(&mut body).unwrap_or_default();
            Ok((told, rows, body))
        })
        .await?;
        let outgoing = Outgoing {
            kind: Kind::PsiReply,
            insurance: Some(insurance),
            answers: Some(received.digest),
            content: "reply",
            rows,
            body,
        };
        let (asked, held) = (told.asked as u64, told.held as u64);
        let words = format!("private {} people {asked} held {held}", insurance.as_str());
        let sent = self.reply(&received, outgoing, &words, asked, folder, actor).await?;
        Ok(Answered { sent, asked, insured: 0, uninsured: 0, unknown: 0, name_differs: 0, held })
    }

    /// Sends an answer: the question is taken in and the answer noted in one transaction.
    async fn reply<T>(
        &self,
        received: &Received<T>,
        outgoing: Outgoing,
        told: &str,
        persons: u64,
        folder: &Path,
        actor: &str,
    ) -> Result<Sent, RegistryError> {
        let peer = received.card.registry().id();
        let subject = format!("answer to {peer} number {} {told}", received.manifest.sequence);
        let look = Look {
            actor: actor.to_owned(),
            purpose: "exchange-answer".into(),
            subject: format!("peer {peer}"),
            persons: super::send::to_int(persons)?,
        };
        self.registry.looks.put(look).await?;
        let mut transaction = self.registry.store.write().await?;
        self.note(&mut transaction, received, actor).await?;
        let ready = self.seal(&mut transaction, &received.card, folder, outgoing, actor).await?;
        append(&mut transaction, actor, "exchange-answer", &subject, &ready.digest.0).await?;
        self.settle(&mut transaction, ready.digest).await?;
        let placing = ready.keep();
        transaction.commit().await?;
        self.place(placing).await
    }

    /// Current people of some numbers, current or former, by number.
    async fn known(
        &self,
        transaction: &mut Transaction,
        questions: &[QuestionRow],
        at: i64,
    ) -> Result<AHashMap<Vec<u8>, Vec<Whole>>, RegistryError> {
        let text = |number: CitizenNumber| String::from_utf8_lossy(&number.bytes()).into_owned();
        let hash = |question: &QuestionRow| self.registry.key.hash(Hashed::Number, &text(question.number));
        let hashes: Vec<i64> = questions.iter().map(hash).collect();
        let among = transaction.among(2);
        let sql = format!("SELECT person FROM number WHERE rev_from <= $1 AND rev_to > $1 AND hash {among}");
        let values = [at.into(), transaction.integers(&hashes)];
        let mut ids: Vec<i64> = transaction.all(sql, &values).await?.iter().map(|row| row.int(0)).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut known: AHashMap<Vec<u8>, Vec<Whole>> = AHashMap::new();
        for whole in people(transaction, &ids, at).await? {
            if whole.record.state == State::Current {
                for number in &whole.numbers {
                    known.entry(number.value.clone().into_bytes()).or_default().push(whole.clone());
                }
            }
        }
        Ok(known)
    }

    /// What we say of somebody: only of who bears both number and name.
    fn tell(&self, question: &QuestionRow, insurance: Insurance, people: &[Whole], rules: &Rules) -> AnswerRow {
        let mut row = AnswerRow {
            row: question.row,
            insurance,
            outcome: Outcome::Unknown,
            scheme: None,
            area: None,
            status: None,
            since: None,
        };
        let wanted = normalised(&question.name);
        let named = |whole: &&Whole| whole.record.name.as_deref().is_some_and(|name| normalised(name) == wanted);
        let mut states: Vec<(RowState, &Enrolment)> = Vec::new();
        let mut found = false;
        for whole in people.iter().filter(named) {
            found = true;
            states.extend(own(whole, insurance, rules));
        }
        if !found {
            if !people.is_empty() {
                row.outcome = Outcome::NameDiffers;
            }
            return row;
        }
        // the strongest state tells; the order of the states is that of their strength
        states.sort_by_key(|(state, enrolment)| (*state, enrolment.id));
        row.outcome = match states.first() {
            Some((RowState::Live, _)) => Outcome::Insured,
            Some((RowState::Unclear, _)) => return row,
            Some((RowState::Suspended | RowState::Ended, _)) | None => Outcome::Uninsured,
        };
        if let Some((_, enrolment)) = states.first() {
            let ours = self.card().registry().area();
            let area = enrolment.pooling_area.as_deref().filter(|area| is_area(area)).unwrap_or(ours);
            row.scheme = Some(enrolment.scheme.clone());
            row.area = Some(area.to_owned());
            let status = enrolment.status.as_deref().and_then(Status::from_word);
            row.status = status.map(|status| status.as_str().to_owned()).filter(|word| !word.is_empty());
            row.since = enrolment.since;
        }
        row
    }

    /// The numbers of all who are insured here.
    async fn insured(&self, insurance: Insurance) -> Result<Vec<CitizenNumber>, RegistryError> {
        let sql = "SELECT n.value FROM person p JOIN number n ON n.person = p.person AND n.kind = 'current' \
                   AND n.rev_from <= $1 AND n.rev_to > $1 \
                   WHERE p.rev_from <= $1 AND p.rev_to > $1 AND p.state = 'current' AND (p.schemes & $2) <> 0";
        let mut transaction = self.registry.store.read().await?;
        let at = visible(&mut transaction).await?;
        let schemes = self.registry.rules.get(&mut transaction).await?.rules.schemes(insurance);
        let mut numbers = Vec::new();
        transaction
            .each(sql, values![at, i64::from(schemes.bits())], |row| {
                numbers.extend(CitizenNumber::parse(row.text(0).as_bytes()));
                Ok(())
            })
            .await?;
        Ok(numbers)
    }
}

/// Rows of our own schemes: what others told us is not ours to tell.
fn own<'a>(
    whole: &'a Whole,
    insurance: Insurance,
    rules: &'a Rules,
) -> impl Iterator<Item = (RowState, &'a Enrolment)> {
    let schemes = rules.schemes(insurance);
    whole.enrolments.iter().filter(move |row| row.insurance == insurance).filter_map(move |row| {
        let kind = row.scheme.parse::<SourceKind>().ok().filter(|kind| schemes.contains(*kind));
        kind?;
        let [status, benefit] = [&row.status, &row.benefit].map(|word| word.as_deref().unwrap_or_default());
        Some((row_state(status, benefit, rules), row))
    })
}

/// The code of an area, as rows hold it.
fn is_area(text: &str) -> bool {
    matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}
