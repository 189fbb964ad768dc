//! What goes from one side to the other, as bytes.
//!
//! | | request | reply |
//! |---|---|---|
//! | kind and version | `canbao-psi-ask-1` | `canbao-psi-tell1` |
//! | session id | 32 | 32 |
//! | digest of session, registries and insurance | 32 | 32 |
//! | insurance: 1 pension, 2 medical | 1 | 1 |
//! | SHA-256 of the request | | 32 |
//! | how many points, little-endian | 8 | 8 |
//! | how many tags, little-endian | | 8 |
//! | points, 32 each | strictly ascending | in the request's order |
//! | tags, 32 each | | strictly ascending |

use std::fmt;
use std::io::{self, Read, Write};

use canbao_domain::source::Insurance;
use sha2::{Digest as _, Sha256};

use super::limits::{ASKED, HELD, within};
use super::multiply::Bytes;
use super::session::{code, insurance};
use super::{Limits, PsiError, Roles, Session};

pub(super) const REQUEST: &str = "请求";
pub(super) const REPLY: &str = "应答";
const REQUEST_MAGIC: &[u8; 16] = b"canbao-psi-ask-1";
const REPLY_MAGIC: &[u8; 16] = b"canbao-psi-tell1";
/// Items that are asked memory for at once: what a count says is not believed before the items are there.
const STEP: usize = 64 * 1024;

/// The beginning of both messages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    id: [u8; 32],
    context: Bytes,
    insurance: Insurance,
}

impl Head {
    pub(super) fn of(session: &Session) -> Self {
        Self { id: *session.id(), context: session.context(), insurance: session.roles().insurance }
    }

    /// The session of these roles, where the message belongs to it. `what` names the message in errors.
    pub(super) fn session(&self, roles: Roles, what: &'static str) -> Result<Session, PsiError> {
        if self.insurance != roles.insurance {
            return Err(PsiError::WrongInsurance);
        }
        let session = Session::of(roles, self.id)?;
        if self.context == session.context() { Ok(session) } else { Err(PsiError::WrongSession(what)) }
    }

    fn write(&self, magic: &[u8; 16], output: &mut impl Write) -> io::Result<()> {
        output.write_all(magic)?;
        output.write_all(&self.id)?;
        output.write_all(&self.context)?;
        output.write_all(&[code(self.insurance)])
    }

    fn read(magic: &[u8; 16], what: &'static str, input: &mut impl Read) -> Result<Self, PsiError> {
        if array::<16>(what, input)? != *magic {
            return Err(PsiError::NotAMessage(what));
        }
        let (id, context, [code]) = (array(what, input)?, array(what, input)?, array(what, input)?);
        let insurance = insurance(code).ok_or(PsiError::NoInsurance)?;
        Ok(Self { id, context, insurance })
    }
}

/// What the asker sends: blinded points, one for each of its people.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) head: Head,
    pub(super) points: Vec<Bytes>,
}

impl Request {
    /// How many people are asked about.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.points.len()
    }

    /// The insurance that is asked about.
    #[must_use]
    pub fn insurance(&self) -> Insurance {
        self.head.insurance
    }

    /// The run's random id, for a log.
    #[must_use]
    pub fn session_id(&self) -> &[u8; 32] {
        &self.head.id
    }

    /// Writes the message; gives back how many points it has.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&self, output: &mut impl Write) -> io::Result<u64> {
        let count = self.points.len() as u64;
        self.head.write(REQUEST_MAGIC, output)?;
        output.write_all(&count.to_le_bytes())?;
        write_items(&self.points, output)?;
        Ok(count)
    }

    /// Reads a message to its end. Points are checked when they are used.
    ///
    /// # Errors
    /// Where it is none, is too long for the limits or for its count, or its points do not strictly ascend.
    pub fn read(input: &mut impl Read, limits: &Limits) -> Result<Self, PsiError> {
        let head = Head::read(REQUEST_MAGIC, REQUEST, input)?;
        let count = within(ASKED, u64::from_le_bytes(array(REQUEST, input)?), limits.asked)?;
        let points = read_items(REQUEST, count, input)?;
        ascending(REQUEST, &points)?;
        at_end(REQUEST, input)?;
        Ok(Self { head, points })
    }

    /// The SHA-256 of the message.
    pub(super) fn digest(&self) -> Bytes {
        let mut hash = Digesting(Sha256::new());
        // a hash takes everything
        let _ = self.write(&mut hash);
        hash.0.finalize().into()
    }
}

