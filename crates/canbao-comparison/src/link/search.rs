//! Brings each subject together with those who share a key with it, in one scan of all rows.

use super::gather::{VALUES, ValueColumns};
use super::group::Groups;
use crate::decisions::Decisions;
use crate::error::CompareError;
use crate::links::{Links, Standing};
use crate::parallel::in_turn;
use crate::plan::context::Engine;
use crate::stage::{RowId, Stage, scan};
use ahash::AHashMap;
use canbao_linkage::block::{self, RowValues};
use std::sync::Arc;

/// A set of hashes that answers "not there" from a few bits, and now and then "there" in vain.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    bits: Vec<u64>,
    shift: u32,
}

impl Sieve {
    /// Sixteen bits a hash, three of them set in one word: about one in a hundred is let through in vain.
    pub(crate) fn new(hashes: impl Iterator<Item = u64> + Clone) -> Self {
        let size = (hashes.clone().count().max(1 << 8) * 16).next_power_of_two();
        let mut sieve = Self { bits: vec![0; size / 64], shift: 64 + 6 - size.trailing_zeros() };
        for hash in hashes {
            let (at, mask) = sieve.at(hash);
            if let Some(word) = sieve.bits.get_mut(at) {
                *word |= mask;
            }
        }
        sieve
    }

    #[inline]
    fn at(&self, hash: u64) -> (usize, u64) {
        let mixed = hash.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mask = 1 << (mixed & 63) | 1 << (mixed >> 6 & 63) | 1 << (mixed >> 12 & 63);
        ((mixed >> self.shift) as usize, mask)
    }

    #[inline]
    pub(crate) fn may_hold(&self, hash: u64) -> bool {
        let (at, mask) = self.at(hash);
        self.bits.get(at).is_some_and(|word| word & mask == mask)
    }
}

/// The keys of all subjects.
#[derive(Debug)]
pub(crate) struct Index {
    names: Sieve,
    sounds: Sieve,
    ranges: Vec<Range>,
}

/// A range of keys, those with the same upper bits.
#[derive(Debug)]
struct Range {
    evidence: Sieve,
    numbers: Sieve,
    /// In ascending order, each once.
    keys: Vec<(u64, u32)>,
    /// Where the keys of each bucket begin; a bucket is the keys' next bits.
    starts: Vec<u32>,
    bucket_shift: u32,
}

/// Upper bits that name a key's range.
const RANGE_BITS: u32 = 3;

fn range_of(key: u64) -> usize {
    (key >> (64 - RANGE_BITS)) as usize
}

impl Range {
    fn new(mut keys: Vec<(u64, u32)>) -> Self {
        keys.sort_unstable();
        keys.dedup();
        // keys are hashes, so buckets as many as keys hold one or two each
        let bits = (usize::BITS - keys.len().leading_zeros()).clamp(1, 28);
        let bucket_shift = 64 - RANGE_BITS - bits;
        let bucket = |key: u64| ((key << RANGE_BITS >> RANGE_BITS) >> bucket_shift) as usize;
        let mut starts = vec![0u32; (1 << bits) + 1];
        for (key, _) in &keys {
            if let Some(count) = starts.get_mut(bucket(*key) + 1) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let each = || keys.iter().map(|(key, _)| *key);
        Self {
            evidence: Sieve::new(each().filter(|key| !block::is_of_number(*key))),
            numbers: Sieve::new(each().filter(|key| block::is_of_number(*key))),
            keys,
            starts,
            bucket_shift,
        }
    }

    /// The places of the keys in a key's bucket.
    fn bucket(&self, key: u64) -> std::ops::Range<usize> {
        let bucket = ((key << RANGE_BITS >> RANGE_BITS) >> self.bucket_shift) as usize;
        let start = |at: usize| self.starts.get(at).copied().unwrap_or(0) as usize;
        start(bucket)..start(bucket + 1)
    }
}

impl Index {
    fn new(groups: &Groups, decisions: &Decisions, workers: usize) -> Self {
        let records = || groups.records.iter();
        Self {
            names: Sieve::new(records().map(|r| r.name_hash)),
            sounds: Sieve::new(records().map(|r| r.sound)),
            ranges: in_turn(keys(groups, decisions, workers), workers, |made| Range::new(made.concat())),
        }
    }

