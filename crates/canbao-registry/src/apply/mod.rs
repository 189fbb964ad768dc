//! Applying a comparison run: the one operation by which batch becomes record.
//!
//! A run is compared with what is there, and the difference is written under the apply's own revision, batch by batch,
//! which nobody sees; one last step (the *flip*) makes all of it visible together with its audit entry. Readers are never
//! blocked, hands go on meanwhile, and a crash leaves the old state: the next apply clears away what was left.
//!
//! | file | does |
//! |---|---|
//! | `run` | reads a run: who is in it, by what they are known, a digest of all that it says of each |
//! | `wish` | what the record of a person should be, from what the run says and what hands confirmed |
//! | `pair` | who of the run is who of the registry |
//! | `source` | which extracts it brought
//! | `nobody` | findings about rows that are nobody's |
//! | `load` | the first load, in bulk |
//! | `update` | the difference, person by person |
//! | `job` | all of it for a registry that holds people |
//! | `flip` | makes it visible |
//! | `undo` | takes an apply back, as a revision of its own |

mod area;
mod balance;
mod flip;
mod job;
mod load;
mod nobody;
mod pair;
mod run;
mod source;
mod undo;
mod unit;
mod update;
mod wish;
mod work;
mod write;

pub use balance::{Applied, Balance};
pub(crate) use source::Source;
pub use undo::{Undo, undo};
pub use work::{Apply, apply};

pub(crate) use update::{Ids, rows_of, write_difference};
pub(crate) use wish::{item, set_item};
pub(crate) use write::{Digest, FOREVER, Table, Writer};
