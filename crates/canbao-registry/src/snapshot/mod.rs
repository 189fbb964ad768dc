//! Frozen counts of the record (统计快照): what all figures are worked out from, so that no two pages disagree and last
//! month's figures stay what they were.
//!
//! A snapshot counts everybody who is current once, by village and [`Traits`], and holds the areas of its day by both
//! trees. It is taken by one pass through the people of one revision, and never changed.

mod age;
mod decode;
mod encode;
mod keep;
mod scan;
mod traits;

use canbao_domain::date::Date;

use crate::area::Area;
use crate::clock;

pub use age::AgeBand;
pub use traits::{Facts, SexKind, Traits};

/// A snapshot, without what it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number; later ones are higher.
    pub id: i64,
    /// The day that the record stood for.
    pub as_of: Date,
    /// The revision of the record.
    pub revision: i64,
    /// When it was taken: milliseconds since 1970 (UTC).
    pub taken_at: i64,
    /// By whom.
    pub taken_by: String,
    /// Everybody who was current.
    pub people: i64,
    /// BLAKE3 of its content, in hexadecimal: equal records have equal digests.
    pub digest: String,
}

impl Snapshot {
    /// When it was taken, as `2016-11-03T08:00:00+08:00`.
    pub fn taken(&self) -> String {
        clock::instant(self.taken_at)
    }
}

/// What a snapshot counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frozen {
    /// The day that the record stood for; ages are of this day.
    pub as_of: Date,
    /// Code and area, in the order of the codes, as the trees were when it was taken.
    pub areas: Vec<(String, Area)>,
    /// Kinds of household registration (户口性质), code and name, by the number that [`Traits::hukou`] gives. The first, of a
    /// blank code, are those of whom none is known.
    pub hukou: Vec<(String, String)>,
    /// In order, each area and traits once; nobody is counted twice.
    pub cells: Vec<Cell>,
}

/// People who live in one place and share their traits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cell {
    /// The place of the finest area that is known in [`Frozen::areas`]; none where it is not one of them.
    pub area: Option<u32>,
    /// What they have in common.
    pub traits: Traits,
    /// How many they are.
    pub people: u32,
}

impl Frozen {
    /// Everybody who is counted.
    pub fn people(&self) -> u64 {
        self.cells.iter().map(|cell| u64::from(cell.people)).sum()
    }
}
