//! What is known of a person when the category is decided.

use std::fmt;

use super::{ItemSet, PersonLife, Population, SchemeSet};
use crate::date::Date;
use crate::source::SourceKind;

/// What one insurance row says, by its state and benefit (see [`Rules::row_state`](super::Rules::row_state)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum RowState {
    /// Insured now: paying, or drawing the benefit.
    Live = 0,
    /// 暂停
    Suspended = 1,
    /// Blank, or a code that nobody knows; never read as live.
    Unclear = 2,
    /// 终止: as if there were no row.
    Ended = 3,
}

/// The rows of one person in one insurance, by the schemes that they are in. Facts of two lots of rows join by a bitwise or.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InsuranceFacts {
    /// Schemes with a live row.
    pub live: SchemeSet,
    /// Schemes with a suspended row.
    pub suspended: SchemeSet,
    /// Schemes with a row of a blank or unknown state.
    pub unclear: SchemeSet,
    /// Schemes with an ended row.
    pub ended: SchemeSet,
    /// Whether a live row stands in what came back from the province or the ministry.
    pub elsewhere: bool,
}

impl InsuranceFacts {
    /// Puts a row in. A live row of [`SourceKind::Elsewhere`] sets `elsewhere`; its other rows count as those of a scheme.
    pub const fn add(&mut self, kind: SourceKind, state: RowState) {
        match state {
            RowState::Live if matches!(kind, SourceKind::Elsewhere) => self.elsewhere = true,
            RowState::Live => self.live.insert(kind),
            RowState::Suspended => self.suspended.insert(kind),
            RowState::Unclear => self.unclear.insert(kind),
            RowState::Ended => self.ended.insert(kind),
        }
    }

    /// The facts of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            live: self.live | other.live,
            suspended: self.suspended | other.suspended,
            unclear: self.unclear | other.unclear,
            ended: self.ended | other.ended,
            elsewhere: self.elsewhere || other.elsewhere,
        }
    }
}

/// What is known of a person: from the extracts in a comparison, from the record in the registry.
/// `Debug` leaves the birth date out.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Facts {
    /// The birth date, from the number or from what sources say.
    pub birth: Option<Date>,
    /// Which population file the person is in.
    pub population: Population,
    /// Alive, dead or moved out, by the population files.
    pub life: PersonLife,
    /// 养老保险
    pub pension: InsuranceFacts,
    /// 医疗保险
    pub medical: InsuranceFacts,
    /// Items that nothing fills, after all sources and the number itself have filled what they can.
    pub missing: ItemSet,
    /// Items that are filled, but not credible.
    pub wrong: ItemSet,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts")
            .field("birth_known", &self.birth.is_some())
            .field("population", &self.population)
            .field("life", &self.life)
            .field("pension", &self.pension)
            .field("medical", &self.medical)
            .field("missing", &self.missing)
            .field("wrong", &self.wrong)
            .finish()
    }
}
