//! How much of what was wanted was got, and how much of what was got was wanted.

use std::collections::BTreeSet;
use std::fmt;

/// Right, wrong and missed.
#[derive(Clone, Copy, Default)]
pub(crate) struct Score {
    pub(crate) right: usize,
    pub(crate) wrong: usize,
    pub(crate) missed: usize,
}

impl Score {
    /// Compares two sets.
    pub(crate) fn of<T: Ord>(got: &BTreeSet<T>, wanted: &BTreeSet<T>) -> Self {
        let right = got.intersection(wanted).count();
        Self { right, wrong: got.len() - right, missed: wanted.len() - right }
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
