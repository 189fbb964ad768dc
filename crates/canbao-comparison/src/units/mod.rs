//! Employers (参保单位): the business register beside the insured units.

mod index;
mod match_up;
mod read;

pub(crate) use index::UnitIndex;
pub(crate) use match_up::{Unit, match_up};
pub(crate) use read::{UnitRow, UnitSource, read};
