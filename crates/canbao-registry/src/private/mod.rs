//! Personal columns (number, name, phone, address, household): how they go in, come out, and are found.
//!
//! They are found by keyed hashes only, so no index, cursor or view holds personal data, and what is found by a hash is
//! compared as a whole.

mod columns;
mod key;

pub use columns::name_hash;
pub use key::{Key, Kind};

pub(crate) use columns::{
    DECISION, DIGEST, HANDLING, LINE, NUMBER, NUMBER_PART, PERSON, WORK, address_hash, decided_of, decision_row,
    handling_of, line_of, normalised, number_of, number_row, person_of, person_row, phone_hash, work_of,
};
