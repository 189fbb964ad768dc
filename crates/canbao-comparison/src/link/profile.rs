//! One scan of all rows for three ends: how common values are, who stands in which extracts, and what
//! all the rows of each candidate say.

use super::gather::{COLUMNS, HardRow, read_rows};
use super::group::Groups;
use super::search::{Found, Sieve, identity};
use crate::error::CompareError;
use crate::links::{Links, Standing};
use crate::parallel::joined;
use crate::plan::context::Engine;
use crate::plan::owners::{column, date_at};
use crate::stage::{RowId, RowSet, Stage, scan};
use ahash::{AHashMap, AHashSet};
use arrow::array::{Array, BooleanArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int32Type, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberText};
use canbao_linkage::model::coverage::{Coverage, pattern};
use canbao_linkage::model::frequency::Frequencies;
use canbao_linkage::model::record::{Profile, ProfileRow};
use std::sync::Arc;

/// People from whom agreement is learnt, about.
const LEARNERS: u64 = 20_000;
/// One household in so many is counted.
const HOUSEHOLD_SAMPLE: u64 = 64;

/// What the scan brings.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    pub(crate) frequencies: Frequencies,
    pub(crate) coverage: Coverage,
    /// Candidates with their representative rows, in ascending order of these.
    pub(crate) profiles: Vec<(RowId, Profile)>,
    /// The candidates' representative rows.
    pub(crate) places: RowSet,
    /// People who are beyond doubt, for learning: the rows of each.
    pub(crate) learners: Vec<Vec<HardRow>>,
    /// Rows that the great join settled.
    pub(crate) settled: u64,
}

/// A row of a candidate on its way into the profile.
#[derive(Debug)]
struct CandidateRow {
    person: RowId,
    id: RowId,
    population: bool,
    life: u8,
    number: Option<CitizenNumber>,
    /// The number as written, where it is not valid.
    text: Option<Box<NumberText>>,
    row: ProfileRow,
}

/// Rows of a list.
const LIST: usize = 512;

#[derive(Debug, Default)]
struct Part {
    /// All but those of names and sounds.
    frequencies: Frequencies,
    /// People by the places of names and of sounds that are asked for.
    names: Vec<u32>,
    sounds: Vec<u32>,
    households: AHashSet<u64>,
    patterns: AHashMap<u32, u64>,
    settled: [u64; 16],
    hard: [u64; 16],
    /// Rows of candidates, for each range of candidates in lists that never grow: rows are large, and stay where they are.
    rows: Vec<Vec<Vec<CandidateRow>>>,
    learners: Vec<(RowId, HardRow)>,
}

struct Wanted {
    stage: Arc<Stage>,
    links: Arc<Links>,
    identity_of: AHashMap<RowId, RowId>,
    candidates: RowSet,
    ranges: Ranges,
    names: Asked,
    sounds: Asked,
    one_learner_in: u64,
    as_of: Date,
}

/// Scans.
pub(crate) fn collect(
    engine: &Engine,
    stage: &Arc<Stage>,
    links: &Arc<Links>,
    groups: &Groups,
    found: &Found,
    as_of: Date,
    workers: usize,
) -> Result<Profiles, CompareError> {
    let population: i64 = stage.sources.iter().filter(|s| s.kind.is_population()).map(|s| s.rows).sum();
    let wanted = Arc::new(Wanted {
        stage: Arc::clone(stage),
        links: Arc::clone(links),
        identity_of: groups.identity_of.clone(),
        candidates: RowSet::new(stage, found.pairs.iter().map(|(_, rep)| *rep)),
        ranges: Ranges::new(found.pairs.iter().map(|(_, rep)| *rep).collect()),
        names: Asked::new(groups.records.iter().map(|r| r.name_hash)),
        sounds: Asked::new(groups.records.iter().map(|r| r.sound)),
        one_learner_in: (population.unsigned_abs() / LEARNERS).max(1),
        as_of,
    });
    let mut columns = COLUMNS.to_vec();
    columns.push("number_text");
    let plan = engine.read(scan::table(stage, |_| true, &columns)?)?;
    let asked = Arc::clone(&wanted);
    let parts = engine.fold::<Part>(plan, move |part, batch| wanted.take(part, batch))?;
    crate::times::tell("rows of candidates");
    let counted = |asked: &Asked, counts: fn(&Part) -> &Vec<u32>| asked.counted(parts.iter().map(counts)).collect();
    let (names, sounds) = std::thread::scope(|scope| {
        let sounds = scope.spawn(|| counted(&asked.sounds, |part| &part.sounds));
        (counted(&asked.names, |part| &part.names), joined(sounds))
    });
    let mut all = assemble(parts, groups, links, as_of, workers);
    all.frequencies.names = names;
    all.frequencies.sounds = sounds;
    all.places = RowSet::new(stage, all.profiles.iter().map(|(rep, _)| *rep));
    Ok(all)
}

