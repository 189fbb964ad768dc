//! Who a registry is in an exchange.
//!
//! An [`Identity`] is two secrets, made from the operating system's randomness and kept in one file that its owner
//! alone may read: an Ed25519 key that signs (RFC 8032), and an age X25519 identity that opens what was sealed
//! for it (age-encryption.org/v1).
//!
//! A [`Card`] (交换名片) is the public half: it may be mailed and printed. That it is the other registry's card, and
//! not somebody's who sat in between, is settled once, by reading its [`Fingerprint`] over the telephone.

mod card;
mod error;
mod fields;
mod fingerprint;
mod keys;
mod recipient;
mod registry;
mod store;

pub use card::{Card, Cards};
pub use error::IdentityError;
pub use fingerprint::Fingerprint;
pub use keys::Identity;
pub use registry::Registry;
