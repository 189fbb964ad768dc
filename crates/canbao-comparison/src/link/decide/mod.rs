//! Decides: weighs every subject beside its candidates, first those that are identities themselves, then the rows.

mod learn;
mod merge;
mod name;
mod rank;
mod settle;
mod write;

pub(crate) use rank::Ranking;
pub(crate) use settle::settle;

use super::group::{Groups, Role, Subject};
use super::profile::Profiles;
use super::search::Found;
use crate::decisions::Decisions;
use crate::links::HardLink;
use crate::parallel::in_parallel;
use crate::stage::{RowId, RowSet};
use canbao_domain::Sex;
use canbao_domain::number::CitizenNumber;
use canbao_linkage::explain::KnownFrom;
use canbao_linkage::model::judge::{Model, Pair, by_record};
use canbao_linkage::model::record::{Profile, Record};
use learn::{fit, learn};
use merge::Merged;
use std::collections::BTreeMap;

/// A link is accepted from this probability on.
pub(crate) const ACCEPTED: f64 = 0.99;
/// Confidence of a row whose number and name are both those of one person.
pub(crate) const CERTAIN: f64 = 0.99999;

/// What linking found out.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    links: Vec<(RowId, HardLink)>,
    numbers: BTreeMap<RowId, Option<CitizenNumber>>,
    names: BTreeMap<RowId, String>,
    sharers: Vec<RowId>,
    /// People whose first row's name could not be shown whole.
    broken: Vec<RowId>,
    /// People whose first row's number was rounded, with the number before.
    mended: BTreeMap<RowId, CitizenNumber>,
    first_numbers: BTreeMap<RowId, Option<CitizenNumber>>,
    /// Rows under a number that turned out to be a second one.
    former_rows: usize,
}

/// What is written down about one subject.
#[derive(Debug, Default)]
struct Told {
    links: Vec<(RowId, HardLink)>,
    /// Names for people whose first row has none.
    names: Vec<(RowId, String)>,
}

/// Everything that deciding looks at.
struct Bench<'a> {
    groups: &'a Groups,
    decisions: &'a Decisions,
    model: Model,
    /// Candidates' representative rows, ascending; the index is the pair's `profile`.
    reps: Vec<RowId>,
    /// The same as a set that knows the indices.
    places: RowSet,
    profiles: Vec<Profile>,
    pairs: Vec<Pair>,
    records: Vec<Record>,
    settled: u64,
    workers: usize,
}

/// Decides about all hard rows.
pub(crate) fn decide(
    groups: &mut Groups,
    found: &Found,
    mut collected: Profiles,
    decisions: &Decisions,
    workers: usize,
) -> Outcome {
    let (reps, profiles): (Vec<RowId>, Vec<Profile>) = std::mem::take(&mut collected.profiles).into_iter().unzip();
    let mut model = Model {
        frequencies: std::mem::take(&mut collected.frequencies),
        coverage: std::mem::take(&mut collected.coverage),
        ..Model::default()
    };
    let places = std::mem::take(&mut collected.places);
    crate::times::tell("candidates");
    learn(&mut model, &collected);
    crate::times::tell("learnt");
    let records = std::mem::take(&mut groups.records);
    let groups = &*groups;
    let certificates = |rep: &RowId| groups.identities.get(rep).is_some_and(|i| i.certificate);
    let pairs = in_parallel(&found.pairs, workers, |(s, rep)| {
        let p = places.rank(*rep).filter(|_| !certificates(rep))?;
        let (record, profile) = (records.get(*s as usize)?, profiles.get(p)?);
        Some(model.pair((*s, record), (p as u32, profile)))
    });
    crate::times::tell("paired");
    fit(&mut model, &records, &pairs, collected.settled);
    crate::times::tell("fitted");
    let settled = collected.settled;
    let bench = Bench { groups, decisions, model, reps, places, profiles, pairs, records, settled, workers };
    bench.rule()
}

