//! Frozen counts of the record (统计快照): what all figures are worked out from, so that no two pages disagree and last
//! month's figures stay what they were.
//!
//! A snapshot counts everybody who is current once, by village and [`Traits`], and holds the areas of its day by both
//! trees; beside them what else is counted (findings, the survey, employers, changes), by area and word, and the extracts
//! that the record rests on. People are counted by one pass through those of one revision. It is never changed.

mod age;
mod decode;
mod encode;
mod figure;
mod gather;
mod keep;
mod reason;
mod scan;
mod traits;

use canbao_domain::date::Date;

use crate::area::Area;
use crate::clock;

pub use age::AgeBand;
pub use figure::{FigureArea, FigureName, FigureRow};
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
    /// Why people are not insured (未参保原因), code and name, by the number that [`Traits::reason`] gives. The first, of a
    /// blank code, are those of whom nothing is known.
    pub reasons: Vec<(String, String)>,
    /// In order, each area and traits once; nobody is counted twice.
    pub cells: Vec<Cell>,
    /// What [`Tally::word`] means, in order: `survey/person/approved`, `finding/duplicate-pension/open` and so on.
    pub words: Vec<String>,
    /// All that is counted besides people, each area and word once.
    pub tallies: Vec<Tally>,
    /// Tasks that lie elsewhere than where they were issued.
    pub moved: Vec<Move>,
    /// The extracts of the last apply, in the order of their names.
    pub sources: Vec<Source>,
}

/// A count of something in a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tally {
    /// As [`Cell::area`].
    pub area: Option<u32>,
    /// The place of its word in [`Frozen::words`].
    pub word: u32,
    /// How many.
    pub count: u64,
}

/// Tasks that were issued in one place and lie in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where they were issued, as [`Cell::area`].
    pub from: Option<u32>,
    /// Where they lie.
    pub to: Option<u32>,
    /// `person` or `unit`.
    pub form: String,
    /// How many.
    pub count: u64,
}

/// An extract that the record rests on, in rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in the city file.
    pub name: String,
    /// The kind of extract.
    pub kind: String,
    /// The day that its data stand for.
    pub as_of: Date,
    /// All of it.
    pub rows: u64,
    /// Of whom nobody knows whose they are.
    pub unresolved: u64,
    /// That could not be read.
    pub rejected: u64,
    /// How many it had in the apply before; none where it was not part of it.
    pub before: Option<u64>,
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
    /// Nobody and nothing.
    pub const fn empty(as_of: Date) -> Self {
        Self {
            as_of,
            areas: Vec::new(),
            hukou: Vec::new(),
            reasons: Vec::new(),
            cells: Vec::new(),
            words: Vec::new(),
            tallies: Vec::new(),
            moved: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// Everybody who is counted.
    pub fn people(&self) -> u64 {
        self.cells.iter().map(|cell| u64::from(cell.people)).sum()
    }
}
