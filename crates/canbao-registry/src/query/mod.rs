//! Asking the registry. Each question takes a [`Scope`](canbao_domain::scope::Scope), and each answer that shows people is
//! on the log of looks before it is given.

mod batch;
mod find;
mod list;
mod unit;

pub use batch::{Answer, Place, Question, Verdict};
pub use find::Asker;
pub use list::{Filter, Line, Page};
pub use unit::{Employer, Members};
