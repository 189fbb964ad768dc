//! What an answer says of people, and how it gets into their records.

use ahash::AHashMap;
use canbao_domain::date::Date;
use canbao_domain::source::{Insurance, SourceKind};

use super::rows::Outcome;
use crate::RegistryError;
use crate::clock::now_ms;
use crate::hand::Hand;
use crate::person::{Enrolment, Finding, Origin, State, Whole};
use crate::private::Kind as Hashed;
use crate::registry::Registry;
use crate::store::Value;

/// What an answer changed. Outcomes are counted by insurance: a person asked about both counts twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    /// The revision that shows it.
    pub revision: i64,
    /// People asked about.
    pub asked: u64,
    /// Insured there.
    pub insured: u64,
    /// Not insured there.
    pub uninsured: u64,
    /// Not known there.
    pub unknown: u64,
    /// The number is known there under another name.
    pub name_differs: u64,
    /// Asked about, and not answered.
    pub unanswered: u64,
    /// People whose record changed.
    pub changed: u64,
    /// People whose number changed, or who are no longer in the record, since they were asked about: left as they are.
    pub left_out: u64,
    /// Whose number is known there under another name, by our identifiers: to be looked at.
    pub to_look_at: Vec<i64>,
}

/// Somebody who was asked about.
pub(super) struct Question {
    pub(super) person: i64,
    pub(super) hash: i64,
    /// Pension, medical.
    pub(super) asked: [bool; 2],
    /// Pension, medical.
    pub(super) said: [Option<Said>; 2],
    /// That they bear another name there, as a finding's detail. Personal.
    pub(super) noted: Option<String>,
}

/// What was said of one insurance.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) outcome: Outcome,
    pub(super) area: Option<String>,
    pub(super) since: Option<Date>,
}

/// Whose answer it is.
pub(super) struct Answer<'a> {
    /// The answerer's id.
    pub(super) from: &'a str,
    /// The area of who is insured there, where the answer has none.
    pub(super) there: Option<&'a str>,
    /// The day of the answer.
    pub(super) day: &'a str,
    /// What each person's request holds: JSON, nothing personal.
    pub(super) content: &'a str,
    pub(super) actor: &'a str,
}

/// People whose records are in memory at once.
const A_CHUNK: usize = 2_000;

const NAME_DIFFERS: &str = "name-differs";

pub(super) const fn place(insurance: Insurance) -> Option<usize> {
    match insurance {
        Insurance::Pension => Some(0),
        Insurance::Medical => Some(1),
        Insurance::Other => None,
    }
}

pub(super) fn counted(questions: &[Question]) -> Import {
    let mut import = Import { asked: questions.len() as u64, ..Import::default() };
    for question in questions {
        for (asked, said) in question.asked.iter().zip(&question.said).filter(|(asked, _)| **asked) {
            let count = match said.as_ref().filter(|_| *asked).map(|said| said.outcome) {
                Some(Outcome::Insured) => &mut import.insured,
                Some(Outcome::Uninsured) => &mut import.uninsured,
                Some(Outcome::Unknown) => &mut import.unknown,
                Some(Outcome::NameDiffers) => &mut import.name_differs,
                None => &mut import.unanswered,
            };
            *count += 1;
        }
        if question.said.iter().flatten().any(|said| said.outcome == Outcome::NameDiffers) {
            import.to_look_at.push(question.person);
        }
    }
    import
}

