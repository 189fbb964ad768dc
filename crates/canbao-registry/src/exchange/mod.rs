//! Networked comparison (联网比对) between registries.
//!
//! A registry asks another about people, and is answered, by files: a *parcel* (数据包) goes over a network or on
//! a USB stick, and says by itself whom it is from, whom it is for, and that nobody changed it.
//!
//! - [`identity`]: a registry's keys, and the card that makes them known to others;
//! - [`parcel`]: the sealed file, its verification, and the chain of all parcels between two registries;
//! - [`rows`]: questions and answers inside a parcel, one line each;
//! - [`psi`]: the private comparison, in which neither side learns of people whom the other does not have.
//!
//! None of these reads a clock, knows the database, or keeps state: what must be remembered (the last parcel of
//! a conversation, an unanswered private question) is handed out, and handed in again. The [`Desk`] remembers it, in the
//! registry's database:
//!
//! | file | does |
//! |---|---|
//! | `desk` | makes other registries known, verifies a folder of parcels |
//! | `choose` | whom we ask about |
//! | `ask` | writes a question, plain or private |
//! | `answer` | answers a question from our record |
//! | `import`, `said` | applies an answer to it |
//! | `template` | asks and takes in answers by the workbooks of province and ministry |
//! | `arrive` | a parcel that came: verified, held against its chain, kept until it is taken in |
//! | `act`, `request` | what is asked, answered and applied by two people |
//! | `parcels` | what went out and came in |
//! | `inbox` | which parcels of a folder are for us and not taken in yet |
//! | `send`, `receive` | the parcels of all of these, and their place in the chain |
//! | `keep` | a private question's secret, encrypted until its reply comes |

mod act;
mod answer;
mod arrive;
mod ask;
mod choose;
mod desk;
mod hex;
mod import;
mod inbox;
mod keep;
mod parcels;
mod random;
mod receive;
mod refuse;
mod request;
mod said;
mod send;
mod write_aside;

pub mod identity;
pub mod parcel;
pub mod psi;
pub mod rows;
pub mod template;

pub use act::{Act, Question};
pub use answer::Answered;
pub use arrive::{Arrived, Standing};
pub use ask::Export;
pub use choose::{Choice, LeftOut, LeftOutWhy};
pub use desk::{Desk, Peer};
pub use parcels::Parcel;
pub use request::{Done, ExchangeRequest, Would};
pub use said::Import;
pub use send::{Direction, Sent};
