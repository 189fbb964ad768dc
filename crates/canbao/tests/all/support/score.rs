//! How much of what was wanted was got, and how much of what was got was wanted.

use std::collections::BTreeMap;
use std::fmt;

/// Right, wrong and missed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
}

impl Score {
    /// Compares two lots; what stands twice in one must stand twice in the other.
    pub(crate) fn of(got: impl Iterator<Item = String>, wanted: impl Iterator<Item = String>) -> Self {
        let (got, wanted) = (counted(got), counted(wanted));
        let sum = |lot: &BTreeMap<String, usize>| lot.values().sum::<usize>();
        let both = got.iter().map(|(thing, times)| *times.min(wanted.get(thing).unwrap_or(&0)));
        let right = both.sum();
        Self { right, wrong: sum(&got) - right, missed: sum(&wanted) - right }
    }

    /// Of what was got, the share that was wanted; 1 of nothing.
    pub(crate) fn precision(self) -> f64 {
        share(self.right, self.right + self.wrong)
    }

    /// Of what was wanted, the share that was got; 1 of nothing.
    pub(crate) fn recall(self) -> f64 {
        share(self.right, self.right + self.missed)
    }

    /// The harmonic mean of both.
    pub(crate) fn f1(self) -> f64 {
        share(2 * self.right, 2 * self.right + self.wrong + self.missed)
    }
}

fn counted(things: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for thing in things {
        *counted.entry(thing).or_default() += 1;
    }
    counted
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} right, {} wrong, {} missed: precision {:.5}, recall {:.5}, F1 {:.5}",
            self.right,
            self.wrong,
            self.missed,
            self.precision(),
            self.recall(),
            self.f1()
        )
    }
}
