//! Taking in an answer in somebody else's layout.
//!
//! A row counts only where it can be used beyond doubt: a valid number that we asked this answerer about, of the insurance
//! that we asked about, under the name that we know or one that is written like it. All others come back with the reason.

use std::sync::Arc;

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;
use canbao_domain::source::Insurance;
use canbao_linkage::names::{NameAgreement, compare};

use crate::RegistryError;
use crate::area::Areas;
use crate::audit::Look;
use crate::clock::{instant, now_ms};
use crate::exchange::rows::Outcome;
use crate::exchange::said::{Answer, Import, Question, Said, counted, place, put};
use crate::exchange::send::to_int;
use crate::hand::Hand;
use crate::person::{State, Whole};
use crate::private::{Kind as Hashed, normalised};
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// A file of answers.
#[derive(Clone, Debug)]
pub struct AnswerFile<'a> {
    /// Who answers, as at the question.
    pub answerer: &'a str,
    /// Its SHA-256, in hexadecimal digits.
    pub digest: &'a str,
    /// The rows that could be read; who reads the file has the others.
    pub lines: &'a [AnswerLine],
}

/// A row of an answer. `Debug` never shows who it is.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerLine {
    /// The citizen number.
    pub number: CitizenNumber,
    /// The name as returned; blank where none is.
    pub name: String,
    /// Of which insurance.
    pub insurance: Insurance,
    /// Whether insured there, and not merely known.
    pub insured: bool,
    /// The code of the area of insurance, where one is known.
    pub area: Option<String>,
    /// Since when.
    pub since: Option<Date>,
}

impl std::fmt::Debug for AnswerLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AnswerLine")
            .field("insurance", &self.insurance)
            .field("insured", &self.insured)
            .finish_non_exhaustive()
    }
}

/// Why a row of an answer was not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unusable {
    /// Nobody was asked about under this number.
    NotAsked,
    /// Asked about, but not of this insurance.
    OtherInsurance,
    /// No name was returned, or it is another's.
    NameDiffers,
    /// Several people who were asked about bear number and name.
    Several,
    /// Since the question the number changed, or the person left the record.
    NoLonger,
}

impl Unusable {
    /// As a clerk says it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::NotAsked => "没有查询过这个号码",
            Self::OtherInsurance => "没有查询过此人的这个险种",
            Self::NameDiffers => "返回的姓名与登记库不符",
            Self::Several => "几个人的号码和姓名都与此行相符",
            Self::NoLonger => "查询以后此人的号码已变更或已不在册",
        }
    }
}

/// What an answer changed. Lines: `used` + `repeated` + `unusable` are all of them.
#[derive(Clone, Debug, Default)]
pub struct TemplateImport {
    /// The revision that shows it.
    pub revision: i64,
    /// Lines that say something of an insurance of somebody.
    pub used: u64,
    /// Lines that say of somebody what a line before has said.
    pub repeated: u64,
    /// Places of the lines that were not used, and why.
    pub unusable: Vec<(usize, Unusable)>,
    /// Insurances of people that are insured there.
    pub insured: u64,
    /// Insurances of people that are not.
    pub uninsured: u64,
    /// People whose record changed.
    pub changed: u64,
    /// People whose returned name is written otherwise; it stands beside ours as a finding.
    pub names_noted: u64,
}

/// A file of answers that was read into the record, which does not show it yet: the writer's turn is held until
/// [`AnswerDraft::keep`]. Dropped before, nothing changed, and the file can be taken in again. So the rows that come back
/// can be written down first: once the file is taken in, nobody would tell them again.
pub struct AnswerDraft<'a> {
    hand: Hand<'a>,
    /// What it changes.
    pub told: TemplateImport,
    actor: String,
    subject: String,
    day: String,
}

impl AnswerDraft<'_> {
    /// Makes it visible.
    ///
    /// # Errors
    /// Where the database does not answer; nothing changed then.
    pub async fn keep(self) -> Result<TemplateImport, RegistryError> {
        self.hand.finish("exchange-import", &self.actor, &self.subject, &self.day).await?;
        Ok(self.told)
    }
}

/// Somebody who was asked about under a number.
struct Asked {
    person: i64,
    name: String,
    insurances: [bool; 2],
    current: bool,
}

