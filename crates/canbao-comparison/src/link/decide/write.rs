//! Writes down what was decided of each row, with the sentence that a clerk reads.

use super::super::evidence;
use super::super::group::{Role, Subject};
use super::super::reasons::{differs, name_differs, notes, own_values, repaired, rival, sex_differs, why};
use super::rank::Ranking;
use super::{Bench, CERTAIN, FirstRow, Outcome, Told};
use crate::links::{Candidate, HardLink, Method};
use crate::plan::owners::plain_method;
use crate::stage::RowId;
use canbao_domain::Sex;
use canbao_domain::number::NumberForm;
use canbao_linkage::explain::KnownFrom;
use canbao_linkage::model::agreement::NumberClass;
use canbao_linkage::model::judge::Pair;
use canbao_linkage::model::record::{Claim, Record};
use canbao_linkage::names::NameAgreement;

/// No link by evidence is surer than this.
const SUREST: f64 = 0.99999;
/// Candidates that are written down for review.
const REVIEWED: usize = 3;

impl Bench<'_> {
    /// A row whose identity needs no search.
    pub(super) fn certain(&self, index: usize, person: RowId, outcome: &mut Outcome) {
        let Some(row) = self.groups.hard.get(index) else { return };
        let first =
            self.groups.identities.get(&person).and_then(|i| i.rows.first()).and_then(|&i| self.groups.hard.get(i));
        let name =
            first.map_or(NameAgreement::Missing, |f| canbao_linkage::names::compare(&row.record.name, &f.record.name));
        let certificate = row.form == NumberForm::OtherCertificate;
        let method = if certificate { Method::Exact } else { plain_method(row.form) };
        let evidence = if certificate {
            "证件号码、姓名均一致（非居民身份证件）。".to_owned()
        } else {
            canbao_linkage::explain::constant(method, name).unwrap_or_default().to_owned()
        };
        let (birth, sex) =
            first.map_or((None, Sex::Unknown), |f| own_values(Some(FirstRow::of(&f.record)), f.record.number));
        outcome.links.push((
            row.id,
            HardLink {
                person: Some(person),
                number: self.number_of(person, outcome),
                method,
                confidence: CERTAIN,
                evidence,
                name_differs: name_differs(name),
                birth_differs: differs(row.record.birth, birth),
                sex_differs: sex_differs(row.record.sex, sex),
                number_of_another: false,
                other_number: false,
                candidates: Vec::new(),
            },
        ));
    }

    #[expect(clippy::too_many_arguments, reason = "one subject's whole case, told in one place")]
    pub(super) fn write_down(
        &self,
        subject: &Subject,
        record: &Record,
        pairs: &[Pair],
        ranking: &Ranking,
        person: Option<RowId>,
        outcome: &Outcome,
        told: &mut Told,
    ) {
        let best = ranking.people.first();
        let link = person.and_then(|p| ranking.people.iter().find(|(known, ..)| *known == p));
        let pair = link.or(best).and_then(|(_, _, at)| pairs.get(*at));
        let number = person.and_then(|p| self.number_of(p, outcome));
        let stays = subject.role != Role::Row && person == Some(subject.own) && link.is_none();
        let confidence = match link {
            Some((_, p, _)) => {
                if ranking.decided {
                    1.0
                } else {
                    p.min(SUREST)
                }
            }
            None if stays => (1.0 - best.map_or(0.0, |b| b.1) - self.former_rate(outcome)).clamp(0.0, SUREST),
            None => best.map_or(0.0, |b| b.1),
        };
        let candidates: Vec<Candidate> = ranking
            .people
            .iter()
            .take(REVIEWED)
            .filter_map(|(person, p, at)| {
                let pair = pairs.get(*at)?;
                Some(Candidate { person: *person, confidence: *p, weights: self.model.weights(record, pair) })
            })
            .collect();
        let agreement = pair.map(|p| p.agreement);
        let owner = agreement.is_some_and(|a| a.number == NumberClass::Equal);
        for &index in &subject.rows {
            let Some(row) = self.groups.hard.get(index) else { continue };
            let valid = row.record.number;
            let method = match person {
                None => Method::Unresolved,
                Some(_) if ranking.decided => Method::Decided,
                Some(_) if stays && valid.is_none() => Method::Unresolved,
                Some(_) if stays || owner && valid.is_some() => plain_method(row.form),
                Some(_) if agreement.is_some_and(|a| repaired(a.number)) => Method::Corrected,
                Some(_) => Method::Matched,
            };
            let known = person.and_then(|p| self.first_row(p));
            let name = match (known, stays) {
                (Some(first), _) => canbao_linkage::names::compare(&row.record.name, first.name),
                (None, _) => agreement.map_or(NameAgreement::Missing, |a| a.name),
            };
            if let (Some(person), Some(first)) = (person, known)
                && first.name.is_empty()
                && !row.record.name.is_empty()
            {
                told.names.push((person, row.record.name.to_string()));
            }
            let (birth, sex) = own_values(known, number);
            let foreign = person.is_some() && valid.is_some() && valid != number;
            let number_of_another = foreign && record.claim == Claim::Owned;
            let rounded = agreement.is_some_and(|a| a.number == NumberClass::Truncated);
            let story = evidence::Story {
                method,
                agreement,
                notes: notes(foreign, number_of_another, agreement),
                rival: rival(ranking, person),
                known: person.map_or(KnownFrom::Extracts, |p| self.known_from(p)),
                why: why(record, ranking, agreement),
                confidence,
                name,
                stays,
            };
            told.links.push((
                row.id,
                HardLink {
                    person,
                    number,
                    method,
                    confidence,
                    evidence: evidence::sentence(&story),
                    name_differs: person.is_some() && name_differs(name),
                    birth_differs: person.is_some() && differs(row.record.birth, birth),
                    sex_differs: person.is_some() && sex_differs(row.record.sex, sex),
                    number_of_another,
                    other_number: foreign && !number_of_another && !rounded,
                    candidates: if matches!(method, Method::Corrected | Method::Matched | Method::Unresolved) {
                        candidates.clone()
                    } else {
                        Vec::new()
                    },
                },
            ));
        }
    }
}
