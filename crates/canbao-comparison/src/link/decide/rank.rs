//! Ranks the people that a subject may be.

use super::super::group::Subject;
use super::super::reasons::number_alone;
use super::Bench;
use super::merge::Merged;
use crate::decisions::Ruling;
use crate::stage::RowId;
use canbao_linkage::model::judge::Pair;
use canbao_linkage::model::record::Record;

/// A valid number under quite another name, with nothing that speaks for it, is no surer than this.
const NUMBER_ALONE: f64 = 0.9;

/// Probabilities of a subject's candidates, added up by person, the likeliest first.
pub(crate) struct Ranking {
    /// Person, probability, index into the subject's pairs of the best pair.
    pub(crate) people: Vec<(RowId, f64, usize)>,
    pub(crate) other: f64,
    /// A clerk decided that it is the first.
    pub(super) decided: bool,
}

impl Ranking {
    /// Takes a clerk's decision about one person into account.
    fn hear(&mut self, ruling: Ruling, is: impl Fn(&(RowId, f64, usize)) -> bool) {
        match ruling {
            Ruling::Same => {
                self.people.retain(|p| is(p));
                self.people.truncate(1);
                self.decided = !self.people.is_empty();
                for person in &mut self.people {
                    person.1 = 1.0;
                }
            }
            Ruling::Different => {
                self.people.retain(|p| !is(p));
                let sum: f64 = self.other + self.people.iter().map(|p| p.1).sum::<f64>();
                for person in &mut self.people {
                    person.1 /= sum.max(1e-300);
                }
                self.other /= sum.max(1e-300);
            }
        }
    }
}

impl Bench<'_> {
    pub(super) fn rank(&self, subject: &Subject, record: &Record, pairs: &[Pair], merged: &Merged) -> Ranking {
        let mut verdict = self.model.verdict(record, pairs);
        for (pair, p) in pairs.iter().zip(&mut verdict.candidates) {
            if number_alone(&pair.agreement) && *p > NUMBER_ALONE {
                verdict.other += *p - NUMBER_ALONE;
                *p = NUMBER_ALONE;
            }
        }
        let mut people: Vec<(RowId, f64, usize, f64)> = Vec::new();
        for (at, (pair, p)) in pairs.iter().zip(&verdict.candidates).enumerate() {
            let person = merged.of(self.rep(pair));
            match people.iter_mut().find(|(known, ..)| *known == person) {
                Some((_, sum, best, top)) => {
                    *sum += p;
                    if *p > *top {
                        (*best, *top) = (at, *p);
                    }
                }
                None => people.push((person, *p, at, *p)),
            }
        }
        people.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut ranking = Ranking {
            people: people.into_iter().map(|(person, p, at, _)| (person, p, at)).collect(),
            other: verdict.other,
            decided: false,
        };
        for (ruling, number) in self.groups.rulings(subject, self.decisions) {
            ranking.hear(ruling, |(_, _, at)| {
                pairs.get(*at).and_then(|p| self.profiles.get(p.profile as usize)).and_then(|p| p.number)
                    == Some(number)
            });
        }
        ranking
    }
}
