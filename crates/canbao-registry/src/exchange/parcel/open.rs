//! Opens a parcel.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _, SeekFrom, Take};
use std::path::Path;

use age::{DecryptError, Decryptor};
use sha2::{Digest as _, Sha256};

use super::head::Head;
use super::verify::check;
use super::{Digest, Entry, Manifest, ParcelError, Position, SALT};
use crate::exchange::identity::{Cards, Fingerprint, Identity};

/// A parcel that was verified, whose contents can be read.
#[derive(Debug)]
pub struct Opened<'a> {
    file: File,
    start: u64,
    keys: &'a Identity,
    manifest: Manifest,
    digest: Digest,
}

/// Opens a parcel that was received. `last` is the last parcel that was received from this sender;
/// [`Opened::position`] is to be kept in its place once the contents were taken in, in the same transaction.
///
/// # Errors
/// Where [`verify`](super::verify()) refuses it, it is for somebody else, or it does not come next after `last`.
pub fn open<'a>(path: &Path, keys: &'a Identity, cards: &Cards, last: Position) -> Result<Opened<'a>, ParcelError> {
    let mut head = Head::read(path)?;
    if head.manifest.to.fingerprint != keys.card().fingerprint() {
        return Err(ParcelError::NotForUs(head.manifest.to.name));
    }
    let digest = check(&mut head, |fingerprint| cards.find(fingerprint))?;
    last.admit(&head.manifest, digest)?;
    Ok(Opened { file: head.file, start: head.start, keys, manifest: head.manifest, digest })
}

/// Opens a parcel from an archive: one that this registry received, or one that it sent with
/// [`Heading::reread`](super::Heading::reread). Where it stands in its chain is not asked.
///
/// # Errors
/// Where [`verify`](super::verify()) refuses it, or this registry neither sent nor received it.
pub fn reread<'a>(path: &Path, keys: &'a Identity, cards: &Cards) -> Result<Opened<'a>, ParcelError> {
    let mut head = Head::read(path)?;
    let ours: Fingerprint = keys.card().fingerprint();
    if head.manifest.to.fingerprint != ours && head.manifest.from.fingerprint != ours {
        return Err(ParcelError::NotForUs(head.manifest.to.name));
    }
    let card = |fingerprint| if fingerprint == ours { Some(keys.card()) } else { cards.find(fingerprint) };
    let digest = check(&mut head, card)?;
    Ok(Opened { file: head.file, start: head.start, keys, manifest: head.manifest, digest })
}

impl Opened<'_> {
    /// What the parcel says of itself.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The parcel's digest.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Where the chain is after this parcel.
    #[must_use]
    pub fn position(&self) -> Position {
        self.manifest.position(self.digest)
    }

    /// Reads a content's plaintext as a stream.
    ///
    /// # Errors
    /// [`ParcelError::NoContent`] where none has the name, [`ParcelError::Locked`] where it was not sealed to us.
    pub fn content(&mut self, name: &str) -> Result<ContentReader<'_>, ParcelError> {
        let mut at = self.start;
        for entry in &self.manifest.contents {
            if entry.name == name {
                return ContentReader::begin(&self.file, at, entry, self.keys);
            }
            at = at.saturating_add(entry.sealed_bytes);
        }
        Err(ParcelError::NoContent(name.to_owned()))
    }
}

/// A content's plaintext. Its end is told only when length and digest are those that were signed; otherwise the
/// last read is an error. So whoever takes rows in must not keep them before the end was read: the file may have
/// been changed on its stick since it was verified.
pub struct ContentReader<'a> {
    plain: age::stream::StreamReader<BufReader<Take<&'a File>>>,
    hash: Sha256,
    bytes: u64,
    entry: &'a Entry,
    failed: bool,
}

impl<'a> ContentReader<'a> {
    fn begin(mut file: &'a File, at: u64, entry: &'a Entry, keys: &Identity) -> Result<Self, ParcelError> {
        let altered = |_| ParcelError::Altered(entry.name.clone());
        file.seek(SeekFrom::Start(at)).map_err(altered)?;
        let part = BufReader::with_capacity(256 * 1024, file.take(entry.sealed_bytes));
        let refused = |error| match error {
            DecryptError::NoMatchingKeys => ParcelError::Locked(entry.name.clone()),
            _ => ParcelError::Altered(entry.name.clone()),
        };
        let plain = Decryptor::new_buffered(part)
            .and_then(|sealed| sealed.decrypt(std::iter::once(keys.opener() as &dyn age::Identity)))
            .map_err(refused)?;
        let mut reader = Self { plain, hash: Sha256::new(), bytes: 0, entry, failed: false };
        let mut salt = [0_u8; SALT];
        reader.plain.read_exact(&mut salt).map_err(altered)?;
        reader.hash.update(salt);
        Ok(reader)
    }

    /// What the manifest says of this content.
    #[must_use]
    pub fn entry(&self) -> &Entry {
        self.entry
    }

    fn refuse(&mut self) -> io::Error {
        self.failed = true;
        io::Error::new(io::ErrorKind::InvalidData, ParcelError::Altered(self.entry.name.clone()))
    }
}

impl Read for ContentReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Err(self.refuse());
        }
        if buffer.is_empty() {
            return Ok(0);
        }
        let n = match self.plain.read(buffer) {
            Ok(n) => n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(_) => return Err(self.refuse()),
        };
        self.bytes = self.bytes.saturating_add(n as u64);
        self.hash.update(buffer.get(..n).unwrap_or_default());
        if self.bytes > self.entry.bytes {
            return Err(self.refuse());
        }
        if n == 0 {
            let digest = Digest(self.hash.clone().finalize().into());
            if self.bytes != self.entry.bytes || digest != self.entry.sha256 {
                return Err(self.refuse());
            }
        }
        Ok(n)
    }
}
