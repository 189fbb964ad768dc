//! What clerks decided about a row and a person (经办核定): kept here, and one more input of the next comparison.

mod record;

pub(crate) use record::withdraw;

use std::fmt;

use canbao_domain::source::SourceKind;

/// What was decided about a row and a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// The row is this person's.
    Same,
    /// The row is not this person's.
    Different,
}

impl Ruling {
    /// The word in the database, and in the file for the comparison.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        if word == "same" { Self::Same } else { Self::Different }
    }
}

/// A decision. `Debug` shows nothing that is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Decision {
    /// What was decided.
    pub ruling: Ruling,
    /// The kind of extract that has the row.
    pub kind: SourceKind,
    /// The row's number, as written.
    pub number: String,
    /// The row's name, as written.
    pub name: String,
    /// The person's social security number, 18 characters.
    pub person_id: String,
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decision").field("ruling", &self.ruling).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// A decision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Its identifier.
    pub id: i64,
    /// What was decided.
    pub decision: Decision,
    /// Who decided.
    pub maker: String,
    /// Who checked it.
    pub checker: Option<String>,
    /// When, in milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Since when it holds no longer, likewise.
    pub withdrawn: Option<i64>,
}
