//! Sending a parcel, so that the record and the file cannot disagree.
//!
//! 1. The parcel is sealed under a hidden name beside its own, while the writer's turn is held: nobody else can take the
//!    same number of the chain.
//! 2. What must be remembered (the position, who was asked about, the audit entry) is committed.
//! 3. The file gets its own name.
//!
//! Killed before 2, nothing was sent: the hidden file has no row, no name, and is never read. Killed between 2 and 3, the
//! parcel lacks its name only, and whatever is done next gives it ([`Desk::resume`]). The other order would be worse: a
//! file that somebody carries off, with a number that the record gives to another parcel.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use canbao_domain::source::Insurance;

use super::desk::{Desk, blocking};
use super::identity::{Card, Fingerprint};
use super::parcel::{Content, Digest, Heading, Kind, Manifest, Position, file_name, seal};
use super::{hex, random};
use crate::RegistryError;
use crate::clock::{instant, now_ms};
use crate::store::{Transaction, Value, values};

/// A parcel that stands under its name, ready to be carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The file.
    pub file: PathBuf,
    /// The parcel's digest.
    pub digest: Digest,
    /// What it is.
    pub kind: Kind,
    /// Its number in the chain.
    pub sequence: u64,
    /// Its rows.
    pub rows: u64,
}

/// What is to be sealed.
pub(super) struct Outgoing {
    pub(super) kind: Kind,
    pub(super) insurance: Option<Insurance>,
    pub(super) answers: Option<Digest>,
    pub(super) content: &'static str,
    pub(super) rows: u64,
    pub(super) body: Vec<u8>,
}

/// A parcel that is sealed and has no name yet. Dropped before [`Ready::keep`], it is removed.
pub(super) struct Ready {
    pub(super) manifest: Manifest,
    pub(super) digest: Digest,
    aside: PathBuf,
    file: PathBuf,
    rows: u64,
    kept: bool,
}

impl Ready {
    /// From here on the record may know of it: a commit whose outcome is not known may have been one.
    pub(super) fn keep(mut self) -> Placing {
        self.kept = true;
        Placing {
            aside: self.aside.clone(),
            sent: Sent {
                file: self.file.clone(),
                digest: self.digest,
                kind: self.manifest.kind,
                sequence: self.manifest.sequence,
                rows: self.rows,
            },
        }
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.aside);
        }
    }
}

/// A parcel that the record knows, and that lacks its name.
pub(super) struct Placing {
    aside: PathBuf,
    sent: Sent,
}

impl Desk {
    /// Seals a parcel under a hidden name and notes it, in a transaction that writes.
    pub(super) async fn seal(
        &self,
        transaction: &mut Transaction,
        peer: &Card,
        folder: &Path,
        outgoing: Outgoing,
        actor: &str,
    ) -> Result<Ready, RegistryError> {
        let folder = std::path::absolute(folder).map_err(RegistryError::file("读取", folder))?;
        let last = self.position(transaction, peer.fingerprint(), Direction::Sent).await?;
        let (keys, card, now) = (Arc::clone(&self.keys), peer.clone(), now_ms());
        let Outgoing { kind, insurance, answers, content, rows, body } = outgoing;
        let ready = blocking(move || {
            let mut ending = [0_u8; 8];
            random::fill(&mut ending).map_err(RegistryError::file("写入", &folder))?;
            let aside = folder.join(format!(".parcel-{}", hex::encode(&ending)));
            let created = instant(now);
            let heading = Heading { kind, created: &created, last, answers, reread: false };
            let mut write = |output: &mut dyn Write| output.write_all(&body).map(|()| rows);
            let sealed = seal(&aside, &heading, &keys, &card, &mut [Content { name: content, write: &mut write }])?;
            let file = folder.join(file_name(&sealed.manifest));
            let taken = fs::symlink_metadata(&file).is_ok();
            let (manifest, digest) = (sealed.manifest, sealed.digest);
            let ready = Ready { manifest, digest, aside, file, rows, kept: false };
            if taken { Err(super::parcel::ParcelError::Exists(ready.file.clone()).into()) } else { Ok(ready) }
        })
        .await?;
        let sql = "INSERT INTO parcel (digest, ours, peer, direction, sequence, kind, insurance, lines, answers, \
                   made_at, actor, aside, file, placed, name) \
                   VALUES ($1, $2, $3, 'sent', $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13)";
        let bytes = |path: &Path| path.as_os_str().as_bytes().to_vec();
        let row: &[Value] = values![
            ready.digest.to_string(),
            self.ours().to_string(),
            peer.fingerprint().to_string(),
            to_int(ready.manifest.sequence)?,
            kind.as_str(),
            insurance.map(Insurance::as_str),
            to_int(rows)?,
            answers.map(|digest| digest.to_string()),
            now,
            actor,
            bytes(&ready.aside),
            bytes(&ready.file),
            file_name(&ready.manifest),
        ];
        transaction.execute(sql, row).await?;
        Ok(ready)
    }

