//! How often which unknown code was met.

use std::collections::BTreeMap;

use super::{Item, Record};

/// Counts of values outside their tables, by item and by what is written. Of coded items only: personal items are
/// never counted by value. What looks like somebody's number or is too long to be a code is counted without its text,
/// and so is what comes after [`Unknowns::MOST`] different values of an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unknowns {
    counts: BTreeMap<(Record, String), BTreeMap<Option<String>, u64>>,
}

/// Longer texts are no codes.
const LONGEST: usize = 24;
/// So many digits in a row may be a part of somebody's number.
const DIGITS: usize = 7;

impl Unknowns {
    /// How many different values of an item are told apart.
    pub const MOST: usize = 1_000;

    /// Counts a value of an item. An item without a table is left alone: it has no unknown codes.
    pub fn add(&mut self, item: &Item, value: &str) {
        self.add_many(item, value, 1);
    }

    /// Counts a value that was met `times`.
    pub fn add_many(&mut self, item: &Item, value: &str, times: u64) {
        if item.table().is_none() || item.personal() {
            return;
        }
        let values = self.counts.entry((item.record(), item.field().to_owned())).or_default();
        let shown = Some(value.trim()).filter(|value| may_be_shown(value)).map(str::to_owned);
        let shown = shown.filter(|_| values.len() < Self::MOST || values.contains_key(&Some(value.trim().to_owned())));
        *values.entry(shown).or_default() += times;
    }

    /// Puts the counts of another in, such as another thread's.
    pub fn join(&mut self, other: Self) {
        for (item, values) in other.counts {
            let mine = self.counts.entry(item).or_default();
            for (value, count) in values {
                *mine.entry(value).or_default() += count;
            }
        }
    }

    /// Whether none was met.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// How many were met.
    pub fn total(&self) -> u64 {
        self.counts.values().flat_map(BTreeMap::values).sum()
    }

    /// Record, field, what is written (`None` where that is not shown) and how often; of each item the most frequent first.
    pub fn iter(&self) -> impl Iterator<Item = (Record, &str, Option<&str>, u64)> {
        self.counts.iter().flat_map(|((record, field), values)| {
            let mut values: Vec<_> = values.iter().map(|(value, count)| (value.as_deref(), *count)).collect();
            values.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
            values.into_iter().map(|(value, count)| (*record, field.as_str(), value, count))
        })
    }
}

fn may_be_shown(value: &str) -> bool {
    let longest = value.chars().fold((0, 0), |(longest, run), c| {
        let run = if c.is_numeric() { run + 1 } else { 0 };
        (run.max(longest), run)
    });
    value.chars().count() <= LONGEST && longest.0 < DIGITS
}
