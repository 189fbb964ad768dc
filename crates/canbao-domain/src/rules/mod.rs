//! Who counts as insured, and who must be visited: a dated rule file, and the one pure function that decides.
//!
//! What follows from the contract between the parts (the order of the categories) is code; what a city may settle for
//! itself (ages, states, exclusions, items, precedence, exemptions) is data: `standard/rules.toml`, or a file of the city's own.

mod category;
mod classify;
mod facts;
mod file;
mod population;
mod reason;
mod rule;
mod set;
mod unit;

pub use category::{Category, InsuranceState, PersonLife, Population, must_visit};
pub use classify::{Verdict, classify};
pub use facts::{Facts, InsuranceFacts, RowState};
pub use file::RulesError;
pub use population::{PopulationRows, PopulationState};
pub use reason::{Reason, ReasonSet};
pub use rule::Rules;
pub use set::{Item, ItemSet, SchemeSet};
pub use unit::{UnitCategory, UnitFacts};