    /// Gives a parcel its name, once the record knows it.
    pub(super) async fn place(&self, placing: Placing) -> Result<Sent, RegistryError> {
        let (aside, file) = (placing.aside, placing.sent.file.clone());
        blocking(move || rename(&aside, &file).map_err(RegistryError::file("写入", file))).await?;
        self.placed(placing.sent.digest).await?;
        Ok(placing.sent)
    }

    /// Gives their names to parcels that were left without by a crash, where their folder is there.
    ///
    /// # Errors
    /// Where a name is taken meanwhile, or the database does not answer.
    pub async fn resume(&self) -> Result<Vec<Sent>, RegistryError> {
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT digest, aside, file, kind, sequence, lines FROM parcel \
                   WHERE placed = 0 AND direction = 'sent' ORDER BY made_at, sequence";
        let rows = transaction.all(sql, &[]).await?;
        drop(transaction);
        let path = |bytes: &[u8]| PathBuf::from(std::ffi::OsString::from_vec(bytes.to_vec()));
        let mut sent = Vec::new();
        for row in rows {
            let (aside, file) = (path(row.bytes(1)), path(row.bytes(2)));
            let (Some(digest), Some(kind)) = (Digest::parse(row.text(0)), kind_of(row.text(3))) else { continue };
            let to = file.clone();
            let done = blocking(move || match (aside.is_file(), to.is_file()) {
                (true, _) => rename(&aside, &to).map(|()| true).map_err(RegistryError::file("写入", to)),
                (false, there) => Ok(there),
            });
            if done.await? {
                self.placed(digest).await?;
                let [sequence, rows] = [4, 5].map(|at| u64::try_from(row.int(at)).unwrap_or_default());
                sent.push(Sent { file, digest, kind, sequence, rows });
            }
        }
        Ok(sent)
    }

    async fn placed(&self, digest: Digest) -> Result<(), RegistryError> {
        let mut transaction = self.registry.store.write().await?;
        let sql = "UPDATE parcel SET placed = 1, aside = NULL, file = NULL WHERE digest = $1";
        transaction.execute(sql, values![digest.to_string()]).await?;
        transaction.commit().await
    }

    /// How far the chain with a registry is, in one direction.
    pub(super) async fn position(
        &self,
        transaction: &mut Transaction,
        peer: Fingerprint,
        direction: Direction,
    ) -> Result<Position, RegistryError> {
        let sql = "SELECT sequence, digest, placed FROM parcel WHERE ours = $1 AND peer = $2 AND direction = $3 \
                   ORDER BY sequence DESC LIMIT 1";
        let of = values![self.ours().to_string(), peer.to_string(), direction.as_str()];
        let Some(row) = transaction.first(sql, of).await? else { return Ok(Position::START) };
        if direction == Direction::Sent && !row.flag(2) {
            return Err(RegistryError::refused(
                "发给该机构的上一个数据包已经登记，但文件还没有写到位，不能再生成下一个。",
                "请接回当时使用的磁盘或U盘后重新运行，文件会自动写到位。",
            ));
        }
        let broken = || RegistryError::Broken("数据包的编号或摘要不成立".to_owned());
        let sequence = u64::try_from(row.int(0)).map_err(|_| broken())?;
        Ok(Position { sequence, digest: Some(Digest::parse(row.text(1)).ok_or_else(broken)?) })
    }
}

/// Which way a parcel goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From us.
    Sent,
    /// To us.
    Received,
}

impl Direction {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }
}

/// A hidden file gets its name; what stands there is not replaced.
fn rename(aside: &Path, file: &Path) -> io::Result<()> {
    if fs::symlink_metadata(file).is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    fs::rename(aside, file)?;
    // some file systems of USB sticks cannot sync a folder; the file itself is on the disk already
    let _ = file.parent().map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
    Ok(())
}

pub(super) fn kind_of(word: &str) -> Option<Kind> {
    [Kind::Question, Kind::Answer, Kind::PsiRequest, Kind::PsiReply, Kind::PsiResult, Kind::Receipt]
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

pub(super) fn to_int(count: u64) -> Result<i64, RegistryError> {
    i64::try_from(count).map_err(|_| RegistryError::Broken("数目过大".to_owned()))
}
