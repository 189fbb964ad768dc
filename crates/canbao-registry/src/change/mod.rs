//! Dynamic management (动态管理): the record is changed by procedure.
//!
//! A procedure is proposed by its maker with its evidence, and decided by a checker who is somebody else. Deciding is one
//! transaction: the record, its history, its counters, its audit entry. Both say which version of the record they looked
//! at; where somebody else was on it meanwhile they are told what changed, and nothing is overwritten. Whatever was done
//! can be undone, as long as nothing later rests on it. A department's file becomes many requests at once (`bulk`).

mod bulk;
mod check;
mod claim;
mod confirm;
mod effect;
mod history;
mod listing;
mod offer;
mod preview;
mod procedure;
mod request;
mod scan;
mod stay;
mod undoing;

pub use bulk::{Bulk, BulkAnswer, BulkDecided, BulkProposal, BulkProposed, BulkRow, Outcome, Settled};

pub(crate) use check::new_person as check_new;
pub use claim::Claim;
pub(crate) use confirm::confirm;
pub(crate) use effect::{Confirmed, effect, wishes};
pub use history::{Event, Moment};
pub use listing::{Placed, Waiting};
pub use offer::Offer;
pub use preview::Touched;
pub use procedure::{NewPerson, Procedure};
pub use request::{Decision, Proposal, Request, RequestState};
pub use scan::{MOST as MOST_SCAN_BYTES, Scan};
pub(crate) use scan::{Shelf, blocking, write_whole};
pub use stay::Stay;
pub(crate) use stay::stays;
pub use undoing::{Resting, UndoRequest};
