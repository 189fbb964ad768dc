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
//! Nothing here reads a clock, knows the database, or keeps state: what must be remembered (the last parcel of
//! a conversation, an unanswered private question) is handed out, and handed in again.

mod hex;
mod random;
mod write_aside;

pub mod identity;
pub mod parcel;
pub mod psi;
pub mod rows;
