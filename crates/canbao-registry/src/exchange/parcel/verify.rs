//! Verifies a parcel without any secret.

use std::io::{self, Seek as _, SeekFrom};
use std::path::Path;

use super::head::Head;
use super::manifest::signed;
use super::tally::Tally;
use super::{Digest, Manifest, ParcelError, Position};
use crate::exchange::identity::{Card, Cards, Fingerprint};

/// A parcel that its sender signed, just as it stands.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its digest.
    pub digest: Digest,
}

impl Verified {
    /// Where the chain is after this parcel.
    #[must_use]
    pub fn position(&self) -> Position {
        self.manifest.position(self.digest)
    }
}

/// Verifies a parcel: a known sender, its signature, the digests and sizes of all that is sealed. Needs no
/// secret, and does not ask whom the parcel is for, nor where it stands in its chain.
///
/// # Errors
/// Where any of it does not hold.
pub fn verify(path: &Path, cards: &Cards) -> Result<Verified, ParcelError> {
    let mut head = Head::read(path)?;
    let digest = check(&mut head, |fingerprint| cards.find(fingerprint))?;
    Ok(Verified { manifest: head.manifest, digest })
}

/// The same of a head that was read. The signature comes first: a forged parcel costs no reading of gigabytes.
pub(super) fn check<'a>(
    head: &mut Head,
    card: impl FnOnce(Fingerprint) -> Option<&'a Card>,
) -> Result<Digest, ParcelError> {
    let from = &head.manifest.from;
    let card = card(from.fingerprint).ok_or(ParcelError::UnknownSender(from.fingerprint))?;
    if card.registry().name() != from.name || card.registry().area() != from.area {
        return Err(ParcelError::SenderDiffers);
    }
    let digest = Manifest::digest(&head.text, head.manifest.contents.iter().map(|entry| entry.sealed_sha256));
    let signature = head.signature()?;
    if !card.signed(&signed(digest), &signature) {
        return Err(ParcelError::Signature);
    }
    head.file.seek(SeekFrom::Start(head.start)).map_err(ParcelError::io("读取", &head.path))?;
    for entry in &head.manifest.contents {
        let part = io::Read::take(&head.file, entry.sealed_bytes);
        let mut part = Tally::new(part, entry.sealed_bytes);
        let mut reader = io::BufReader::with_capacity(256 * 1024, &mut part);
        io::copy(&mut reader, &mut io::sink()).map_err(ParcelError::io("读取", &head.path))?;
        let (_, bytes, sha256) = part.finish();
        if bytes != entry.sealed_bytes || sha256 != entry.sealed_sha256 {
            return Err(ParcelError::Altered(entry.name.clone()));
        }
    }
    Ok(digest)
}
