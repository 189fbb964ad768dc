//! The staged rows: what intake read, on disk beside the output, in columns that the plans scan.
//!
//! Each source has three files of equal batches: `narrow` (what the great join needs), `block` (what
//! linking and counting need besides) and `text` (the canonical fields as written). A scan opens those
//! families that it needs and puts their columns side by side, so that no join is needed to bring
//! a row together again, and millions of addresses are not read to compare numbers.

pub(crate) mod keys;
pub(crate) mod load;
pub(crate) mod scan;

use canbao_domain::source::SourceKind;
use canbao_intake::{Part, Rejected};
use std::path::PathBuf;

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

/// A family of columns, a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Narrow,
    Block,
    Text,
}

impl Family {
    fn name(self) -> &'static str {
        match self {
            Self::Narrow => "narrow",
            Self::Block => "block",
            Self::Text => "text",
        }
    }
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
    folder: PathBuf,
}

impl Source {
    pub(crate) fn file(&self, family: Family) -> PathBuf {
        self.folder.join(format!("{}-{}.arrow", self.index, family.name()))
    }
}

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
