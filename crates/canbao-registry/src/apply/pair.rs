//! Who of the run is who of the registry.
//!
//! First by what the last run knew them by (their number; more than that where several have it). Those who are left on
//! both sides, few from month to month, by evidence: a number that the registry knows as theirs, current or former; a
//! number under which the run itself found rows of theirs; the same name, birth date, sex and household on both sides,
//! where only one on each side has them.

use std::collections::BTreeMap;

use ahash::{AHashMap, AHashSet};

use super::run::{Everybody, RunPerson};
use crate::RegistryError;
use crate::person::{State, Whole, people};
use crate::private::{Key, Kind, normalised};
use crate::store::{Transaction, values};

/// Everybody whom the registry knows, by what the last run knew them by.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_identity: AHashMap<i64, Slot>,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    person: i64,
    digest: i64,
    current: bool,
    met: bool,
    /// Into whom a clerk merged them.
    into: Option<i64>,
}

/// Who is who.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    /// By the place in the run: whose record, 0 for somebody new.
    pub(super) people: Vec<i64>,
    /// Places whose record need not be looked at: nothing that the run says of them changed.
    pub(super) same: Vec<bool>,
    /// Current people whom the run does not know.
    pub(super) ended: Vec<i64>,
    /// Places of the run that are one record with another place: a clerk merged them, and no decision has told the
    /// comparison yet.
    pub(super) aliases: BTreeMap<usize, usize>,
    /// People for whom a place stands that was merged into them, since the run does not have their own.
    stands: AHashSet<i64>,
}

impl Known {
    /// Reads everybody, as revision `at` shows them.
    pub(super) async fn read(transaction: &mut Transaction, at: i64) -> Result<Self, RegistryError> {
        let mut known = Self::default();
        let sql = "SELECT person, identity, digest, state, merged_into FROM person \
                   WHERE rev_from <= $1 AND rev_to > $1 AND identity <> 0";
        transaction
            .each(sql, values![at], |row| {
                let (current, into) = (row.text(3) == "current", row.maybe_int(4));
                let slot = Slot { person: row.int(0), digest: row.int(2), current, met: false, into };
                // somebody who is known today goes before somebody who once was known by the same
                let free = known.by_identity.get(&row.int(1)).is_none_or(|other| !other.current);
                if free {
                    known.by_identity.insert(row.int(1), slot);
                }
                Ok(())
            })
            .await?;
        Ok(known)
    }

    /// Pairs those whom the last run knew by the same. Gives the places that are left.
    pub(super) fn pair(&mut self, all: &Everybody) -> (Pairs, Vec<usize>) {
        let mut pairs =
            Pairs { people: vec![0; all.len()], same: vec![false; all.len()], ended: Vec::new(), ..Pairs::default() };
        let (mut left, mut merged) = (Vec::new(), Vec::new());
        let sides = all.identities.iter().zip(&all.digests);
        for ((place, (identity, digest)), (person, same)) in
            sides.enumerate().zip(pairs.people.iter_mut().zip(&mut pairs.same))
        {
            match self.by_identity.get_mut(identity).filter(|slot| !slot.met) {
                Some(slot) if slot.into.is_some() => {
                    slot.met = true;
                    merged.push((place, slot.into.unwrap_or_default()));
                }
                Some(slot) => {
                    slot.met = true;
                    *person = slot.person;
                    *same = slot.current && slot.digest == *digest;
                }
                None => left.push(place),
            }
        }
        pairs.join(merged, &self.by_identity);
        pairs.ended =
            self.by_identity.values().filter(|slot| slot.current && !slot.met).map(|slot| slot.person).collect();
        if !pairs.stands.is_empty() {
            pairs.ended.retain(|person| !pairs.stands.contains(person));
        }
        pairs.ended.sort_unstable();
        (pairs, left)
    }
}

impl Pairs {
    /// Places that a clerk merged into others: with the place of that other in the run, or in its stead.
    fn join(&mut self, merged: Vec<(usize, i64)>, known: &AHashMap<i64, Slot>) {
        if merged.is_empty() {
            return;
        }
        let further: AHashMap<i64, i64> = known.values().filter_map(|slot| Some((slot.person, slot.into?))).collect();
        let last = |mut person: i64| {
            // a ring cannot be made, but a damaged database must not hang
            for _ in 0..64 {
                match further.get(&person) {
                    Some(into) => person = *into,
                    None => break,
                }
            }
            person
        };
        let merged: Vec<(usize, i64)> = merged.into_iter().map(|(place, into)| (place, last(into))).collect();
        let wanted: AHashSet<i64> = merged.iter().map(|(_, into)| *into).collect();
        let mut mains: AHashMap<i64, usize> = AHashMap::new();
        for (place, person) in self.people.iter().enumerate().filter(|(_, person)| wanted.contains(person)) {
            mains.insert(*person, place);
        }
        for (place, into) in merged {
            if let Some(slot) = self.people.get_mut(place) {
                *slot = into;
            }
            match mains.get(&into) {
                Some(main) => {
                    self.aliases.insert(place, *main);
                }
                None => {
                    mains.insert(into, place);
                    self.stands.insert(into);
                }
            }
        }
    }
}