const A_STATEMENT: usize = 500;

impl Registry {
    /// All areas of today.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn current_areas(&self) -> Result<Arc<Areas>, RegistryError> {
        self.areas.get(&mut self.store.read().await?).await
    }

    /// The revision of a file of answers that was taken in before.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn answered_before(&self, digest: &str) -> Result<Option<i64>, RegistryError> {
        before(&mut self.store.read().await?, digest).await
    }

    /// Reads a file of answers into the record: whoever is insured there leaves the survey list. One change of the record
    /// with one audit entry, all or nothing, made by [`AnswerDraft::keep`]; rows that cannot be used change nothing and
    /// are told.
    ///
    /// # Errors
    /// Where the file was taken in before, or the database does not answer.
    pub async fn draft_answer(&self, file: &AnswerFile<'_>, actor: &str) -> Result<AnswerDraft<'_>, RegistryError> {
        let look = Look {
            actor: actor.to_owned(),
            purpose: "exchange-import".into(),
            subject: format!("template answer from {}", file.answerer),
            persons: to_int(file.lines.len() as u64)?,
        };
        self.looks.put(look).await?;
        let mut hand = Hand::begin(self).await?;
        if before(&mut hand.transaction, file.digest).await?.is_some() {
            return Err(RegistryError::refused(
                "这个答复文件已经导入过，未作任何改变。",
                "请核对是否选错了文件；对方更正后重新返回的文件内容不同，可以直接导入。",
            ));
        }
        let mut told = TemplateImport::default();
        let mut questions = self.place_lines(&mut hand, file, &mut told).await?;
        let mut import = counted(&questions);
        let day = instant(now_ms()).get(..10).unwrap_or_default().to_owned();
        let content = format!("{{\"answerer\":\"{}\",\"file\":\"{}\"}}", file.answerer, file.digest);
        let answer = Answer { from: file.answerer, there: None, day: &day, content: &content, actor };
        put(self, &mut hand, &mut questions, &answer, &mut import).await?;
        let Import { insured, uninsured, changed, .. } = import;
        let sql = "INSERT INTO template_answer (digest, answerer, lines, revision, made_at, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let lines = to_int(file.lines.len() as u64)?;
        let row = values![file.digest, file.answerer, lines, hand.revision, now_ms(), actor];
        hand.transaction.execute(sql, row).await?;
        let subject = format!(
            "template answer from {} file {} lines {lines} used {} repeated {} unusable {} insured {insured} \
             uninsured {uninsured} changed {changed}",
            file.answerer,
            file.digest,
            told.used,
            told.repeated,
            told.unusable.len(),
        );
        let told = TemplateImport { revision: hand.revision, insured, uninsured, changed, ..told };
        Ok(AnswerDraft { hand, told, actor: actor.to_owned(), subject, day })
    }

    /// Puts each line to whom it speaks of.
    async fn place_lines(
        &self,
        hand: &mut Hand<'_>,
        file: &AnswerFile<'_>,
        told: &mut TemplateImport,
    ) -> Result<Vec<Question>, RegistryError> {
        let hash = |line: &AnswerLine| self.key.hash(Hashed::Number, &String::from_utf8_lossy(&line.number.bytes()));
        let mut questions: AHashMap<i64, Question> = AHashMap::new();
        for (chunk, lines) in file.lines.chunks(A_STATEMENT).enumerate() {
            let hashes: Vec<i64> = lines.iter().map(hash).collect();
            let known = self.asked_of(hand, file.answerer, &hashes).await?;
            for (at, (line, hash)) in lines.iter().zip(hashes).enumerate() {
                let people = known.get(&hash).map(Vec::as_slice).unwrap_or_default();
                let at = chunk * A_STATEMENT + at;
                let (asked, agreement) = match meant(people, &line.name, line.insurance) {
                    Ok(found) => found,
                    Err(why) => {
                        told.unusable.push((at, why));
                        continue;
                    }
                };
                let question = questions.entry(asked.person).or_insert_with(|| Question {
                    person: asked.person,
                    hash,
                    asked: [false; 2],
                    said: [None, None],
                    noted: None,
                });
                if agreement != NameAgreement::Equal && question.noted.is_none() {
                    question.noted = Some(format!("{}返回的姓名为“{}”。", file.answerer, line.name.trim()));
                    told.names_noted += 1;
                }
                let Some(at) = place(line.insurance) else { continue };
                let (Some(flag), Some(said)) = (question.asked.get_mut(at), question.said.get_mut(at)) else {
                    continue;
                };
                *flag = true;
                let outcome = if line.insured { Outcome::Insured } else { Outcome::Uninsured };
                let better = said.as_ref().is_none_or(|said| said.outcome != Outcome::Insured && line.insured);
                // of several rows the first that is live tells
                if said.is_some() {
                    told.repeated += 1
                } else {
                    told.used += 1
                }
                if better {
                    *said = Some(Said { outcome, area: line.area.clone(), since: line.since });
                }
            }
        }
        Ok(questions.into_values().collect())
    }

    /// Whom this answerer was asked about, by the hashes of the numbers that were asked.
    async fn asked_of(
        &self,
        hand: &mut Hand<'_>,
        answerer: &str,
        hashes: &[i64],
    ) -> Result<AHashMap<i64, Vec<Asked>>, RegistryError> {
        let sql = format!(
            "SELECT q.hash, q.person, MAX(q.pension), MAX(q.medical) FROM question q \
             JOIN template_file f ON f.id = q.parcel WHERE f.answerer = $1 AND q.hash {} \
             GROUP BY q.hash, q.person ORDER BY q.hash, q.person",
            hand.transaction.among(2)
        );
        let values = [answerer.into(), hand.transaction.integers(hashes)];
        let rows = hand.transaction.all(sql, &values).await?;
        let mut ids: Vec<i64> = rows.iter().map(|row| row.int(1)).collect();
        ids.sort_unstable();
        ids.dedup();
        let people = hand.people(&ids).await?;
        let people: AHashMap<i64, Whole> = people.into_iter().map(|whole| (whole.person, whole)).collect();
        let mut known: AHashMap<i64, Vec<Asked>> = AHashMap::new();
        for row in rows {
            let (hash, person) = (row.int(0), row.int(1));
            let whole = people.get(&person);
            let current = whole.is_some_and(|whole| {
                let number = whole.number().map(|number| self.key.hash(Hashed::Number, number));
                whole.record.state == State::Current && number == Some(hash)
            });
            let name = whole.and_then(|whole| whole.record.name.as_deref()).map(normalised).unwrap_or_default();
            let insurances = [row.flag(2), row.flag(3)];
            known.entry(hash).or_default().push(Asked { person, name, insurances, current });
        }
        Ok(known)
    }
}

