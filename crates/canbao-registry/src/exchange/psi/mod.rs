//! The private comparison (隐私比对): who of the asker's people is insured with the other registry, and nothing else.
//!
//! Private set intersection after Meadows and Huberman–Franklin–Hogg, in the form of an oblivious pseudorandom function
//! (2HashDH of Jarecki, Kiayias and Krawczyk; RFC 9497) over ristretto255 (RFC 9496). One run is about one
//! insurance. With H a hash to the group and F a hash, both bound to the run:
//!
//! 1. The **asker** takes a fresh secret a, sends { a·H(x) } of its people x ([`Asking::begin`] → [`Request`]).
//! 2. The **answerer** takes a fresh secret b, sends { b·(a·H(x)) } in the order of the request, and the tags
//!    { F(y, b·H(y)) } of its insured people y ([`answer`] → [`Reply`]). b is then forgotten.
//! 3. The asker takes a off again, has b·H(x), makes the tags of its own people, and finds those that both have
//!    ([`Asking::finish`] → [`Found`]).
//!
//! # Who learns what
//!
//! If both keep to the protocol (*semi-honest*), under the decisional Diffie–Hellman assumption on ristretto255, the
//! hashes taken as random oracles:
//!
//! - The asker learns which of its own people the answerer has insured, and how many people the answerer has insured.
//!   Of those whom it did not ask about, it learns nothing.
//! - The answerer learns how many people were asked about. It learns neither who they are nor who was found, and not
//!   even whether anybody was.
//! - A third party that sees the parcels open learns both sizes. In parcels it sees counts and lengths, too.
//!
//! Both sizes are exact; who must hide them pads its set with numbers that nobody has. What follows from the outcome
//! itself cannot be hidden: that somebody is *not* insured there is told, too.
//!
//! Both sides' sets go out sorted by their bytes. Those are as good as random, so the order in which people came is
//! gone. The doubled points stay in the request's order, which the asker alone can read: were they shuffled too, the
//! asker would learn how many were found, and not who.
//!
//! # What a cheating peer can do
//!
//! - *Ask about invented people.* An asker may put any citizen number into its set, up to the cap, and learns of each
//!   whether the answerer has it. The protocol cannot tell whose people they are. Hence the caps ([`Limits`]), sizes
//!   that are handed out so that they can be logged ([`Told`]), signed parcels that prove what was asked
//!   how often, and one-time secrets: tags of one run say nothing of another, and without the answerer nobody can try
//!   numbers against them. Combining several numbers in one point gains nothing, for tags are hashes that
//!   include the number, not points that can be added.
//! - *Answer falsely.* An answerer may leave people out, add people, or use another secret for some points (who is then
//!   not found). The asker cannot see it: an outcome is a reason to look, and a clerk's question by name decides.
//!   It cannot learn whom it was asked about by doing so, unless it is told the outcome afterwards.
//! - *Send garbage.* Every point must be the one canonical encoding of a point that is not the identity (the group has
//!   prime order, so there are no small subgroups), and none may be repeated; counts are limited before anything is
//!   read. The reply names the request's digest, so that it fits no other.
//! - *Keep the parcels for a quantum computer*, which would break the group, and age's X25519 with it.
//!
//! To compare both ways, both sides ask: two runs, each with secrets and a [`Session`] of its own.
//!
//! # Time
//!
//! Two multiplications for each of the asker's people by the asker, one for each number in either set by the answerer,
//! spread over the machine's cores: with 100,000 people on each side, some four seconds of each side's own work on two
//! cores (`examples/measure_psi.rs`).

mod answer;
mod ask;
mod error;
mod found;
mod limits;
mod message;
mod multiply;
mod remember;
mod secret;
mod session;

pub use answer::{Told, answer};
pub use ask::Asking;
pub use error::PsiError;
pub use found::Found;
pub use limits::Limits;
pub(super) use limits::within_asked;
pub use message::{Reply, Request};
pub use session::{Roles, Session};