/// What the answerer sends: the doubled points of the request, and the tags of its insured people.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    pub(super) head: Head,
    pub(super) request: Bytes,
    pub(super) points: Vec<Bytes>,
    pub(super) tags: Vec<Bytes>,
}

impl Reply {
    /// How many people were asked about.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.points.len()
    }

    /// How many insured people the answerer has.
    #[must_use]
    pub fn held(&self) -> usize {
        self.tags.len()
    }

    /// Writes the message; gives back how many points and tags it has.
    ///
    /// # Errors
    /// What the output says.
    pub fn write(&self, output: &mut impl Write) -> io::Result<u64> {
        self.head.write(REPLY_MAGIC, output)?;
        output.write_all(&self.request)?;
        let (asked, held) = (self.points.len() as u64, self.tags.len() as u64);
        output.write_all(&asked.to_le_bytes())?;
        output.write_all(&held.to_le_bytes())?;
        write_items(&self.points, output)?;
        write_items(&self.tags, output)?;
        Ok(asked + held)
    }

    /// Reads a message to its end. Points are checked when they are used.
    ///
    /// # Errors
    /// Where it is none, is too long for the limits or for its counts, a point is repeated, or its tags do not
    /// strictly ascend.
    pub fn read(input: &mut impl Read, limits: &Limits) -> Result<Self, PsiError> {
        let head = Head::read(REPLY_MAGIC, REPLY, input)?;
        let request = array(REPLY, input)?;
        let asked = within(ASKED, u64::from_le_bytes(array(REPLY, input)?), limits.asked)?;
        let held = within(HELD, u64::from_le_bytes(array(REPLY, input)?), limits.held)?;
        let points = read_items(REPLY, asked, input)?;
        unrepeated(&points)?;
        let tags = read_items(REPLY, held, input)?;
        ascending(REPLY, &tags)?;
        at_end(REPLY, input)?;
        Ok(Self { head, request, points, tags })
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("asked", &self.asked()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply").field("asked", &self.asked()).field("held", &self.held()).finish_non_exhaustive()
    }
}

struct Digesting(Sha256);

impl Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_items(items: &[Bytes], output: &mut impl Write) -> io::Result<()> {
    items.chunks(1024).try_for_each(|some| output.write_all(some.as_flattened()))
}

fn array<const N: usize>(what: &'static str, input: &mut impl Read) -> Result<[u8; N], PsiError> {
    let mut bytes = [0_u8; N];
    input.read_exact(&mut bytes).map_err(PsiError::io(what))?;
    Ok(bytes)
}

fn read_items(what: &'static str, count: usize, input: &mut impl Read) -> Result<Vec<Bytes>, PsiError> {
    let mut items = Vec::new();
    while items.len() < count {
        let begin = items.len();
        items.resize(count.min(begin + STEP), [0_u8; 32]);
        let new = items.get_mut(begin..).unwrap_or_default();
        input.read_exact(new.as_flattened_mut()).map_err(PsiError::io(what))?;
    }
    Ok(items)
}

/// Strictly ascending: no order of its own, and nothing twice.
fn ascending(what: &'static str, items: &[Bytes]) -> Result<(), PsiError> {
    match items.is_sorted_by(|one, next| one < next) {
        true => Ok(()),
        false => {
            let at = items.iter().zip(items.iter().skip(1)).position(|(one, next)| one >= next);
            Err(PsiError::Order { what, at: at.map_or(0, |at| at as u64 + 2) })
        }
    }
}

/// Nothing twice, in any order.
fn unrepeated(points: &[Bytes]) -> Result<(), PsiError> {
    let mut places: Vec<u32> = (0..).take(points.len()).collect();
    places.sort_unstable_by_key(|place| (points.get(*place as usize), *place));
    let repeated = places
        .iter()
        .zip(places.iter().skip(1))
        .find(|(one, next)| points.get(**one as usize) == points.get(**next as usize));
    match repeated {
        None => Ok(()),
        Some((_, at)) => Err(PsiError::Order { what: REPLY, at: u64::from(*at) + 1 }),
    }
}

/// Nothing may follow. This also reads a parcel's content to its end, where its digest is checked.
fn at_end(what: &'static str, input: &mut impl Read) -> Result<(), PsiError> {
    match io::copy(&mut input.take(1), &mut io::sink()) {
        Ok(0) => Ok(()),
        Ok(_) => Err(PsiError::Length(what)),
        Err(error) => Err(PsiError::io(what)(error)),
    }
}
