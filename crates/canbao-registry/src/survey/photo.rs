//! Pictures (照片、签名): told of by an operation, sent in pieces, kept encrypted once they are whole.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::book::Book;
use super::row::is_id;
use super::subject::task_by;
use crate::RegistryError;
use crate::audit::Look;
use crate::change::{Shelf, blocking, write_whole};
use crate::clock::now_ms;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Row, Transaction, Value, values};

/// The largest picture, in bytes.
pub(super) const MOST: i64 = 8 << 20;
/// The largest piece, in bytes.
const PIECE: usize = 256 << 10;
const PIECES: &str = "canbao registry piece of a survey picture 1";

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// The identifier that its device made.
    pub id: String,
    /// The item that it belongs to.
    pub item: String,
    /// Its size, in bytes.
    pub bytes: i64,
    /// `image/jpeg`, `image/png`.
    pub media: String,
    /// Whether all of it has come.
    pub whole: bool,
    /// When it was taken, milliseconds since 1970.
    pub at: i64,
}

/// What is there of a picture after a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// The piece was taken; so many bytes are there now.
    Have(i64),
    /// All of it is there.
    Whole,
    /// The piece does not begin where the last ended; so many bytes are there.
    Elsewhere(i64),
}

fn photo_of(row: &Row) -> Photo {
    Photo {
        id: row.text(1).to_owned(),
        item: row.text(2).to_owned(),
        bytes: row.int(3),
        media: row.text(4).to_owned(),
        whole: row.flag(5),
        at: row.int(6),
    }
}

/// Pictures by subject that were not taken away, in the order in which they were taken.
pub(super) async fn photos_of(
    transaction: &mut Transaction,
    subjects: &[String],
) -> Result<BTreeMap<String, Vec<Photo>>, RegistryError> {
    let mut found: BTreeMap<String, Vec<Photo>> = BTreeMap::new();
    for chunk in subjects.chunks(500) {
        let sql = format!(
            "SELECT subject, id, item, bytes, media, whole, at FROM survey_photo \
             WHERE subject IN ({}) AND gone IS NULL ORDER BY at, id",
            crate::store::list(1, chunk.len())
        );
        let values: Vec<Value> = chunk.iter().map(|subject| subject.as_str().into()).collect();
        for row in transaction.all(sql, &values).await? {
            found.entry(row.text(0).to_owned()).or_default().push(photo_of(&row));
        }
    }
    Ok(found)
}

/// The pieces of a picture in the data folder, each encrypted under a key that follows from its place.
struct Pieces<'a> {
    registry: &'a Registry,
    folder: PathBuf,
    id: &'a str,
}

