//! Who is likely to stand in an extract: learnt from who does.
//!
//! An extract holds most people at most once, and which extracts a person stands in depends on
//! which others they stand in, on age and on life: a man in the employees' pension whose number
//! is in no line of the employees' medical insurance probably owns one of its unreadable lines;
//! a child does not.

use std::collections::BTreeMap;

/// Kinds of extract that a pattern can hold.
const KINDS: usize = 16;
/// Weight of the kind's average against a pattern's own count, people.
const SHRINK: f64 = 8.0;
/// Never assume less than this share of repeated rows in an extract.
const REPEAT_FLOOR: f64 = 1e-4;

/// Packs what coverage depends on: the kinds of extract that hold a person (bit = `SourceKind as u8`),
/// age band (0..=3) and life (0 alive, 1 deceased, 2 moved out, 3 in no population file).
pub fn pattern(kinds: u16, age_band: u8, life: u8) -> u32 {
    u32::from(kinds) | u32::from(age_band & 3) << 16 | u32::from(life & 3) << 18
}

/// Counts of people by pattern, and of rows by kind.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    patterns: BTreeMap<u32, u64>,
    people: u64,
    rows: [u64; KINDS],
    holders: [u64; KINDS],
    hard: [u64; KINDS],
    norm: [f64; KINDS],
}

impl Coverage {
    /// Counts people of a pattern.
    pub fn count(&mut self, pattern: u32, people: u64) {
        *self.patterns.entry(pattern).or_insert(0) += people;
        self.people += people;
        for (kind, holders) in self.holders.iter_mut().enumerate() {
            if pattern & (1 << kind) != 0 {
                *holders += people;
            }
        }
    }

    /// Counts rows of a kind: those whose person is sure, and those that are looked for.
    pub fn count_rows(&mut self, kind: u8, sure: u64, hard: u64) {
        if let Some(slot) = self.rows.get_mut(usize::from(kind)) {
            *slot += sure;
        }
        if let Some(slot) = self.hard.get_mut(usize::from(kind)) {
            *slot += hard;
        }
    }

    /// Adds up the normalising sums, after all counts.
    pub fn settle(&mut self) {
        let mut norm = [0.0; KINDS];
        for (kind, sum) in (0u8..).zip(norm.iter_mut()) {
            *sum = self.patterns.iter().map(|(&p, &n)| n as f64 * self.weight(kind, p)).sum::<f64>().max(1e-9);
        }
        self.norm = norm;
    }

    fn of(values: &[u64; KINDS], kind: u8) -> f64 {
        values.get(usize::from(kind)).copied().unwrap_or(0) as f64
    }

    /// Relative chance that a person of this pattern owns one more row of a kind.
    fn weight(&self, kind: u8, pattern: u32) -> f64 {
        let bit = 1u32 << kind;
        let (rows, holders, hard) =
            (Self::of(&self.rows, kind), Self::of(&self.holders, kind), Self::of(&self.hard, kind));
        let hard_share = (hard / (rows + hard).max(1.0)).clamp(1e-4, 0.5);
        if pattern & bit != 0 {
            return ((rows - holders).max(0.0) / holders.max(1.0)).max(REPEAT_FLOOR);
        }
        let everybody = (self.people as f64).max(1.0);
        let with = self.patterns.get(&(pattern | bit)).copied().unwrap_or(0) as f64;
        let without = self.patterns.get(&pattern).copied().unwrap_or(0) as f64;
        let average = (holders / everybody).min(0.999);
        let odds = (with + SHRINK * average) / (without + SHRINK * (1.0 - average));
        odds.min(1.0 / hard_share)
    }

    /// Logarithm of the chance that a row of a kind, of a known person, is this one's.
    pub fn prior_ln(&self, kind: u8, pattern: u32) -> f64 {
        let norm = self.norm.get(usize::from(kind)).copied().unwrap_or(1.0).max(1e-9);
        (self.weight(kind, pattern).max(1e-9) / norm).ln()
    }
}
