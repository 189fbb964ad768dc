//! The live registry (社会保险基础数据库): one record for each person, kept true from then on.
//!
//! | module | holds |
//! |---|---|
//! | [`registry`] | a registry, open for work |
//! | [`account`] | who may come in, and how |
//! | [`apply`] | a comparison run becomes changes of the record |
//! | [`person`] | what is held of a person, and what follows from it |
//! | [`change`] | changed by procedure: maker, checker, history, undo |
//! | [`query`] | asking |
//! | [`evidence`] | what links rest on: rows as they were written |
//! | [`finding`] | work-lists of findings, and what was made of them |
//! | `receipt` | changes that are done once however often a program asks |
//! | `version` | changes of what was looked at, and not of what it has become since |
//! | [`decision`] | what clerks decided, for the next comparison |
//! | [`delivery`] | the extracts that departments hand over |
//! | [`job`] | the server's long work |
//! | [`area`] | the two trees of areas |
//! | [`export`] | lists that leave as files, with a second person's approval |
//! | [`snapshot`] | frozen counts, from which figures are worked out |
//! | [`survey`] | the books of the house-to-house survey |
//! | [`audit`] | the chain of what was done |
//! | [`backup`] | the whole registry as one file, and back |
//! | [`store`] | the database: SQLite or PostgreSQL, its migrations, transactions in both |
//! | [`private`] | personal columns, and the keyed hashes by which they are found |
//! | [`exchange`] | comparison with other registries |

// what the tests share with those inside names the crate as they do
#[cfg(test)]
extern crate self as canbao_registry;

pub mod account;
pub mod apply;
pub mod area;
pub mod audit;
pub mod backup;
pub mod change;
mod clock;
mod counter;
pub mod decision;
pub mod delivery;
mod error;
pub mod evidence;
pub mod exchange;
pub mod export;
pub mod finding;
mod hand;
pub mod job;
pub mod paper;
pub mod person;
pub mod private;
pub mod query;
mod receipt;
pub mod registry;
mod ruling;
pub mod snapshot;
pub mod store;
pub mod survey;
mod version;

pub use clock::{day_of, instant};
pub use error::RegistryError;
pub use receipt::Once;
pub use registry::{Address, Registry};
pub use version::Versioned;
