//! The parcel (数据包): one sealed file from one registry to another.
//!
//! # The file
//!
//! | part | bytes |
//! |---|---|
//! | `CANBAO-PARCEL-1\n` | 16 |
//! | length of the manifest, little-endian | 4 |
//! | the manifest: JSON, UTF-8, filled up with spaces, a newline at its end | at most 64 KiB |
//! | the contents, each an age file of its own, one after the other | as the manifest says |
//! | Ed25519 signature | 64 |
//!
//! The [`Manifest`] is clear, so that a clerk, a courier's office or a network gateway can see whom a parcel is from
//! and for, without opening it. It tells offices, counts and sizes, and nothing of any person. The digest of a
//! content's plaintext covers 32 random bytes that are sealed with it: else the digest of a short question
//! would let anybody try citizen numbers against it.
//!
//! What is signed is the parcel's [`Digest`]: SHA-256 over a name of its own, the manifest as it stands, and the SHA-256
//! of each sealed content. It is also what the next parcel names as its predecessor.
//!
//! # The chain
//!
//! Parcels from A to B are numbered from 1, and each names the digest of the one before. B's to A are numbered apart:
//! both may send at any time, and a single row of numbers would fork at once. An answer names the parcel that it
//! answers ([`Manifest::answers`]). A [`Position`] is how far one direction is; whoever keeps it notices a parcel that
//! is lost, repeated, out of order or replaced.
//!
//! # What it does not do
//!
//! Whoever has the receiver's file of keys can open all parcels that were ever sealed for it; keys are to be changed
//! from time to time. Sizes and counts show. A sender can seal nonsense: it is then signed nonsense.

mod chain;
mod error;
mod folder;
mod head;
mod manifest;
mod open;
mod seal;
mod tally;
mod verify;

pub use chain::{ChainFault, Link, Position, check_chain};
pub use error::ParcelError;
pub use folder::{Finding, FolderReport, verify_folder};
pub use manifest::{Digest, Entry, Kind, Manifest, ParcelId, Party, file_name};
pub use open::{ContentReader, Opened, open, reread};
pub use seal::{Content, Heading, Sealed, seal};
pub use verify::{Verified, verify};

/// The largest parcel, in bytes: one file on a FAT32 stick.
pub const MAX_PARCEL: u64 = u32::MAX as u64;
/// The longest manifest, in bytes.
pub const MAX_MANIFEST: usize = 64 * 1024;
/// The most contents of one parcel.
pub const MAX_CONTENTS: usize = 16;
/// The most files of a folder that is verified at once.
pub const MAX_FOLDER: usize = 100_000;

const MAGIC: &[u8; 16] = b"CANBAO-PARCEL-1\n";
/// Random bytes before each content, under the seal.
const SALT: usize = 32;
const SIGNATURE: usize = 64;
