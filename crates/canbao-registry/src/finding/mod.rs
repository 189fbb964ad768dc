//! Findings as work (核对): lists by kind, one with all that stands behind it, and what clerks made of it.
//!
//! What a clerk says of a row goes to the next comparison as a decision; what they say of a fact is kept with the finding.
//! A finding is open, asked of a village, answered, or done; each step can be taken back.

mod case;
mod count;
mod handle;
mod list;
mod question;

use std::fmt;

pub use case::Case;
pub use count::WorkCounts;
pub use handle::{Ask, Handled};
pub use list::{WorkFilter, WorkLine, WorkPage};
pub use question::{Question, Verdict};

/// How far a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stand {
    /// Nobody was on it.
    Open,
    /// A village was asked, and has not answered.
    Asked,
    /// The village answered; a clerk must decide.
    Answered,
    /// Decided.
    Done,
}

impl Stand {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Open, Self::Asked, Self::Answered, Self::Done];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Done => "done",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Open => "待核对",
            Self::Asked => "请村里核实",
            Self::Answered => "村里已答复",
            Self::Done => "已核对",
        }
    }

    /// By its word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stand| stand.as_str() == word)
    }
}

/// What a clerk made of a finding. `Debug` shows nothing that is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Handling {
    /// Its identifier.
    pub id: i64,
    /// The finding's.
    pub finding: i64,
    /// What was said.
    pub verdict: Verdict,
    /// About whom, where the finding names nobody.
    pub candidate: Option<i64>,
    /// Why.
    pub note: Option<String>,
    /// What was recorded for the next comparison.
    pub decision: Option<i64>,
    /// Who.
    pub maker: String,
    /// When, milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Which area was asked.
    pub asked: Option<String>,
    /// Until when they should answer.
    pub due: Option<String>,
    /// What they answered; none for "not known".
    pub answer: Option<Option<bool>>,
    /// What they wrote.
    pub answer_note: Option<String>,
    /// Who answered.
    pub answered_by: Option<String>,
    /// When, likewise.
    pub answered_at: Option<i64>,
    /// Since when it holds no longer, likewise.
    pub ended: Option<i64>,
}

impl Handling {
    /// How far the finding is by it.
    pub fn stand(&self) -> Stand {
        match (self.verdict, self.answer) {
            (Verdict::Ask, None) => Stand::Asked,
            (Verdict::Ask, Some(_)) => Stand::Answered,
            (Verdict::NotThis, _) => Stand::Open,
            (Verdict::Same | Verdict::Different, _) => Stand::Done,
        }
    }
}

impl fmt::Debug for Handling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, finding, verdict, .. } = self;
        f.debug_struct("Handling")
            .field("id", id)
            .field("finding", finding)
            .field("verdict", verdict)
            .finish_non_exhaustive()
    }
}