/// Four ages of life: before work, young, of working age, of pension age.
pub(crate) fn age_band(birth: Option<Date>, as_of: Date) -> u8 {
    match birth.map(|b| b.age_on(as_of)) {
        Some(age) if age < 16 => 0,
        Some(age) if age < 25 => 1,
        Some(age) if age < 60 => 2,
        _ => 3,
    }
}

/// Hashes that are looked up at once.
const TOGETHER: usize = 128;

/// Hashes that are asked for, each with a place at which it is counted.
struct Asked {
    sieve: Sieve,
    /// A hash stands at or behind the place that its upper bits name; 0 where none does.
    places: Vec<u64>,
    shift: u32,
}

impl Asked {
    fn new(hashes: impl Iterator<Item = u64> + Clone) -> Self {
        let bits = (hashes.clone().count().max(8) * 2).next_power_of_two().trailing_zeros();
        let mut asked = Self { sieve: Sieve::new(hashes.clone()), places: vec![0; 1 << bits], shift: 64 - bits };
        for hash in hashes.filter(|hash| *hash != 0) {
            let place = asked.walk(hash).find(|(_, there)| *there == hash || *there == 0);
            if let Some(slot) = place.and_then(|(at, _)| asked.places.get_mut(at)) {
                *slot = hash;
            }
        }
        asked
    }

    /// The places at which a hash may stand, and what does, the likeliest first.
    fn walk(&self, hash: u64) -> impl Iterator<Item = (usize, u64)> {
        let from = (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> self.shift) as usize;
        let (before, after) = self.places.split_at(from.min(self.places.len()));
        (from..).zip(after.iter().copied()).chain((0..).zip(before.iter().copied()))
    }

    /// Counts those hashes that are asked for.
    fn count(&self, hashes: &[u64], counts: &mut Vec<u32>) {
        counts.resize(self.places.len(), 0);
        let mut sifted = Vec::with_capacity(TOGETHER);
        for some in hashes.chunks(TOGETHER) {
            sifted.clear();
            sifted.extend(some.iter().copied().filter(|hash| *hash != 0 && self.sieve.may_hold(*hash)));
            // memory is asked for many at once: one after the other, each place would be waited for
            let first = sifted.iter().filter_map(|hash| self.walk(*hash).next());
            std::hint::black_box(first.fold(0, |all, (_, there)| all ^ there));
            for hash in &sifted {
                let place = self.walk(*hash).take_while(|(_, there)| *there != 0).find(|(_, there)| there == hash);
                if let Some(count) = place.and_then(|(at, _)| counts.get_mut(at)) {
                    *count += 1;
                }
            }
        }
    }

    /// How often each hash was counted that was.
    fn counted<'a>(&self, parts: impl Iterator<Item = &'a Vec<u32>> + Clone) -> impl Iterator<Item = (u64, u32)> {
        let sum = move |at: usize| parts.clone().filter_map(|counts| counts.get(at)).sum();
        self.places.iter().enumerate().map(move |(at, hash)| (*hash, sum(at))).filter(|(_, count)| *count > 0)
    }
}

