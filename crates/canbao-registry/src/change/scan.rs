//! Papers of a change as a file (材料扫描件): kept encrypted beside the record, opened by those who may see the change.
//!
//! 1. Handed in, a file is encrypted and stands under a name that follows from its content and the key. Whoever handed it in
//!    gets a ticket, which carries it through the form's pages.
//! 2. With the proposal, the file moves to where it stays, and the request's row says which it is, in the request's own
//!    transaction. A file that nobody proposes with is swept after some days.
//! 3. Opened, it is on the log of looks before it is read, and held against its digest.
//!
//! A digest that somebody types is no way to a file: only a ticket is, and that is its holder's alone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use canbao_domain::date::Date;
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, Nonce};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::procedure::Procedure;
use super::request::{Proposal, in_scope};
use crate::RegistryError;
use crate::audit::Look;
use crate::person::{people, visible};
use crate::private::Key;
use crate::query::Asker;
use crate::registry::Registry;
use crate::store::{Transaction, values};

/// The largest file, in bytes: it is held in memory whole.
pub const MOST: u64 = 50 << 20;
/// Where files stand that nobody has proposed with yet.
const WAITING: &str = "waiting";
/// How long they wait.
const ABANDONED: Duration = Duration::from_secs(3 * 86_400);
const CONTENT: &str = "canbao registry scan at rest 1";
const NAME: &str = "canbao registry scan name 1";
const TICKET: &str = "canbao registry scan ticket 1";

/// A file of papers, by what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scan {
    /// SHA-256 of its content.
    pub sha256: [u8; 32],
    /// Its size, in bytes.
    pub bytes: u64,
    /// A word for what it is, as whoever took it in says: `pdf`, `jpeg`.
    pub media: String,
}

/// Where a registry's files of papers stand.
#[derive(Clone, Copy)]
pub(crate) struct Shelf<'a> {
    key: &'a Key,
    folder: &'a Path,
}

impl<'a> Shelf<'a> {
    pub(crate) const fn new(key: &'a Key, folder: &'a Path) -> Self {
        Self { key, folder }
    }

    fn name(&self, sha256: &[u8; 32]) -> String {
        hex(self.key.derived(NAME, sha256).as_slice())
    }

    fn waiting(&self, sha256: &[u8; 32]) -> PathBuf {
        self.folder.join(WAITING).join(self.name(sha256))
    }

    fn kept(&self, sha256: &[u8; 32]) -> PathBuf {
        let name = self.name(sha256);
        self.folder.join(name.get(..2).unwrap_or_default()).join(name)
    }

    /// Each content has a key of its own, which encrypts nothing else, so the nonce may be zeros.
    fn cipher(&self, sha256: &[u8; 32]) -> ChaCha20Poly1305 {
        let key = self.key.derived(CONTENT, sha256);
        ChaCha20Poly1305::new(chacha20poly1305::Key::from_slice(key.as_slice()))
    }

    pub(crate) fn put(&self, sha256: &[u8; 32], content: &[u8]) -> Result<(), RegistryError> {
        if self.kept(sha256).is_file() {
            return Ok(());
        }
        let payload = Payload { msg: content, aad: sha256 };
        let sealed = self.cipher(sha256).encrypt(&Nonce::default(), payload);
        let sealed = sealed.map_err(|_| RegistryError::Broken("材料没有加密成".to_owned()))?;
        let path = self.waiting(sha256);
        self.sweep();
        write_whole(&path, &sealed).map_err(RegistryError::file("写入", path))
    }

    /// Moves a file to where it stays. Nothing is to be done where an equal one is there.
    pub(crate) fn keep(&self, sha256: &[u8; 32]) -> Result<(), RegistryError> {
        let (from, to) = (self.waiting(sha256), self.kept(sha256));
        if to.is_file() {
            return Ok(());
        }
        let moved = to.parent().map_or(Ok(()), private_folder).and_then(|()| fs::rename(&from, &to));
        match moved {
            Ok(()) => Ok(()),
            // an equal one that was proposed with just now took it along
            Err(_) if to.is_file() => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(gone()),
            Err(error) => Err(RegistryError::file("写入", to)(error)),
        }
    }

