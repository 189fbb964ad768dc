//! Several rows of the population files about one person, and what they amount to.

use super::{PersonLife, Population};
use crate::code::Life;
use crate::source::SourceKind;

/// The rows that the population files have of one person, as bits: each file × each state. Two lots join by a bitwise or.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PopulationRows(pub u16);

/// What the rows of a person amount to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PopulationState {
    /// Which population the person is of.
    pub population: Population,
    /// Alive, dead or moved out.
    pub life: PersonLife,
    /// Whether this rests on a row whose state nobody knows: then the item *status* is wrong
    /// ([`Item::Status`](super::Item)), and the person is asked.
    pub unclear: bool,
}

/// States of a row, 5 of them.
const STATES: u16 = Life::ALL.len() as u16;
/// Every combination of rows.
pub(super) const COMBINATIONS: u16 = 1 << (2 * STATES);

impl PopulationRows {
    /// No row.
    pub const EMPTY: Self = Self(0);

    /// The rows of one file with one of some states.
    pub(super) fn of(kind: SourceKind, life: Life) -> Self {
        let state = match life {
            Life::Blank => 0,
            Life::Normal => 1,
            Life::Deceased => 2,
            Life::MovedOut => 3,
            Life::Unknown => 4,
        };
        match kind {
            SourceKind::HouseholdRegister => Self(1 << state),
            SourceKind::NonlocalResidents => Self(1 << (STATES + state)),
            _ => Self::EMPTY,
        }
    }

    /// Puts a row in. Rows of files that are no population file do not count.
    pub fn add(&mut self, kind: SourceKind, life: Life) {
        self.0 |= Self::of(kind, life).0;
    }

    /// The rows of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether there is no row.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether there is a row of the household register.
    pub const fn is_registered(self) -> bool {
        self.0 & ((1 << STATES) - 1) != 0
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}
