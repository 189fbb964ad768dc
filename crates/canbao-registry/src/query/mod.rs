//! Asking the registry. Each question takes a [`Scope`](canbao_domain::scope::Scope), and each answer that shows people is
//! on the log of looks before it is given.

mod batch;
mod dossier;
mod filter;
mod find;
mod list;
mod roster;
mod unit;
mod units;

pub use batch::{Answer, Place, Question, Verdict};
pub use dossier::Dossier;
pub(crate) use filter::reached;
pub use find::Asker;
pub(crate) use roster::Rosters;

pub use filter::Filter;
pub use list::{Counts, Line, Listed, Page, Seek};
pub use unit::{Employer, Members};
pub use units::{UnitFilter, UnitLine};