    pub(crate) fn get(&self, sha256: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, RegistryError> {
        let path = self.kept(sha256);
        let broken = || RegistryError::Broken("保存的材料被改动过".to_owned());
        let sealed = fs::read(&path).map_err(RegistryError::file("读取", &path))?;
        let payload = Payload { msg: &sealed, aad: sha256 };
        let content = self.cipher(sha256).decrypt(&Nonce::default(), payload).map_err(|_| broken())?;
        let content = Zeroizing::new(content);
        if <[u8; 32]>::from(Sha256::digest(&*content)) == *sha256 { Ok(content) } else { Err(broken()) }
    }

    /// Clears away what nobody proposed with.
    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(self.folder.join(WAITING)) else { return };
        for entry in entries.flatten() {
            let changed = entry.metadata().and_then(|about| about.modified());
            let old = |changed| SystemTime::now().duration_since(changed).is_ok_and(|since| since > ABANDONED);
            if changed.is_ok_and(old) {
                // who still wants it chooses it again
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

impl Registry {
    /// Encrypts a file of papers and keeps it in `folder` until somebody proposes with it.
    ///
    /// # Errors
    /// Where it is empty or too large, or the folder cannot be written.
    pub async fn take_scan(
        &self,
        folder: &Path,
        content: Zeroizing<Vec<u8>>,
        media: &str,
    ) -> Result<Scan, RegistryError> {
        let bytes = content.len() as u64;
        if bytes == 0 || bytes > MOST {
            return Err(RegistryError::refused_at(
                "scan",
                if bytes == 0 { "这个文件是空的。" } else { "材料文件超过 50 MB。" },
                "请重新扫描或另存为较小的文件，再上传。",
            ));
        }
        let (key, folder) = (std::sync::Arc::clone(&self.key), folder.to_owned());
        let sha256 = blocking(move || {
            let sha256 = <[u8; 32]>::from(Sha256::digest(&*content));
            Shelf { key: &key, folder: &folder }.put(&sha256, &content)?;
            Ok(sha256)
        })
        .await?;
        Ok(Scan { sha256, bytes, media: media.to_owned() })
    }

    /// What carries a file that somebody handed in through the pages of a form. It is theirs alone.
    pub fn scan_ticket(&self, actor: &str, scan: &Scan) -> String {
        format!("{}.{}.{}.{}", hex(&scan.sha256), scan.bytes, scan.media, self.ticket_mark(actor, scan))
    }

    /// The file of a ticket; none where the ticket is no ticket, or somebody else's.
    pub fn scan_of_ticket(&self, actor: &str, ticket: &str) -> Option<Scan> {
        let mut parts = ticket.split('.');
        let (sha256, bytes, media, mark) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let scan = Scan { sha256: unhex(sha256)?, bytes: bytes.parse().ok()?, media: media.to_owned() };
        let (given, wanted) = (unhex::<32>(mark)?, unhex::<32>(&self.ticket_mark(actor, &scan))?);
        // compared without telling by time how much is right
        (parts.next().is_none() && blake3::Hash::from(given) == blake3::Hash::from(wanted)).then_some(scan)
    }

    fn ticket_mark(&self, actor: &str, scan: &Scan) -> String {
        let Scan { sha256, bytes, media } = scan;
        let of = [sha256.as_slice(), &bytes.to_le_bytes(), media.as_bytes(), b"\0", actor.as_bytes()].concat();
        hex(self.key.derived(TICKET, &of).as_slice())
    }

    /// Puts a procedure forward with a file of papers, whose digest is the request's evidence.
    ///
    /// # Errors
    /// As [`Registry::propose`]; where the file is there no more.
    pub async fn propose_with_scan(
        &self,
        asker: &Asker,
        proposal: &Proposal,
        folder: &Path,
        scan: &Scan,
        today: Date,
    ) -> Result<i64, RegistryError> {
        let (key, place, sha256) = (std::sync::Arc::clone(&self.key), folder.to_owned(), scan.sha256);
        blocking(move || Shelf { key: &key, folder: &place }.keep(&sha256)).await?;
        let proposal = Proposal { evidence: Some(scan.sha256.to_vec()), ..proposal.clone() };
        self.put_forward(asker, &proposal, Some(scan), today).await
    }

    /// The file of papers that a request came with.
    ///
    /// # Errors
    /// Where the database does not answer.
    pub async fn scan_of(&self, request: i64) -> Result<Option<Scan>, RegistryError> {
        let mut statements = self.store.statements().await?;
        scan_in(&mut statements, request).await
    }

    /// The same with its content, for whoever reaches the person that the request is about: one look on the log, before it is
    /// read.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where there is none, or it is out of reach; where the file is gone or was changed.
    pub async fn open_scan(
        &self,
        asker: &Asker,
        folder: &Path,
        request: i64,
    ) -> Result<(Scan, Zeroizing<Vec<u8>>), RegistryError> {
        let about = match self.request(request).await {
            Err(RegistryError::Refused { .. }) => return Err(RegistryError::Nobody),
            about => about?,
        };
        let mut statements = self.store.statements().await?;
        let area = if about.person == 0 {
            about.procedure.as_ref().and_then(Procedure::new_area).unwrap_or_default().to_owned()
        } else {
            let now = visible(&mut statements).await?;
            let whole = people(&mut statements, &[about.person], now).await?.into_iter().next();
            whole.ok_or(RegistryError::Nobody)?.record.area
        };
        let areas = self.areas.get(&mut statements).await?;
        in_scope(&asker.scope, &area, &areas)?;
        let scan = scan_in(&mut statements, request).await?.ok_or(RegistryError::Nobody)?;
        drop(statements);
        let (actor, purpose) = (asker.actor.clone(), asker.purpose.clone());
        let subject = format!("scan of request {request}");
        self.looks.put(Look { actor, purpose, subject, persons: 1 }).await?;
        let (key, folder, sha256) = (std::sync::Arc::clone(&self.key), folder.to_owned(), scan.sha256);
        let content = blocking(move || Shelf { key: &key, folder: &folder }.get(&sha256)).await?;
        Ok((scan, content))
    }
}

/// Notes which file a request came with.
pub(super) async fn note(transaction: &mut Transaction, request: i64, scan: &Scan) -> Result<(), RegistryError> {
    let sql = "INSERT INTO scan (request, sha256, bytes, media) VALUES ($1, $2, $3, $4)";
    let bytes = i64::try_from(scan.bytes).unwrap_or(i64::MAX);
    transaction.execute(sql, values![request, scan.sha256.to_vec(), bytes, scan.media.as_str()]).await.map(drop)
}

async fn scan_in(transaction: &mut Transaction, request: i64) -> Result<Option<Scan>, RegistryError> {
    let sql = "SELECT sha256, bytes, media FROM scan WHERE request = $1";
    let Some(row) = transaction.first(sql, values![request]).await? else { return Ok(None) };
    let broken = || RegistryError::Broken("材料的摘要不成立".to_owned());
    let sha256 = <[u8; 32]>::try_from(row.bytes(0)).map_err(|_| broken())?;
    Ok(Some(Scan { sha256, bytes: u64::try_from(row.int(1)).unwrap_or_default(), media: row.text(2).to_owned() }))
}

fn gone() -> RegistryError {
    RegistryError::refused_at("scan", "上传的材料已经不在服务器上。", "请重新选一次文件。")
}

fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Writes a file that its owner alone reads, whole or not at all.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Err(io::ErrorKind::InvalidInput.into()) };
    private_folder(folder)?;
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| io::Error::other("no randomness"))?;
    let aside = folder.join(format!(".{}", hex(&random)));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&aside, path)
    };
    write().inspect_err(|_| {
        // what was not written whole is swept at the latest
        let _ = fs::remove_file(&aside);
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// Runs what encrypts and reads files on a thread of its own.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RegistryError> + Send + 'static,
) -> Result<T, RegistryError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| RegistryError::Broken("材料的处理中断".to_owned()))?
}
