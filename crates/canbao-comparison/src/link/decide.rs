//! Decides: weighs every subject beside its candidates, first those that are identities themselves, then the rows.

use super::evidence;
use super::group::{Groups, Role, Subject};
use super::profile::Profiles;
use super::reasons::{
    broken, differs, name_differs, notes, number_alone, own_values, repaired, rival, sex_differs, why,
};
use super::search::Found;
use crate::decisions::{Decisions, Ruling};
use crate::links::{Candidate, HardLink, Links, Method};
use crate::parallel::in_parallel;
use crate::plan::owners::plain_method;
use crate::stage::{RowId, RowSet};
use ahash::{AHashMap, AHashSet};
use canbao_domain::Sex;
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_linkage::explain::KnownFrom;
use canbao_linkage::model::agreement::{NumberClass, compare};
use canbao_linkage::model::judge::{Model, Pair, by_record};
use canbao_linkage::model::record::{Claim, Profile, ProfileRow, Record};
use canbao_linkage::names::NameAgreement;
use std::collections::BTreeMap;

/// A link is accepted from this probability on.
pub(crate) const ACCEPTED: f64 = 0.99;
/// Subjects from which the shares of the numbers' classes are estimated, at most.
const FITTED: usize = 40_000;
/// Rounds of estimation.
const ROUNDS: usize = 6;
/// Confidence of a row whose number and name are both those of one person.
pub(crate) const CERTAIN: f64 = 0.99999;
/// No link by evidence is surer than this.
const SUREST: f64 = 0.99999;
/// A valid number under quite another name, with nothing that speaks for it, is no surer than this.
const NUMBER_ALONE: f64 = 0.9;
/// Candidates that are written down for review.
const REVIEWED: usize = 3;

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

/// Learns from people who are beyond doubt how a row agrees with the rest of its person.
fn learn(model: &mut Model, collected: &Profiles) {
    let mut stranger: Option<&Record> = None;
    for rows in &collected.learners {
        for (at, row) in rows.iter().enumerate() {
            if row.kind.is_population() {
                continue;
            }
            let mut profile = Profile { number: row.record.number, text: None, rows: Vec::new(), pattern: 0 };
            profile.rows.extend(rows.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| profile_row(&r.record)));
            let agreement = compare(&row.record, &profile);
            model.parameters.observe(row.record.kind, &agreement);
        }
        if let Some(first) = rows.first() {
            if let Some(other) = stranger {
                model.parameters.observe_strangers(canbao_linkage::names::compare(&other.name, &first.record.name));
            }
            stranger = Some(&first.record);
        }
    }
}

fn profile_row(r: &Record) -> ProfileRow {
    ProfileRow {
        kind: r.kind,
        name: r.name.clone(),
        name_hash: r.name_hash,
        sound: r.sound,
        birth: r.birth,
        sex: r.sex,
        area: r.area,
        household: r.household,
        unit: r.unit,
        phone: r.phone,
    }
}

/// Estimates from an even sample of the subjects, so that the time does not grow with the city.
fn fit(model: &mut Model, records: &[Record], pairs: &[Pair], settled: u64) {
    let step = records.len().div_ceil(FITTED).max(1);
    let (mut some, mut theirs) = (Vec::new(), Vec::new());
    for (at, (record, group)) in by_record(records, pairs).enumerate() {
        if at % step == 0 {
            let index = some.len() as u32;
            theirs.extend(group.iter().map(|p| p.at(index)));
            some.push(record.clone());
        }
    }
    model.fit(&some, &theirs, ROUNDS, settled as f64 / step as f64);
}

