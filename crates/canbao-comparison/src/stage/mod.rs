//! The staged rows: what intake read, on disk beside the output, in columns that the plans scan.
//!
//! Columns come in three families: `narrow` (what the great join needs), `block` (what linking and counting need
//! besides) and `text` (the canonical fields as written, as bytes). A source is a file, in which each batch's columns
//! stand apart: a scan reads those that it needs and puts them side by side, so that no join is needed to bring a row
//! together again, and millions of addresses are not read to compare numbers.

pub(crate) mod keys;
pub(crate) mod load;
mod row_set;
pub(crate) mod scan;
pub(crate) mod store;
pub(crate) mod texts;
mod vocabulary;

pub(crate) use row_set::RowSet;

use canbao_domain::source::SourceKind;
use canbao_intake::{Part, Rejected};

/// Bits of a row's identifier that count rows; the bits above name the source.
const ROW_BITS: u32 = 40;

/// Names a row of the whole comparison: source and 1-based data row. Ascending in the order of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowId(pub(crate) u64);

impl RowId {
    pub(crate) fn new(source: usize, row: i64) -> Self {
        Self((source as u64) << ROW_BITS | row.unsigned_abs())
    }

    pub(crate) fn source(self) -> usize {
        (self.0 >> ROW_BITS) as usize
    }

    pub(crate) fn row(self) -> i64 {
        (self.0 & ((1 << ROW_BITS) - 1)) as i64
    }
}

/// A family of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Narrow,
    Block,
    Text,
}

/// One source as staged.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) index: usize,
    pub(crate) kind: SourceKind,
    pub(crate) name: String,
    /// Data rows, rejected ones included.
    pub(crate) rows: i64,
    pub(crate) parts: Vec<Part>,
    pub(crate) rejected: Vec<Rejected>,
    /// Where the rows of each staged batch stand in the files.
    pub(crate) places: Vec<Place>,
    /// The columns on disk; none if no row could be read.
    columns: Option<std::sync::Arc<store::Columns>>,
}

/// Where the rows of a staged batch stand: all in one part.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) part: u32,
    pub(crate) lines: Lines,
}

/// Physical lines of a batch's rows. Nearly always one follows the other, and one number tells them all.
#[derive(Debug)]
pub(crate) enum Lines {
    From(i64),
    Each(Vec<i64>),
}

impl Lines {
    pub(crate) fn new(lines: &[i64]) -> Self {
        let first = lines.first().copied().unwrap_or(0);
        if (first..).zip(lines).all(|(expected, line)| expected == *line) {
            Self::From(first)
        } else {
            Self::Each(lines.to_vec())
        }
    }

    pub(crate) fn line(&self, i: usize) -> i64 {
        match self {
            Self::From(first) => first + i as i64,
            Self::Each(lines) => lines.get(i).copied().unwrap_or(0),
        }
    }
}

impl Source {
    /// Segments of the staged rows, so that a long extract is several partitions of a plan.
    pub(crate) fn segments(&self) -> usize {
        self.columns.as_ref().map_or(0, |c| c.len()).div_ceil(SEGMENT)
    }
}

/// Batches of a segment.
const SEGMENT: usize = 48;

/// All person sources of a comparison, staged, in the order of the city file.
#[derive(Debug)]
pub(crate) struct Stage {
    pub(crate) sources: Vec<Source>,
}

impl Stage {
    pub(crate) fn source(&self, index: usize) -> Option<&Source> {
        self.sources.get(index)
    }

    /// Number of rows before each source, so that a row's place among all rows is known.
    pub(crate) fn offsets(&self) -> Vec<i64> {
        let mut sum = 0;
        self.sources
            .iter()
            .map(|s| {
                let here = sum;
                sum += s.rows;
                here
            })
            .collect()
    }
}