    fn range(&self, key: u64) -> Option<&Range> {
        self.ranges.get(range_of(key))
    }

    /// Notes the keys of a row.
    #[inline]
    fn keys_of(&self, values: &RowValues, repeats: bool, row: u32, keys: &mut Keys) {
        let (named, sounded) = (|name| self.names.may_hold(name), |sound| self.sounds.may_hold(sound));
        block::of_row(values, repeats, named, sounded, |key| {
            if block::is_of_number(key) {
                keys.numbers.push((key, row));
            } else {
                keys.evidence.push((key, row));
            }
        });
    }

    /// Which of the keys subjects may have. Memory is asked for many at once: one after the other, each would be
    /// waited for.
    fn look_up(&self, keys: &mut Keys) {
        let Keys { evidence, numbers, hits } = keys;
        let may_hold = |key: u64, sieve: fn(&Range) -> &Sieve| self.range(key).is_some_and(|r| sieve(r).may_hold(key));
        hits.extend(evidence.iter().filter(|(key, _)| may_hold(*key, |range| &range.evidence)));
        hits.extend(numbers.iter().filter(|(key, _)| may_hold(*key, |range| &range.numbers)));
        let first = hits.iter().filter_map(|(key, _)| self.range(*key).and_then(|r| r.keys.get(r.bucket(*key).start)));
        std::hint::black_box(first.fold(0, |all, (key, _)| all ^ key));
    }

    fn subjects(&self, key: u64) -> impl Iterator<Item = u32> + '_ {
        let bucket = self.range(key).and_then(|range| range.keys.get(range.bucket(key))).unwrap_or_default();
        bucket.iter().filter(move |(k, _)| *k == key).map(|(_, s)| *s)
    }
}

/// Keys of some rows, each with its row's place in the batch.
#[derive(Debug, Default)]
struct Keys {
    evidence: Vec<(u64, u32)>,
    numbers: Vec<(u64, u32)>,
    /// Those of both that subjects may have.
    hits: Vec<(u64, u32)>,
}

impl Keys {
    fn clear(&mut self) {
        self.evidence.clear();
        self.numbers.clear();
        self.hits.clear();
    }
}

/// Rows whose keys are looked up together.
const TOGETHER: usize = 256;

/// What one partition finds.
#[derive(Debug, Default)]
struct Part {
    /// By stretch of subjects.
    pairs: Vec<Vec<(u32, RowId)>>,
    keys: Keys,
}

impl Part {
    fn push(&mut self, subject: u32, identity: RowId) {
        let stretch = subject as usize / STRETCH;
        if self.pairs.len() <= stretch {
            self.pairs.resize_with(stretch + 1, Vec::new);
        }
        if let Some(pairs) = self.pairs.get_mut(stretch) {
            pairs.push((subject, identity));
        }
    }
}

/// Candidates: subject and representative row of an identity, sorted, each pair once.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) pairs: Vec<(u32, RowId)>,
}

/// The identity that a row describes for certain, if it describes one.
pub(crate) fn identity(id: RowId, links: &Links, identity_of: &AHashMap<RowId, RowId>) -> Option<RowId> {
    match links.slot(id).standing() {
        Standing::Absent => None,
        Standing::Settled => links.person(id),
        _ => identity_of.get(&id).copied(),
    }
}