/// Probabilities of a subject's candidates, added up by person, the likeliest first.
pub(super) struct Ranking {
    /// Person, probability, index into the subject's pairs of the best pair.
    pub(super) people: Vec<(RowId, f64, usize)>,
    pub(super) other: f64,
    /// A clerk decided that it is the first.
    decided: bool,
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

/// Identities that turned out to be another's.
#[derive(Default)]
struct Merged(AHashMap<RowId, RowId>);

impl Merged {
    fn of(&self, mut rep: RowId) -> RowId {
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
    fn rep(&self, pair: &Pair) -> RowId {
        self.reps.get(pair.profile as usize).copied().unwrap_or(RowId(0))
    }

    fn rank(&self, subject: &Subject, record: &Record, pairs: &[Pair], merged: &Merged) -> Ranking {
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

    /// Where a person's first row has a name with a character that could not be shown, the name that most of their
    /// other rows have is theirs.
    fn complete_names(&self, outcome: &mut Outcome) {
        // few first rows are: they are looked for among the people, not for every link
        let named = |profile: &Profile| profile.rows.first().is_some_and(|first| !broken(&first.name));
        let profiles = self.reps.iter().zip(&self.profiles).filter(|(_, profile)| !named(profile)).map(|(rep, _)| rep);
        let known = profiles.chain(self.groups.identities.keys()).copied();
        let without: AHashSet<RowId> =
            known.filter(|person| self.first_row(*person).is_some_and(|first| broken(first.name))).collect();
        let mut linked: BTreeMap<RowId, Vec<usize>> = BTreeMap::new();
        for (at, (_, link)) in outcome.links.iter().enumerate() {
            if let Some(person) = link.person.filter(|p| without.contains(p)) {
                linked.entry(person).or_default().push(at);
            }
        }
        for (person, links) in linked {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            for name in links
                .iter()
                .filter_map(|&at| self.name_of(outcome.links.get(at)?.0))
                .filter(|n| !broken(n) && !n.is_empty())
            {
                *counts.entry(name).or_insert(0) += 1;
            }
            let Some(most) = counts.values().max().copied() else { continue };
            let Some(name) = counts.into_iter().find(|(_, n)| *n == most).map(|(name, _)| name) else { continue };
            let Some(first) = self.first_row(person) else { continue };
            if canbao_linkage::names::compare(&name, first.name) > NameAgreement::Dropped {
                continue;
            }
            for at in links {
                let own = outcome.links.get(at).and_then(|(id, _)| self.name_of(*id)).unwrap_or_default();
                if let Some((_, link)) = outcome.links.get_mut(at) {
                    link.name_differs = !own.is_empty() && name_differs(canbao_linkage::names::compare(&own, &name));
                }
            }
            outcome.first_numbers.insert(person, self.number_of(person, outcome));
            outcome.broken.push(person);
            outcome.names.insert(person, name);
        }
    }

    fn name_of(&self, id: RowId) -> Option<String> {
        self.groups
            .hard
            .binary_search_by_key(&id, |r| r.id)
            .ok()
            .and_then(|at| self.groups.hard.get(at))
            .map(|r| r.record.name.to_string())
    }

    /// An identity that looks for another one: if it finds it, the two are one.
    fn merge(&self, subject: &Subject, record: &Record, pairs: &[Pair], merged: &mut Merged, outcome: &mut Outcome) {
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
    fn former_rate(&self, outcome: &Outcome) -> f64 {
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

    fn profile(&self, rep: RowId) -> Option<&Profile> {
        self.places.rank(rep).and_then(|i| self.profiles.get(i))
    }

    /// A row whose identity needs no search.
    fn certain(&self, index: usize, person: RowId, outcome: &mut Outcome) {
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
    fn write_down(
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

/// Writes the outcome into the links.
pub(crate) fn apply(mut links: Links, outcome: Outcome) -> Links {
    for (id, link) in &outcome.links {
        links.assign(*id, link.person);
    }
    links.hard = outcome.links.into_iter().collect();
    // first rows that number and name had settled, of which more is known now
    for (person, number) in outcome.mended {
        let sentence =
            "号码尾数为表格软件截去后的零，恰好合于校验；其他部门数据载有截去前的号码，其余项目一致，予以更正。";
        retell(&mut links, person, Some(number), (Method::Corrected, ACCEPTED), sentence, false);
    }
    for person in outcome.broken {
        let number = outcome.first_numbers.get(&person).copied().flatten();
        let sentence = canbao_linkage::explain::constant(Method::Exact, NameAgreement::Dropped).unwrap_or_default();
        retell(&mut links, person, number, (Method::Exact, CERTAIN), sentence, true);
    }
    links.numbers = outcome.numbers;
    links.names = outcome.names;
    links.sharers = outcome.sharers;
    links
}

/// Tells the story of a person's first row anew, unless it is told already.
fn retell(
    links: &mut Links,
    person: RowId,
    number: Option<CitizenNumber>,
    (method, confidence): (Method, f64),
    sentence: &str,
    name_differs: bool,
) {
    if links.hard.contains_key(&person) || links.person(person) != Some(person) {
        return;
    }
    links.unsettle(person);
    links.hard.insert(
        person,
        HardLink {
            person: Some(person),
            number,
            method,
            confidence,
            evidence: sentence.to_owned(),
            name_differs,
            birth_differs: false,
            sex_differs: false,
            number_of_another: false,
            other_number: false,
            candidates: Vec::new(),
        },
    );
}
