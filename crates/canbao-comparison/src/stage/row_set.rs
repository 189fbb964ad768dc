//! A set of rows that tells of each of its rows the how many-th it is.

use super::{RowId, Stage};

/// A bit for every row there is.
#[derive(Debug, Default)]
pub(crate) struct RowSet(Vec<Bits>);

/// The rows of one source.
#[derive(Debug)]
struct Bits {
    words: Vec<u64>,
    /// Rows of the set before each block of words.
    before: Vec<u32>,
}

/// Words of a block: one line of the cores' caches.
const BLOCK: usize = 8;

impl RowSet {
    pub(crate) fn new(stage: &Stage, rows: impl Iterator<Item = RowId>) -> Self {
        Self::of_sizes(&stage.sources.iter().map(|s| s.rows).collect::<Vec<_>>(), rows)
    }

    /// `sizes`: rows of each source.
    fn of_sizes(sizes: &[i64], rows: impl Iterator<Item = RowId>) -> Self {
        let empty = |rows: &i64| Bits { words: vec![0; rows.unsigned_abs() as usize / 64 + 1], before: Vec::new() };
        let mut set = Self(sizes.iter().map(empty).collect());
        for row in rows {
            let (word, bit) = place(row);
            if let Some(word) = set.0.get_mut(row.source()).and_then(|s| s.words.get_mut(word)) {
                *word |= bit;
            }
        }
        let mut sum = 0;
        for source in &mut set.0 {
            for block in source.words.chunks(BLOCK) {
                source.before.push(sum);
                sum += ones(block);
            }
        }
        set
    }

    pub(crate) fn contains(&self, row: RowId) -> bool {
        let (word, bit) = place(row);
        self.0.get(row.source()).and_then(|s| s.words.get(word)).is_some_and(|word| word & bit != 0)
    }

    /// How many rows of the set come before this one, if it is one of them.
    pub(crate) fn rank(&self, row: RowId) -> Option<usize> {
        let (word, bit) = place(row);
        let source = self.0.get(row.source())?;
        let block = source.words.get(word / BLOCK * BLOCK..word)?;
        let last = source.words.get(word)?;
        (last & bit != 0).then_some(())?;
        let before = source.before.get(word / BLOCK)? + ones(block) + (last & (bit - 1)).count_ones();
        Some(before as usize)
    }
}

fn ones(words: &[u64]) -> u32 {
    words.iter().map(|word| word.count_ones()).sum()
}

/// The word and the bit of a row.
fn place(row: RowId) -> (usize, u64) {
    let at = row.row().unsigned_abs();
    ((at / 64) as usize, 1 << (at % 64))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_rank_is_the_place_in_ascending_order() {
        let sizes = [700i64, 0, 64, 5_000];
        let mut random = 7u64;
        let mut draw = move |below: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let mut rows = BTreeSet::new();
        for (source, size) in sizes.iter().enumerate() {
            for _ in 0..size / 3 {
                rows.insert(RowId::new(source, 1 + i64::try_from(draw(size.unsigned_abs())).unwrap()));
            }
        }
        let set = RowSet::of_sizes(&sizes, rows.iter().copied());
        for (at, row) in rows.iter().enumerate() {
            assert_eq!(set.rank(*row), Some(at));
        }
        for (source, size) in sizes.iter().enumerate() {
            for row in (1..=*size).map(|row| RowId::new(source, row)) {
                assert_eq!(set.contains(row), rows.contains(&row));
                assert_eq!(set.rank(row).is_some(), rows.contains(&row));
            }
        }
    }
}