impl Pieces<'_> {
    fn path(&self, from: i64, bytes: usize) -> PathBuf {
        self.folder.join(format!("{}.{from}.{bytes}", self.id))
    }

    /// Each piece has a key of its own, which encrypts nothing else, so the nonce may be zeros.
    fn cipher(&self, from: i64, sha256: &[u8]) -> ChaCha20Poly1305 {
        let of = [self.id.as_bytes(), b"\0", &from.to_le_bytes(), sha256].concat();
        let key = self.registry.key.derived(PIECES, &of);
        ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.as_slice()))
    }

    /// Where each piece begins and how long it is, in order, as far as they follow one another.
    fn there(&self) -> io::Result<Vec<(i64, usize)>> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut pieces: Vec<(i64, usize)> = Vec::new();
        for entry in entries {
            let name = entry?.file_name();
            let mut parts = name.to_str().unwrap_or_default().split('.');
            if parts.next() == Some(self.id)
                && let (Some(Ok(from)), Some(Ok(bytes)), None) =
                    (parts.next().map(str::parse), parts.next().map(str::parse), parts.next())
            {
                pieces.push((from, bytes));
            }
        }
        pieces.sort_unstable();
        let mut end = 0;
        pieces.retain(|(from, bytes)| {
            let follows = *from == end;
            if follows {
                end += *bytes as i64;
            }
            follows
        });
        Ok(pieces)
    }

    fn put(&self, from: i64, content: &[u8]) -> Result<(), RegistryError> {
        let digest = Sha256::digest(content);
        let payload = Payload { msg: content, aad: self.id.as_bytes() };
        let sealed = self.cipher(from, &digest).encrypt(&Nonce::default(), payload);
        let sealed = sealed.map_err(|_| RegistryError::Broken("照片没有加密成".to_owned()))?;
        let path = self.path(from, content.len());
        write_whole(&path, &[digest.as_slice(), &sealed].concat()).map_err(RegistryError::file("写入", path))
    }

    fn get(&self, from: i64, bytes: usize) -> Result<Zeroizing<Vec<u8>>, RegistryError> {
        let path = self.path(from, bytes);
        let broken = || RegistryError::Broken("照片的一部分被改动过".to_owned());
        let kept = fs::read(&path).map_err(RegistryError::file("读取", &path))?;
        let (digest, sealed) = kept.split_at_checked(32).ok_or_else(broken)?;
        let payload = Payload { msg: sealed, aad: self.id.as_bytes() };
        let content = self.cipher(from, digest).decrypt(&Nonce::default(), payload).map_err(|_| broken())?;
        Ok(Zeroizing::new(content))
    }

    fn clear(&self) {
        for (from, bytes) in self.there().unwrap_or_default() {
            // what stays is found by nobody
            let _ = fs::remove_file(self.path(from, bytes));
        }
    }
}

/// Other devices are told of what a picture belongs to once more: it is whole now.
async fn tell(transaction: &mut Transaction, photo: &str) -> Result<(), RegistryError> {
    let sql =
        "SELECT p.subject, h.id FROM survey_photo p LEFT JOIN survey_household h ON h.mark = p.subject WHERE p.id = $1";
    let Some(row) = transaction.first(sql, values![photo]).await? else { return Ok(()) };
    let mut book = Book::open(transaction).await?;
    match task_by(transaction, row.text(0)).await? {
        Some(task) => drop(book.change(transaction, &task, task.clone()).await?),
        None => book.touch(row.maybe_int(1)),
    }
    book.close(transaction).await
}

fn pieces_in(folder: &Path) -> PathBuf {
    folder.join("pieces")
}

impl Registry {
    /// Takes a piece of a picture, which is on the disk when this comes back. With the last, the whole is held against its
    /// digest; where it is another picture, all of it is to be sent again.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where no operation told of it, or another device's did; where the piece is too large, or the
    /// folder cannot be written.
    pub async fn survey_piece(
        &self,
        folder: &Path,
        account: i64,
        device: &str,
        photo: &str,
        from: i64,
        content: Zeroizing<Vec<u8>>,
    ) -> Result<Piece, RegistryError> {
        if !is_id(photo) || content.len() > PIECE {
            return Err(RegistryError::refused("照片的这一段太大，或标识不合规定。", "请重新打开采集页面。"));
        }
        let mut statements = self.store.statements().await?;
        super::device::known(&mut statements, account, device).await?;
        let sql = "SELECT sha256, bytes, whole, device FROM survey_photo WHERE id = $1";
        let row = statements.first(sql, values![photo]).await?.filter(|row| row.text(3) == device);
        let row = row.ok_or(RegistryError::Nobody)?;
        drop(statements);
        let (sha256, bytes) = (row.bytes(0).to_vec(), row.int(1));
        if row.flag(2) {
            return Ok(Piece::Whole);
        }
        let (registry, place, id) = (self.clone(), folder.to_owned(), photo.to_owned());
        let done = blocking(move || {
            let pieces = Pieces { registry: &registry, folder: pieces_in(&place), id: &id };
            let failed = || RegistryError::file("读取", pieces_in(&place));
            let have = |there: &[(i64, usize)]| there.iter().map(|(_, bytes)| *bytes as i64).sum::<i64>();
            let mut there = pieces.there().map_err(failed())?;
            if have(&there) < bytes && from != have(&there) {
                return Ok(Piece::Elsewhere(have(&there)));
            }
            if have(&there) < bytes && !content.is_empty() {
                pieces.put(from, &content)?;
                there = pieces.there().map_err(failed())?;
            }
            if have(&there) < bytes {
                return Ok(Piece::Have(have(&there)));
            }
            let mut whole = Zeroizing::new(Vec::with_capacity(usize::try_from(bytes).unwrap_or_default()));
            for (from, bytes) in there {
                whole.extend_from_slice(&pieces.get(from, bytes)?);
            }
            let digest = <[u8; 32]>::from(Sha256::digest(&*whole));
            if digest.as_slice() != sha256 {
                pieces.clear();
                return Ok(Piece::Elsewhere(0));
            }
            let shelf = Shelf::new(&registry.key, &place);
            shelf.put(&digest, &whole)?;
            shelf.keep(&digest)?;
            Ok(Piece::Whole)
        })
        .await?;
        if done == Piece::Whole {
            let mut transaction = self.store.write().await?;
            transaction.execute("UPDATE survey_photo SET whole = 1 WHERE id = $1", values![photo]).await?;
            tell(&mut transaction, photo).await?;
            transaction.commit().await?;
            let (registry, place, id) = (self.clone(), folder.to_owned(), photo.to_owned());
            blocking(move || {
                Pieces { registry: &registry, folder: pieces_in(&place), id: &id }.clear();
                Ok(())
            })
            .await?;
        }
        Ok(done)
    }

