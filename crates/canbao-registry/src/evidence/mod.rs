//! What a link rests on (关联依据): rows as they were written in the extracts, how each was linked, and whom it may mean.
//!
//! An apply keeps those rows of its run that were not beyond doubt, or stand in a finding, as compressed blocks; a page
//! shows one of them beside the record that it was linked to.

mod collect;
mod compare;
mod read;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use compare::{Step, compare};
pub(crate) use read::{clue, clues};
pub(crate) use write::{Kept, keep};

/// A row of an extract, as it was written and as the comparison understood it. `Debug` shows nothing that is personal.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Clue {
    /// The data row of its source, 1-based.
    #[serde(rename = "r")]
    pub row: i64,
    /// The file, as the city file names it.
    #[serde(rename = "f")]
    pub file: String,
    /// The sheet of a workbook.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The line of the file.
    #[serde(rename = "l")]
    pub line: i64,
    /// How it was linked: `exact`, `normalised`, `upgraded`, `corrected`, `matched`, `decided`, `unresolved`.
    #[serde(rename = "m")]
    pub method: String,
    /// Probability that the link is right, 0 to 1.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// Why, in Chinese.
    #[serde(rename = "e")]
    pub sentence: String,
    /// Whose it is, the registry's identifier.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub person: Option<i64>,
    /// What was written, by the canonical fields' names; blanks are left out.
    #[serde(rename = "w")]
    pub written: Vec<(String, String)>,
    /// Whom it may mean, the likeliest first.
    #[serde(rename = "k", default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The source's name; it stands with the block.
    #[serde(skip)]
    pub source: String,
    /// The source's kind, likewise.
    #[serde(skip)]
    pub kind: String,
    /// How many people its run knew, likewise.
    #[serde(skip)]
    pub people: i64,
}

/// Somebody whom a row may mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The registry's identifier.
    #[serde(rename = "p")]
    pub person: i64,
    /// Probability, 0 to 1.
    #[serde(rename = "c")]
    pub confidence: f64,
    /// What each field says for it: log₂ of the likelihood ratio, by the field's name.
    #[serde(rename = "w")]
    pub weights: Vec<(String, f64)>,
}

impl Clue {
    /// What was written in a canonical field.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.written.iter().find(|(field, _)| field == name).map(|(_, text)| text.as_str())
    }
}

impl fmt::Debug for Clue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { source, row, method, .. } = self;
        f.debug_struct("Clue").field("source", source).field("row", row).field("method", method).finish_non_exhaustive()
    }
}