async fn before(transaction: &mut Transaction, digest: &str) -> Result<Option<i64>, RegistryError> {
    let sql = "SELECT revision FROM template_answer WHERE digest = $1";
    Ok(transaction.first(sql, values![digest]).await?.map(|row| row.int(0)))
}

/// Who is meant by a name among those of a number, and how the names agree.
fn meant<'a>(people: &'a [Asked], name: &str, of: Insurance) -> Result<(&'a Asked, NameAgreement), Unusable> {
    if people.is_empty() {
        return Err(Unusable::NotAsked);
    }
    let current = people.iter().filter(|somebody| somebody.current);
    let wanted = normalised(name);
    let mut named: Vec<(&Asked, NameAgreement)> =
        current.map(|somebody| (somebody, compare(&somebody.name, &wanted))).collect();
    if named.is_empty() {
        return Err(Unusable::NoLonger);
    }
    // written otherwise, and not another's: variants, the same sound, a character that could not be written, another order
    named.retain(|(_, agreement)| *agreement <= NameAgreement::Reordered);
    named.sort_by_key(|(_, agreement)| *agreement);
    let (best, agreement) = *named.first().ok_or(Unusable::NameDiffers)?;
    if named.get(1).is_some_and(|(_, second)| *second == agreement) {
        return Err(Unusable::Several);
    }
    let asked = place(of).and_then(|at| best.insurances.get(at)).copied().unwrap_or_default();
    if asked { Ok((best, agreement)) } else { Err(Unusable::OtherInsurance) }
}