impl Wanted {
    fn take(&self, part: &mut Part, batch: &RecordBatch) -> Result<(), CompareError> {
        let (rid, num, name) = (
            column::<UInt64Type>(batch, "rid")?,
            column::<UInt64Type>(batch, "num")?,
            column::<UInt64Type>(batch, "name")?,
        );
        let (birth, sound, area) = (
            column::<Int32Type>(batch, "birth")?,
            column::<UInt64Type>(batch, "sound")?,
            column::<UInt64Type>(batch, "area")?,
        );
        let (household, unit, life) = (
            column::<UInt64Type>(batch, "household")?,
            column::<UInt64Type>(batch, "unit")?,
            column::<UInt8Type>(batch, "status")?,
        );
        let Some(source) =
            batch.num_rows().checked_sub(1).and_then(|_| self.stage.source(RowId(rid.value(0)).source()))
        else {
            return Ok(());
        };
        if source.kind.is_population() {
            self.names.count(name.values(), &mut part.names);
            self.sounds.count(sound.values(), &mut part.sounds);
        }
        let kind = usize::from(source.kind as u8);
        let mut keep = vec![false; batch.num_rows()];
        let mut any = false;
        for (i, keep) in keep.iter_mut().enumerate() {
            let id = RowId(rid.value(i));
            let settled = self.links.slot(id).standing() == Standing::Settled;
            if let Some(slot) = if settled { part.settled.get_mut(kind) } else { part.hard.get_mut(kind) } {
                *slot += 1;
            }
            if source.kind.is_population() {
                let number = if num.is_valid(i) { CitizenNumber::from_body(num.value(i)) } else { None };
                let born = date_at(birth, i).or(number.map(CitizenNumber::birth));
                part.frequencies.count_person(born, area.value(i), number.map_or(0, CitizenNumber::area));
                let home = household.value(i);
                if home != 0 && home.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32 & (HOUSEHOLD_SAMPLE - 1) == 0 {
                    part.households.insert(home);
                }
                if settled {
                    let known = pattern(
                        self.links.kinds(id),
                        age_band(born, self.as_of),
                        u8::from(life.value(i) == 2) + 2 * u8::from(life.value(i) == 3),
                    );
                    *part.patterns.entry(known).or_insert(0) += 1;
                }
            }
            if unit.value(i) != 0 {
                part.frequencies.unit_rows += 1;
                *part.frequencies.units.entry(unit.value(i)).or_insert(0) += 1;
            }
            let person = identity(id, &self.links, &self.identity_of);
            *keep = person.is_some_and(|p| self.candidates.contains(p) || settled && self.learns(p));
            any |= *keep;
        }
        if any {
            let some = filter_record_batch(batch, &BooleanArray::from(keep))?;
            for row in read_rows(&some, &self.stage, &self.links)? {
                let Some(person) = identity(row.id, &self.links, &self.identity_of) else { continue };
                if row.standing == Standing::Settled && self.learns(person) {
                    part.learners.push((person, row.clone()));
                }
                if self.candidates.contains(person) {
                    let range = self.ranges.of(person);
                    if part.rows.len() <= range {
                        part.rows.resize_with(range + 1, Vec::new);
                    }
                    if let Some(lists) = part.rows.get_mut(range) {
                        if lists.last().is_none_or(|rows| rows.len() == LIST) {
                            lists.push(Vec::with_capacity(LIST));
                        }
                        if let Some(rows) = lists.last_mut() {
                            rows.push(candidate_row(person, row));
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn learns(&self, person: RowId) -> bool {
        (person.0.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20).is_multiple_of(self.one_learner_in)
    }
}

/// Ranges of candidates, of about equal numbers, so that they can be put together at the same time.
#[derive(Debug)]
struct Ranges(Vec<RowId>);

/// Ranges of candidates.
const RANGES: usize = 16;

impl Ranges {
    fn new(mut candidates: Vec<RowId>) -> Self {
        candidates.sort_unstable();
        candidates.dedup();
        let size = candidates.len().div_ceil(RANGES).max(1);
        Self(candidates.chunks(size).skip(1).filter_map(|range| range.first().copied()).collect())
    }

    fn of(&self, candidate: RowId) -> usize {
        self.0.partition_point(|first| *first <= candidate)
    }
}

fn candidate_row(person: RowId, row: HardRow) -> CandidateRow {
    let r = row.record;
    CandidateRow {
        person,
        id: row.id,
        population: row.kind.is_population(),
        life: row.life,
        number: r.number,
        row: ProfileRow::from(&r),
        text: r.number.is_none().then(|| Box::new(r.text)),
    }
}

fn assemble(parts: Vec<Part>, groups: &Groups, links: &Links, as_of: Date, workers: usize) -> Profiles {
    let mut all = Profiles::default();
    let mut households: AHashSet<u64> = AHashSet::new();
    let mut learners = Vec::new();
    let mut ranges: Vec<Vec<Vec<CandidateRow>>> = Vec::new();
    for mut part in parts {
        all.frequencies.merge(&part.frequencies);
        households.extend(part.households.drain());
        for (pattern, people) in part.patterns.drain() {
            all.coverage.count(pattern, people);
        }
        for (kind, (settled, hard)) in (0u8..).zip(part.settled.iter().zip(&part.hard)) {
            all.coverage.count_rows(kind, *settled, *hard);
            all.settled += settled;
        }
        ranges.resize_with(ranges.len().max(part.rows.len()), Vec::new);
        for (range, mut lists) in ranges.iter_mut().zip(part.rows) {
            range.append(&mut lists);
        }
        learners.append(&mut part.learners);
    }
    all.frequencies.households = households.len() as u64 * HOUSEHOLD_SAMPLE;
    // those who are in no population file have patterns too
    for identity in groups.identities.values().filter(|i| !i.population) {
        all.coverage
            .count(outside_pattern(identity.rows.iter().filter_map(|&i| groups.hard.get(i)).map(|r| r.kind as u8)), 1);
    }
    all.frequencies.roll_up();
    all.coverage.settle();
    all.profiles = crate::parallel::in_turn(ranges, workers, |rows| profiles_of(rows, groups, links, as_of))
        .into_iter()
        .flatten()
        .collect();
    learners.sort_by_key(|(person, row)| (*person, !row.kind.is_population(), row.id));
    let mut last = None;
    for (person, row) in learners {
        if last == Some(person)
            && let Some(rows) = all.learners.last_mut()
        {
            rows.push(row);
        } else {
            all.learners.push(vec![row]);
            last = Some(person);
        }
    }
    all
}

/// The profiles of a range of candidates, in ascending order of their representative rows.
fn profiles_of(lists: Vec<Vec<CandidateRow>>, groups: &Groups, links: &Links, as_of: Date) -> Vec<(RowId, Profile)> {
    // what is sorted is where the rows stand: each is moved once
    let mut order: Vec<(RowId, bool, RowId, u32, u32)> = Vec::with_capacity(lists.iter().map(Vec::len).sum());
    for (list, rows) in (0..).zip(&lists) {
        order.extend((0..).zip(rows).map(|(at, r)| (r.person, !r.population, r.id, list, at)));
    }
    order.sort_unstable();
    let counts: Vec<usize> = order.chunk_by(|a, b| a.0 == b.0).map(<[_]>::len).collect();
    let mut profiles: Vec<(RowId, Profile)> = Vec::with_capacity(counts.len());
    let mut lists: Vec<Vec<Option<CandidateRow>>> =
        lists.into_iter().map(|rows| rows.into_iter().map(Some).collect()).collect();
    for (.., list, at) in order {
        let place = lists.get_mut(list as usize).and_then(|rows| rows.get_mut(at as usize));
        let Some(r) = place.and_then(Option::take) else { continue };
        if profiles.last().is_none_or(|(person, _)| *person != r.person) {
            let born = r.row.birth.or(r.number.map(CitizenNumber::birth));
            let life = u8::from(r.life == 2) + 2 * u8::from(r.life == 3);
            let pattern = match groups.identities.get(&r.person) {
                None => pattern(links.kinds(r.person), age_band(born, as_of), life),
                Some(known) => {
                    let kinds = known.rows.iter().filter_map(|&i| groups.hard.get(i)).map(|r| r.kind as u8);
                    if known.population {
                        pattern(kinds.fold(0, |mask, kind| mask | 1 << kind), age_band(born, as_of), life)
                    } else {
                        outside_pattern(kinds)
                    }
                }
            };
            let own = Vec::with_capacity(counts.get(profiles.len()).copied().unwrap_or(1));
            profiles.push((r.person, Profile { number: r.number, text: r.text.map(|t| *t), rows: own, pattern }));
        }
        if let Some((_, profile)) = profiles.last_mut() {
            profile.rows.push(r.row);
        }
    }
    profiles
}

/// The pattern of somebody who is in no population file.
pub(crate) fn outside_pattern(kinds: impl Iterator<Item = u8>) -> u32 {
    pattern(kinds.fold(0, |mask, kind| mask | 1 << kind), 2, 3)
}