/// Searches.
pub(crate) fn search(
    engine: &Engine,
    stage: &Arc<Stage>,
    links: &Arc<Links>,
    groups: &Groups,
    decisions: &Decisions,
    workers: usize,
) -> Result<Found, CompareError> {
    let index = Arc::new(Index::new(groups, decisions, workers));
    crate::times::tell("index");
    let links_ = Arc::clone(links);
    let population: Arc<Vec<bool>> = Arc::new(stage.sources.iter().map(|s| s.kind.is_population()).collect());
    // a settled row of an insurance repeats the number, name and mostly the date of a population row
    let repeats = move |id: RowId| -> bool {
        let slot = links_.slot(id);
        slot.standing() == Standing::Settled
            && !slot.birth_differs()
            && !population.get(id.source()).copied().unwrap_or(false)
    };
    let plan = engine.read(scan::table(stage, |_| true, &VALUES)?)?;
    let identity_of = Arc::new(groups.identity_of.clone());
    let found = {
        let links = Arc::clone(links);
        engine.fold::<Part>(plan, move |part, batch| {
            let values = ValueColumns::of(batch)?;
            let rows: Vec<u32> = (0..).take(batch.num_rows()).collect();
            for stretch in rows.chunks(TOGETHER) {
                part.keys.clear();
                for &row in stretch {
                    let repeats = repeats(RowId(values.rid.value(row as usize)));
                    index.keys_of(&values.row(row as usize), repeats, row, &mut part.keys);
                }
                index.look_up(&mut part.keys);
                let mut last = None;
                let hits = std::mem::take(&mut part.keys.hits);
                for &(key, row) in &hits {
                    let (_, identity) = match last {
                        Some(known @ (of, _)) if of == row => known,
                        _ => (row, identity(RowId(values.rid.value(row as usize)), &links, &identity_of)),
                    };
                    last = Some((row, identity));
                    if let Some(identity) = identity {
                        index.subjects(key).for_each(|subject| part.push(subject, identity));
                    }
                }
                part.keys.hits = hits;
            }
            Ok(())
        })?
    };
    crate::times::tell("scanned");
    let mut stretches: Vec<Vec<Vec<(u32, RowId)>>> = Vec::new();
    for part in found {
        stretches.resize_with(stretches.len().max(part.pairs.len()), Vec::new);
        for (stretch, pairs) in stretches.iter_mut().zip(part.pairs) {
            stretch.push(pairs);
        }
    }
    let sorted = in_turn(stretches, workers, |stretch| {
        let mut pairs = stretch.concat();
        pairs.sort_unstable();
        pairs.dedup();
        // nobody is found by their own rows
        pairs.retain(|(subject, identity)| {
            let subject = groups.subjects.get(*subject as usize);
            subject.is_some_and(|s| s.role == super::group::Role::Row || s.own != *identity)
        });
        pairs
    });
    Ok(Found { pairs: sorted.concat() })
}

/// Subjects that one thread looks after at a time.
const STRETCH: usize = 16_384;

/// The keys of all subjects: for each range, what each stretch of subjects puts into it.
fn keys(groups: &Groups, decisions: &Decisions, workers: usize) -> Vec<Vec<Vec<(u64, u32)>>> {
    let subjects = groups.subjects.chunks(STRETCH).zip(groups.records.chunks(STRETCH));
    let stretches: Vec<_> = subjects.zip((0u32..).step_by(STRETCH)).collect();
    let made = in_turn(stretches, workers, |((subjects, records), first)| {
        let mut ranges: [Vec<(u64, u32)>; 1 << RANGE_BITS] = Default::default();
        let (mut scratch, mut one) = (Vec::new(), Vec::new());
        for (subject, (s, record)) in (first..).zip(subjects.iter().zip(records)) {
            one.clear();
            block::of_record(record, &mut scratch, &mut one);
            one.extend(groups.rulings(s, decisions).map(|(_, number)| block::of_number(number)));
            for key in &one {
                if let Some(range) = ranges.get_mut(range_of(*key)) {
                    range.push((*key, subject));
                }
            }
        }
        ranges
    });
    let mut ranges: Vec<Vec<Vec<(u64, u32)>>> = (0..1 << RANGE_BITS).map(|_| Vec::new()).collect();
    for stretch in made {
        for (range, keys) in ranges.iter_mut().zip(stretch) {
            range.push(keys);
        }
    }
    ranges
}
