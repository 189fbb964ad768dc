//! Merges identities that are one person's.

use super::super::group::{Role, Subject};
use super::{ACCEPTED, Bench, Outcome};
use crate::stage::RowId;
use ahash::AHashMap;
use canbao_domain::number::CitizenNumber;
use canbao_linkage::model::judge::Pair;
use canbao_linkage::model::record::Record;

/// Identities that turned out to be another's.
#[derive(Default)]
pub(super) struct Merged(AHashMap<RowId, RowId>);

impl Merged {
    pub(super) fn of(&self, mut rep: RowId) -> RowId {
        for _ in 0..32 {
            match self.0.get(&rep) {
                Some(next) if *next != rep => rep = *next,
                _ => break,
            }
        }
        rep
    }
}

impl Bench<'_> {
    /// An identity that looks for another one: if it finds it, the two are one.
    pub(super) fn merge(
        &self,
        subject: &Subject,
        record: &Record,
        pairs: &[Pair],
        merged: &mut Merged,
        outcome: &mut Outcome,
    ) {
        let ranking = self.rank(subject, record, pairs, merged);
        let Some(&(target, p, at)) = ranking.people.first() else { return };
        if p < ACCEPTED || target == subject.own {
            return;
        }
        let known = self.groups.identities.get(&target);
        let in_population = known.is_none_or(|i| i.population);
        match subject.role {
            // the population's row is the person's first, and takes the number over
            Role::PopulationRow if !in_population => {
                let number = known.and_then(|i| i.number);
                merged.0.insert(target, subject.own);
                outcome.numbers.insert(subject.own, number);
            }
            Role::PopulationRow => {
                merged.0.insert(subject.own, target);
            }
            Role::Orphans => {
                let mine = subject.rows.len();
                let theirs = known.map_or(usize::MAX, |i| i.rows.len());
                // of two numbers that no population file knows, more rows bear the one in use, or the person's
                // own birth date shows which; else nobody can tell, and each row keeps its number
                let born =
                    |n: Option<CitizenNumber>| record.birth.is_some() && n.map(CitizenNumber::birth) == record.birth;
                let target_number =
                    pairs.get(at).and_then(|p| self.profiles.get(p.profile as usize)).and_then(|p| p.number);
                let dated = born(target_number) && !born(record.number);
                if in_population || ranking.decided || theirs > mine || theirs == mine && dated {
                    outcome.former_rows += mine;
                    merged.0.insert(subject.own, target);
                    self.mend_population(record, pairs.get(at), target, outcome);
                }
            }
            Role::Row => {}
        }
    }

    /// How often a valid number is not its person's present one.
    pub(super) fn former_rate(&self, outcome: &Outcome) -> f64 {
        outcome.former_rows as f64 / (self.settled as f64 + self.groups.hard.len() as f64).max(1.0)
    }

    /// A population row whose number is valid only because a spreadsheet's rounding happened to fit:
    /// the extracts that agree with it in everything else have the number before rounding.
    fn mend_population(&self, record: &Record, pair: Option<&Pair>, target: RowId, outcome: &mut Outcome) {
        let Some(profile) = pair.and_then(|p| self.profiles.get(p.profile as usize)) else { return };
        let (Some(mine), Some(theirs)) = (record.number, profile.number) else { return };
        let rounded = theirs.bytes().ends_with(b"000") && !mine.bytes().ends_with(b"000");
        if rounded
            && mine.body() / 100 == theirs.body() / 100
            && profile.rows.iter().filter(|r| r.kind != record.kind).count() == 1
        {
            outcome.numbers.insert(target, Some(mine));
            outcome.mended.insert(target, mine);
        }
    }
}
