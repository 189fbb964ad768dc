//! What the registry holds of a person.

mod derive;
mod read;
mod record;
mod whole;

pub use derive::{Derived, derive, facts};
pub(crate) use derive::{add_row, of_rows, row_state};
pub use record::{Origin, Record, State};
pub use whole::{Enrolment, Finding, Number, NumberKind, Whole};

pub(crate) use read::{NOW, people, people_now, visible};
