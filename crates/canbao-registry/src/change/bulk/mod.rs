//! Procedures in bulk (批量办理): a month's deaths from the police, cremations from the civil affairs.
//!
//! Each row of the file has an outcome. What matches safely, by number and name, becomes a request of the maker; all of
//! them together are a bulk, which a checker decides in one step. Each person is a change of its own, with its revision
//! and audit entry, so each can be undone alone.

mod decide;
mod outcome;
mod propose;

use std::fmt;

use canbao_domain::code::Life;

use super::Procedure;
use crate::RegistryError;

pub(super) use decide::{BULK, bulk_of};
pub use outcome::{Outcome, Settled};

/// A row of a department's file.
#[derive(Clone)]
pub struct BulkRow {
    /// The number as written, in any usual way.
    pub number: String,
    /// The name as written.
    pub name: String,
    /// The day from which the procedure holds, as written.
    pub date: String,
    /// What the row itself says of the person's life, where it says it.
    pub life: Life,
    /// Where it stands, as a clerk is told: `第 12 行`.
    pub place: String,
}

impl fmt::Debug for BulkRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BulkRow").field("place", &self.place).finish_non_exhaustive()
    }
}

/// What a maker puts forward.
#[derive(Clone, Debug)]
pub struct BulkProposal {
    /// What is to be done with each; see [`Procedure::in_bulk`].
    pub procedure: Procedure,
    /// The rows, in the order of the file.
    pub rows: Vec<BulkRow>,
    /// SHA-256 of the file.
    pub digest: Vec<u8>,
    /// SHA-256 of the papers that came with it; the file's own serves where there are none.
    pub evidence: Option<Vec<u8>>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkAnswer {
    /// In a word.
    pub outcome: Outcome,
    /// Whose record, where one person is meant.
    pub person: Option<i64>,
    /// The request that it became, or that was there.
    pub request: Option<i64>,
    /// More, a Chinese sentence without personal data; often blank.
    pub told: String,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkProposed {
    /// The bulk's number; `None` where nothing was proposed.
    pub bulk: Option<i64>,
    /// Of each row, in the order of the file.
    pub answers: Vec<BulkAnswer>,
}

/// A bulk as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Its number.
    pub id: i64,
    /// The procedure's word.
    pub kind: String,
    /// Who proposed it.
    pub maker: String,
    /// Rows of the file.
    pub lines: i64,
    /// Requests by their state's word.
    pub requests: Vec<(String, i64)>,
    /// When it was proposed, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Rows of the file by what became of them, as far as there are any.
    pub outcomes: Vec<(Outcome, i64)>,
}

/// What became of a request of a bulk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulkDecided {
    /// Its number.
    pub request: i64,
    /// Whose record.
    pub person: i64,
    /// From which day.
    pub effective: String,
    /// In a word.
    pub outcome: Settled,
    /// The revision that shows it.
    pub revision: Option<i64>,
    /// More, a Chinese sentence without personal data; often blank.
    pub told: String,
}

impl Procedure {
    /// The words of procedures that can be done in bulk: those that need no particulars of each person.
    pub const IN_BULK: [&'static str; 6] =
        ["death", "move-out", "left-country", "conscripted", "imprisoned", "released"];

    /// The procedure of a word, where it can be done in bulk.
    ///
    /// # Errors
    /// Where it cannot, or there is none like it.
    pub fn in_bulk(kind: &str) -> Result<Self, RegistryError> {
        Ok(match kind {
            "death" => Self::Death,
            "move-out" => Self::MoveOut { to: None },
            "left-country" => Self::LeftCountry,
            "conscripted" => Self::Conscripted,
            "imprisoned" => Self::Imprisoned,
            "released" => Self::Released,
            other => {
                return Err(RegistryError::refused(
                    format!("“{other}”不能批量办理。"),
                    "能批量办理的有：death（死亡）、move-out（迁出）、left-country（出国定居）、conscripted（参军）、\
                     imprisoned（服刑）、released（释放或退役）；其他业务要逐人提供材料，请用 change propose。",
                ));
            }
        })
    }
}
