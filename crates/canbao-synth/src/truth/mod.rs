//! The truth behind the files: whose each row is, what holds of each person, which findings there are.
//!
//! It is computed from what the generator knows, as the contract's words say it, and shares no code
//! with the comparison that it scores.
//!
//! | file | a line for | columns beside the scoring tool's |
//! |---|---|---|
//! | `rows` | each data row of a person source | `person` (the generator's key, where it can be known), `detail` (all that is wrong) |
//! | `persons` | everybody, those in no population file too | `person`, `certificate`, `category`, `duplicate_benefit` |
//! | `units` | each employer with a credit code | `registered`, `category` |
//! | `findings` | each finding | `person`, `registration_number`; of employers the row where they stand |
//! | `survey` | everybody to visit, each insurance row of nobody known | `person`; of people without a citizen number their row in a population file |
//!
//! Where the contract leaves a word open, this is what is meant:
//!
//! - What cannot be known does not count: a row that is rejected, or on which nothing is left, makes nobody insured.
//! - A person's name, sex and birth date are those of the register; where it has a `?` or a private-use character for
//!   a character, those that the other sources agree in. A variant character is no other name.
//! - A placeholder (无, 000000000000000000) stands for a blank, of the number and of the name.
//! - A blank pooling area differs from none, so that a row without one repeats any other of its scheme.
//! - Pension and medical enrolments elsewhere stand in one file and do not repeat each other.
//! - A population row without a readable number, whose person stands in no other source, is unresolved, and its person
//!   is to be visited for `information`. A row of assistance or of a population file that is unresolved is a finding
//!   only; an unresolved row of an insurance is a visit too (category `information`).
//! - `assisted-uninsured` holds the living who are in a population file.
//! - Self-employed without employees need not insure anybody (`not-required`).

pub(crate) mod employer;
pub(crate) mod fact;
pub(crate) mod finding;
pub(crate) mod judge;
pub(crate) mod label;
pub(crate) mod table;
pub(crate) mod write;