/// What is shown and compared of a person's first row.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstRow<'a> {
    pub(super) kind: u8,
    pub(super) name: &'a str,
    pub(super) birth: Option<canbao_domain::date::Date>,
    pub(super) sex: Sex,
}

impl<'a> FirstRow<'a> {
    fn of(row: &'a Record) -> Self {
        Self { kind: row.kind, name: &row.name, birth: row.birth, sex: row.sex }
    }
}

impl Bench<'_> {
    fn rep(&self, pair: &Pair) -> RowId {
        self.reps.get(pair.profile as usize).copied().unwrap_or(RowId(0))
    }

    fn rule(&self) -> Outcome {
        let mut outcome = Outcome { sharers: self.groups.sharers.clone(), ..Outcome::default() };
        let mut merged = Merged::default();
        let grouped: Vec<(&Subject, &Record, &[Pair])> = self
            .groups
            .subjects
            .iter()
            .zip(by_record(&self.records, &self.pairs))
            .map(|(s, (r, p))| (s, r, p))
            .collect();
        for role in [Role::PopulationRow, Role::Orphans] {
            for (subject, record, pairs) in grouped.iter().filter(|(s, ..)| s.role == role) {
                self.merge(subject, record, pairs, &mut merged, &mut outcome);
            }
        }
        for (rep, identity) in &self.groups.identities {
            let target = merged.of(*rep);
            if *rep == target {
                outcome.numbers.entry(*rep).or_insert(identity.number);
            }
        }
        for &(index, rep) in &self.groups.certain {
            self.certain(index, merged.of(rep), &mut outcome);
        }
        crate::times::tell("ruled");
        let told = in_parallel(&grouped, self.workers, |(subject, record, pairs)| {
            let ranking = self.rank(subject, record, pairs, &merged);
            let person = match subject.role {
                Role::Row => ranking.people.first().filter(|(_, p, _)| *p >= ACCEPTED).map(|(person, ..)| *person),
                _ => Some(merged.of(subject.own)),
            };
            let mut told = Told::default();
            self.write_down(subject, record, pairs, &ranking, person, &outcome, &mut told);
            Some(told)
        });
        for told in told {
            outcome.links.extend(told.links);
            for (person, name) in told.names {
                // of several names the first in the order of their characters, so that no file's order shows
                let known = outcome.names.entry(person).or_insert_with(|| name.clone());
                if name < *known {
                    *known = name;
                }
            }
        }
        crate::times::tell("told");
        self.complete_names(&mut outcome);
        crate::times::tell("names");
        outcome
    }

    fn name_of(&self, id: RowId) -> Option<String> {
        self.groups
            .hard
            .binary_search_by_key(&id, |r| r.id)
            .ok()
            .and_then(|at| self.groups.hard.get(at))
            .map(|r| r.record.name.to_string())
    }

    fn profile(&self, rep: RowId) -> Option<&Profile> {
        self.places.rank(rep).and_then(|i| self.profiles.get(i))
    }

    fn number_of(&self, person: RowId, outcome: &Outcome) -> Option<CitizenNumber> {
        match outcome.numbers.get(&person) {
            Some(number) => *number,
            None => self.profile(person).and_then(|p| p.number),
        }
    }

    /// What the person's first row says.
    fn first_row(&self, person: RowId) -> Option<FirstRow<'_>> {
        if let Some(identity) = self.groups.identities.get(&person) {
            let first = &identity.rows.first().and_then(|&i| self.groups.hard.get(i))?.record;
            return Some(FirstRow::of(first));
        }
        let first = self.profile(person)?.rows.first()?;
        Some(FirstRow { kind: first.kind, name: &first.name, birth: first.birth, sex: first.sex })
    }

    fn known_from(&self, person: RowId) -> KnownFrom {
        match self.first_row(person).map(|r| r.kind) {
            Some(k) if k == canbao_domain::source::SourceKind::HouseholdRegister as u8 => KnownFrom::HouseholdRegister,
            Some(k) if k == canbao_domain::source::SourceKind::NonlocalResidents as u8 => KnownFrom::Residents,
            _ => KnownFrom::Extracts,
        }
    }
}