/// Writes what was said into the records, and counts whose changed and who was left as they are.
pub(super) async fn put(
    registry: &Registry,
    hand: &mut Hand<'_>,
    questions: &mut [Question],
    answer: &Answer<'_>,
    import: &mut Import,
) -> Result<(), RegistryError> {
    let next = "SELECT COALESCE(MAX(id), 0) + 1 FROM change_request";
    let mut request = hand.transaction.int(next, &[]).await?;
    questions.sort_by_key(|question| question.person);
    for chunk in questions.chunks(A_CHUNK) {
        let ids: Vec<i64> = chunk.iter().map(|question| question.person).collect();
        let known = hand.people(&ids).await?;
        let known: AHashMap<i64, Whole> = known.into_iter().map(|whole| (whole.person, whole)).collect();
        let mut requests: Vec<Vec<Value>> = Vec::new();
        for question in chunk {
            let theirs = |whole: &&Whole| {
                let number = whole.number().map(|number| registry.key.hash(Hashed::Number, number));
                whole.record.state == State::Current && number == Some(question.hash)
            };
            let Some(before) = known.get(&question.person).filter(theirs) else {
                import.left_out += 1;
                continue;
            };
            let Some(wish) = wished(before, question, answer.from, answer.there, answer.day) else { continue };
            hand.put(Some(before), wish, answer.day);
            import.changed += 1;
            requests.push(vec![
                request.into(),
                "exchange".into(),
                question.person.into(),
                "done".into(),
                answer.day.into(),
                answer.content.into(),
                hand.seen.into(),
                answer.actor.into(),
                now_ms().into(),
                hand.revision.into(),
            ]);
            request += 1;
        }
        let columns = ["id", "kind", "person", "state", "effective", "content", "base", "maker", "made_at", "revision"];
        hand.transaction.insert("change_request", &columns, requests).await?;
        hand.flush().await?;
    }
    Ok(())
}

/// Somebody's record after an answer; `None` where it says what is there already. Of an insurance that was answered, the
/// registry's earlier row goes; where they are insured, its row of today stands.
fn wished(before: &Whole, question: &Question, peer: &str, there: Option<&str>, day: &str) -> Option<Whole> {
    let mut wish = before.clone();
    for (insurance, said) in [Insurance::Pension, Insurance::Medical].into_iter().zip(&question.said) {
        let Some(said) = said else { continue };
        let mut standing: Option<Enrolment> = None;
        wish.enrolments.retain(|row| {
            let earlier = row.insurance == insurance && row.answerer() == Some(peer);
            if earlier {
                standing = Some(row.clone());
            }
            !earlier
        });
        if said.outcome != Outcome::Insured {
            continue;
        }
        let row = Enrolment {
            id: 0,
            effective: day.to_owned(),
            scheme: SourceKind::Elsewhere.as_str().to_owned(),
            insurance,
            status: Some("normal".to_owned()),
            benefit: None,
            unit_code: None,
            unit_name: None,
            pooling_area: said.area.clone().or_else(|| there.map(str::to_owned)),
            since: said.since,
            reason: None,
            origin: Origin::Hand,
            source: Some(peer.to_owned()),
            line: None,
        };
        // one that says the same stays as it is, with its day
        wish.enrolments.push(standing.filter(|standing| *standing == row).unwrap_or(row));
    }
    if let Some(detail) = &question.noted {
        let earlier = |finding: &Finding| {
            let ours = finding.origin == Origin::Hand && finding.kind == NAME_DIFFERS;
            ours && finding.source.as_deref() == Some(peer)
        };
        if !wish.findings.iter().any(|finding| earlier(finding) && finding.detail.as_deref() == Some(detail)) {
            wish.findings.retain(|finding| !earlier(finding));
            wish.findings.push(Finding {
                id: 0,
                kind: NAME_DIFFERS.to_owned(),
                detail: Some(detail.clone()),
                origin: Origin::Hand,
                source: Some(peer.to_owned()),
                line: None,
                other_source: None,
                other_line: None,
            });
        }
    }
    let ids = |whole: &Whole| {
        let rows = whole.enrolments.iter().map(|row| row.id);
        let mut ids: Vec<i64> = rows.chain(whole.findings.iter().map(|finding| finding.id)).collect();
        ids.sort_unstable();
        ids
    };
    (ids(&wish) != ids(before)).then_some(wish)
}