    /// A picture with its content, for whoever reaches its task: one look on the log, before it is read.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none in the scope or it is not whole; where the file is gone or was changed.
    pub async fn survey_photo(
        &self,
        asker: &Asker,
        folder: &Path,
        photo: &str,
    ) -> Result<(Photo, Zeroizing<Vec<u8>>), RegistryError> {
        let mut statements = self.store.statements().await?;
        let sql = "SELECT subject, id, item, bytes, media, whole, at, sha256 FROM survey_photo WHERE id = $1";
        let row = statements.first(sql, values![photo]).await?.ok_or(RegistryError::Nobody)?;
        let areas = self.areas.get(&mut statements).await?;
        let subject = row.text(0).to_owned();
        let area = match task_by(&mut statements, &subject).await? {
            Some(task) => task.area,
            None => {
                let sql = "SELECT village FROM survey_household WHERE mark = $1";
                let row = statements.first(sql, values![subject.as_str()]).await?;
                row.map(|row| row.text(0).to_owned()).ok_or(RegistryError::Nobody)?
            }
        };
        drop(statements);
        let known = photo_of(&row);
        if !known.whole || !areas.reached(&asker.scope, &area) {
            return Err(RegistryError::Nobody);
        }
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        let look = Look { actor, purpose, subject: format!("survey picture {photo}"), persons: 1 };
        self.looks.put(look).await?;
        let broken = || RegistryError::Broken("照片的摘要不成立".to_owned());
        let sha256 = <[u8; 32]>::try_from(row.bytes(7)).map_err(|_| broken())?;
        let (key, folder) = (std::sync::Arc::clone(&self.key), folder.to_owned());
        let content = blocking(move || Shelf::new(&key, &folder).get(&sha256)).await?;
        Ok((known, content))
    }
}

/// Notes a picture that is told of.
#[expect(clippy::too_many_arguments, reason = "the columns of the table")]
pub(super) async fn note(
    transaction: &mut Transaction,
    id: &str,
    subject: &str,
    item: &str,
    sha256: &[u8],
    bytes: i64,
    media: &str,
    at: i64,
    actor: &str,
    device: &str,
) -> Result<(), RegistryError> {
    let sql = "INSERT INTO survey_photo (id, subject, item, sha256, bytes, media, whole, at, actor, device) \
               VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9) ON CONFLICT (id) DO NOTHING";
    let at = at.min(now_ms());
    let row: &[Value] = values![id, subject, item, sha256.to_vec(), bytes, media, at, actor, device];
    transaction.execute(sql, row).await.map(drop)
}