/// Pairs those who are left by evidence. `left`: places of the run and what it says; `former`: numbers under which it
/// found rows of theirs, by the run's key.
pub(super) async fn by_evidence(
    transaction: &mut Transaction,
    pairs: &mut Pairs,
    left: &[(usize, RunPerson)],
    former: &AHashMap<i64, Vec<String>>,
    key: &Key,
    at: i64,
) -> Result<(), RegistryError> {
    let mut taken: AHashSet<i64> = pairs.people.iter().copied().filter(|person| *person != 0).collect();
    let mut open: Vec<&(usize, RunPerson)> = left.iter().collect();

    // a number that the registry knows
    let mut wanted: BTreeMap<i64, Vec<(&str, usize)>> = BTreeMap::new();
    for (at, (_, person)) in left.iter().enumerate() {
        let own = [&person.number, &person.certificate].into_iter().flatten();
        for number in own.chain(former.get(&person.key).into_iter().flatten()) {
            wanted.entry(key.hash(Kind::Number, number)).or_default().push((number, at));
        }
    }
    let mut owners: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    let hashes: Vec<i64> = wanted.keys().copied().collect();
    for chunk in hashes.chunks(500) {
        let sql = format!(
            "SELECT hash, person, value FROM number WHERE hash {} AND rev_from <= $1 AND rev_to > $1 ORDER BY person",
            transaction.among(2)
        );
        for row in transaction.all(sql, &[at.into(), transaction.integers(chunk)]).await? {
            for (number, place) in wanted.get(&row.int(0)).into_iter().flatten() {
                if *number == row.text(2) {
                    owners.entry(*place).or_default().push(row.int(1));
                }
            }
        }
    }
    let candidates: Vec<i64> =
        owners.values().flatten().copied().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let known: AHashMap<i64, Whole> =
        people(transaction, &candidates, at).await?.into_iter().map(|whole| (whole.person, whole)).collect();
    for (place, candidates) in owners {
        let Some((run_place, person)) = left.get(place) else { continue };
        let fits = |candidate: &&i64| {
            known.get(candidate).is_some_and(|whole| whole.record.state != State::Merged && agree(person, whole))
        };
        if let Some(candidate) = candidates.iter().filter(|candidate| !taken.contains(candidate)).find(fits) {
            taken.insert(*candidate);
            if let Some(slot) = pairs.people.get_mut(*run_place) {
                *slot = *candidate;
            }
        }
    }
    open.retain(|(place, _)| pairs.people.get(*place) == Some(&0));

    // the same name, birth date, sex and household, once on each side
    let mut by_traits: AHashMap<String, (Option<i64>, Option<usize>)> = AHashMap::new();
    let going: Vec<i64> = pairs.ended.iter().copied().filter(|person| !taken.contains(person)).collect();
    if !open.is_empty() && !going.is_empty() {
        let mut twice: AHashSet<String> = AHashSet::new();
        for whole in people(transaction, &going, at).await? {
            if let Some(traits) = traits(&whole.record) {
                let slot = by_traits.entry(traits.clone()).or_default();
                if slot.0.replace(whole.person).is_some() {
                    twice.insert(traits);
                }
            }
        }
        for (place, person) in open {
            if let Some(traits) = traits(&person.record)
                && let Some(slot) = by_traits.get_mut(&traits)
                && slot.1.replace(*place).is_some()
            {
                twice.insert(traits);
            }
        }
        for (traits, (person, place)) in by_traits {
            if let (Some(person), Some(place), false) = (person, place, twice.contains(&traits)) {
                taken.insert(person);
                if let Some(slot) = pairs.people.get_mut(place) {
                    *slot = person;
                }
            }
        }
    }
    pairs.ended.retain(|person| !taken.contains(person));
    Ok(())
}

/// Whether a run's person, found by a number, can be the registry's: the name, or the birth date with the sex.
fn agree(person: &RunPerson, whole: &Whole) -> bool {
    let name = |name: &Option<String>| name.as_deref().map(normalised).filter(|name| !name.is_empty());
    let names = (name(&person.record.name), name(&whole.record.name));
    matches!(&names, (Some(one), Some(other)) if one == other)
        || (person.record.birth.is_some()
            && person.record.birth == whole.record.birth
            && person.record.sex == whole.record.sex)
}

/// Name, birth date, sex and household, where all are known.
fn traits(record: &crate::person::Record) -> Option<String> {
    let (name, birth, household) = (record.name.as_deref()?, record.birth?, record.household.as_deref()?);
    Some(format!("{}\u{0}{birth}\u{0}{}\u{0}{household}", normalised(name), record.sex))
}
