//! Seals a parcel.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write};
use std::path::Path;

use age::{Encryptor, Recipient};

use super::manifest::{is_content_name, is_instant, signed};
use super::tally::Tally;
use super::{
    Digest, Entry, Kind, MAGIC, MAX_CONTENTS, MAX_MANIFEST, MAX_PARCEL, Manifest, ParcelError, ParcelId, Party,
    Position, SALT, SIGNATURE,
};
use crate::exchange::identity::{Card, Identity};
use crate::exchange::random;
use crate::exchange::write_aside::Aside;

/// What a parcel's sender decides.
#[derive(Clone, Debug)]
pub struct Heading<'a> {
    /// What it is for.
    pub kind: Kind,
    /// Now, RFC 3339 to the second, such as `2026-03-01T08:00:00+08:00`. Nothing here reads a clock.
    pub created: &'a str,
    /// The last parcel that was sent to this receiver.
    pub last: Position,
    /// The digest of the parcel that this one answers; exactly with the kinds that answer one.
    pub answers: Option<Digest>,
    /// Whether the sender can open it too.
    pub reread: bool,
}

/// One content that is to be sealed.
pub struct Content<'a> {
    /// 1 to 64 of `a-z`, `0-9`, `-`, `.`.
    pub name: &'a str,
    /// Writes the plaintext and gives back how many rows it wrote. Called once.
    pub write: &'a mut dyn FnMut(&mut dyn Write) -> std::io::Result<u64>,
}

/// A parcel that stands sealed.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its digest.
    pub digest: Digest,
    /// To be kept, and handed in as [`Heading::last`] next time.
    pub position: Position,
}

/// Seals a parcel into a new file, mode 0600, whole or not at all. Contents pass through once, and nothing is held
/// in memory but buffers: what is clear never touches the disk.
///
/// # Errors
/// Where the heading or a name is not well-formed, something stands at `to` already (nothing is replaced),
/// a content cannot be written, or the parcel would be larger than [`MAX_PARCEL`].
pub fn seal(
    to: &Path,
    heading: &Heading<'_>,
    sender: &Identity,
    receiver: &Card,
    contents: &mut [Content<'_>],
) -> Result<Sealed, ParcelError> {
    let io = || ParcelError::io("写入", to);
    let mut manifest = draft(heading, sender.card(), receiver, contents)?;
    let mut id = [0_u8; 16];
    random::fill(&mut id).map_err(io())?;
    manifest.id = ParcelId(id);

    // The digests are known at the end, and the manifest stands at the beginning: room for its longest text is left.
    let room = text_of(&manifest)?.len() + 1;
    if room > MAX_MANIFEST {
        return Err(ParcelError::Heading("清单长度"));
    }
    let start = (MAGIC.len() + 4 + room) as u64;
    let mut aside = Aside::create(to).map_err(io())?;
    aside.file.seek(SeekFrom::Start(start)).map_err(io())?;

    let ours = heading.reread.then(|| sender.card().recipient() as &dyn Recipient);
    let mut left = MAX_PARCEL - start - SIGNATURE as u64;
    for (entry, content) in manifest.contents.iter_mut().zip(contents) {
        let recipients = std::iter::once(receiver.recipient() as &dyn Recipient).chain(ours);
        let encryptor = Encryptor::with_recipients(recipients).map_err(|_| ParcelError::Sealing)?;
        seal_content(entry, content, encryptor, &mut aside.file, left).map_err(io())?;
        left -= entry.sealed_bytes;
    }

    let mut text = text_of(&manifest)?;
    text.resize(room - 1, b' ');
    text.push(b'\n');
    manifest.check().map_err(ParcelError::Heading)?;
    let digest = Manifest::digest(&text, manifest.contents.iter().map(|entry| entry.sealed_sha256));
    let length = u32::try_from(text.len()).map_err(|_| ParcelError::Heading("清单长度"))?;
    let file = &mut aside.file;
    file.write_all(&sender.sign(&signed(digest)))
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| file.write_all(MAGIC))
        .and_then(|()| file.write_all(&length.to_le_bytes()))
        .and_then(|()| file.write_all(&text))
        .map_err(io())?;
    aside.into_place().map_err(io())?;
    Ok(Sealed { position: manifest.position(digest), manifest, digest })
}

/// The manifest with the longest text that it can have.
fn draft(
    heading: &Heading<'_>,
    sender: &Card,
    receiver: &Card,
    contents: &[Content<'_>],
) -> Result<Manifest, ParcelError> {
    let wrong = |what| Err(ParcelError::Heading(what));
    // before any content is written, say what could be said after it
    if !is_instant(heading.created) {
        return wrong("时间");
    }
    if heading.kind.answers() != heading.answers.is_some() {
        return wrong("所答复的数据包");
    }
    if !(1..=MAX_CONTENTS).contains(&contents.len()) {
        return wrong("内容个数");
    }
    if contents.iter().any(|content| !is_content_name(content.name)) {
        return wrong("内容名称");
    }
    if sender.fingerprint() == receiver.fingerprint() {
        return wrong("收发双方");
    }
    let Some(sequence) = heading.last.sequence.checked_add(1) else { return wrong("编号") };
    let widest = |content: &Content<'_>| Entry {
        name: content.name.to_owned(),
        rows: u64::MAX,
        bytes: u64::MAX,
        sha256: Digest([0; 32]),
        sealed_bytes: u64::MAX,
        sealed_sha256: Digest([0; 32]),
    };
    Ok(Manifest {
        version: 1,
        id: ParcelId([0; 16]),
        kind: heading.kind,
        from: Party::of(sender),
        to: Party::of(receiver),
        created: heading.created.to_owned(),
        sequence,
        previous: heading.last.digest,
        answers: heading.answers,
        contents: contents.iter().map(widest).collect(),
    })
}

fn text_of(manifest: &Manifest) -> Result<Vec<u8>, ParcelError> {
    serde_json::to_vec_pretty(manifest).map_err(|_| ParcelError::Heading("清单"))
}

/// Plaintext, its tally, the seal, the sealed tally, the file.
fn seal_content(
    entry: &mut Entry,
    content: &mut Content<'_>,
    encryptor: Encryptor,
    file: &mut File,
    limit: u64,
) -> std::io::Result<()> {
    let mut salt = [0_u8; SALT];
    random::fill(&mut salt)?;
    let sealed = Tally::new(BufWriter::with_capacity(256 * 1024, file), limit);
    // age takes many small writes as well as few large ones, but the tallies do not
    let mut plain = BufWriter::with_capacity(64 * 1024, Tally::new(encryptor.wrap_output(sealed)?, limit));
    plain.write_all(&salt)?;
    entry.rows = (content.write)(&mut plain)?;
    let (seal, bytes, sha256) = plain.into_inner().map_err(std::io::IntoInnerError::into_error)?.finish();
    let (mut file, sealed_bytes, sealed_sha256) = seal.finish()?.finish();
    file.flush()?;
    (entry.bytes, entry.sha256) = (bytes.saturating_sub(SALT as u64), sha256);
    (entry.sealed_bytes, entry.sealed_sha256) = (sealed_bytes, sealed_sha256);
    Ok(())
}
