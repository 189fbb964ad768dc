//! The books of the house-to-house survey (入户调查): rounds, tasks, what was said at doors, what became of it. What a form
//! asks, and whether it is filled as it should be, is not known here: see the traits [`Judge`] and [`Approver`].
//!
//! | part | holds |
//! |---|---|
//! | `issue` | a list of people becomes tasks grouped by household |
//! | `stage` | passed on from county to town to village to collector |
//! | `transfer` | tasks that belong to another area |
//! | `reconcile` | what changed in the record since changes open tasks |
//! | `act`, `operation` | what devices did, each once; `item`: answers as versions; `photo`: pictures |
//! | `pull` | what a device holds |
//! | `review` | checked, returned, approved: the record follows |
//! | `close` | what is missing in a village, and its closing |
//! | `sample` | asked again: a sample drawn by a seed |
//! | `book` | every change of a task, with its place in the counts and its number |
//! | `count`, `list` | figures and work-lists |
//! | `device` | whose devices are known, and which are lost |

mod act;
mod book;
mod close;
mod count;
mod device;
mod issue;
mod item;
mod list;
mod operation;
mod photo;
mod pull;
mod reconcile;
mod review;
mod row;
mod sample;
mod stage;
mod subject;
mod transfer;

pub use act::{Act, Bearer, Operation, Taken, TakenState};
pub use close::{Closing, Completeness, Gaps};
pub use count::{Count, Progress};
pub use device::Device;
pub use issue::{Issue, Issued, Populations, Reach, Round};
pub use item::{Heads, Version};
pub use list::{TaskFilter, TaskPage};
pub use photo::{Photo, Piece};
pub use pull::{HouseholdSheet, Pulled};
pub use reconcile::Reconciled;
pub use review::{Approved, Approver, Outcome, Refusal};
pub use row::{Event, Household, State, Task};
pub use sample::{Recheck, Sample};
pub use subject::{Judge, Judged, Subject, Unit, Visit};
pub use transfer::Transfer;

pub(crate) use list::tasks_of;
pub(crate) use review::results_of;

use crate::RegistryError;
use crate::audit::{self, Entry};
use crate::query::Asker;
use crate::store::Transaction;

/// Puts on the audit what was done; `subject` holds identifiers and counts, nothing personal.
async fn note(transaction: &mut Transaction, asker: &Asker, action: &str, subject: &str) -> Result<(), RegistryError> {
    let entry = Entry { actor: &asker.actor, action, subject, revision: None, digest: &[] };
    audit::append(transaction, entry).await.map(drop)
}
