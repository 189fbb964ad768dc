//! A parcel that came: verified, held against its chain, and kept until it is taken in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::desk::{Desk, blocking};
use super::parcel::{Digest, Manifest, ParcelError, Verified, verify};
use super::send::Direction;
use crate::RegistryError;
use crate::store::values;

/// Where a parcel stands in the chain of its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is the next to be taken in.
    Next,
    /// Others are to be taken in before it, from this number on.
    Early {
        /// The number that is next.
        expected: u64,
    },
    /// It was taken in.
    Taken,
    /// Another parcel has its number, or it follows on another than the one that was taken in.
    Broken,
}

/// A parcel for us that its sender signed as it stands.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// What it says of itself.
    pub manifest: Manifest,
    /// Its digest.
    pub digest: Digest,
    /// What its sender is called in commands.
    pub peer: String,
    /// Its rows.
    pub rows: u64,
    /// Where it stands in its chain.
    pub standing: Standing,
}

/// Where a parcel's file waits.
fn place(inbox: &Path, digest: Digest) -> PathBuf {
    inbox.join(format!("{digest}.parcel"))
}

impl Desk {
    /// Verifies a file that came, and moves it to the inbox where it is a parcel for us that waits to be taken in.
    ///
    /// # Errors
    /// Where it is no parcel, not a known registry's, changed on the way, or for somebody else: the file stays where it is.
    pub async fn arrive(&self, file: &Path, inbox: &Path) -> Result<Arrived, RegistryError> {
        let arrived = self.read_arrived(file).await?;
        if arrived.standing == Standing::Taken {
            return Ok(arrived);
        }
        let (from, to) = (file.to_owned(), place(inbox, arrived.digest));
        blocking(move || {
            let moved = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(&from, &to));
            moved.map_err(RegistryError::file("写入", to))
        })
        .await?;
        Ok(arrived)
    }

    /// A parcel of the inbox.
    ///
    /// # Errors
    /// [`RegistryError::Nobody`] where none waits under this digest; else as [`Desk::arrive`].
    pub async fn arrived(&self, inbox: &Path, digest: Digest) -> Result<Arrived, RegistryError> {
        let file = place(inbox, digest);
        if !file.is_file() {
            return Err(RegistryError::Nobody);
        }
        self.read_arrived(&file).await
    }

    /// The parcels of the inbox, in the order in which they are to be taken in; what was taken in is cleared away.
    ///
    /// # Errors
    /// Where the database does not answer, or the inbox cannot be read.
    pub async fn inbox(&self, inbox: &Path) -> Result<Vec<Arrived>, RegistryError> {
        if !inbox.is_dir() {
            return Ok(Vec::new());
        }
        let mut all = Vec::new();
        for (file, _) in self.waiting(inbox).await? {
            all.push(self.read_arrived(&file).await?);
        }
        let left: Vec<PathBuf> = all.iter().map(|arrived| place(inbox, arrived.digest)).collect();
        let folder = inbox.to_owned();
        let done = self.done_in(&folder).await?;
        blocking(move || {
            for file in done.into_iter().filter(|file| !left.contains(file)) {
                // what cannot be cleared away now is next time
                let _ = fs::remove_file(file);
            }
            Ok(())
        })
        .await?;
        Ok(all)
    }

    /// Files of the inbox whose parcels were taken in.
    async fn done_in(&self, inbox: &Path) -> Result<Vec<PathBuf>, RegistryError> {
        let mut done = Vec::new();
        let entries = fs::read_dir(inbox).map_err(RegistryError::file("读取", inbox))?;
        let mut transaction = self.registry.store.read().await?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Some(digest) = name.strip_suffix(".parcel").and_then(Digest::parse) else { continue };
            let sql = "SELECT COUNT(*) FROM parcel WHERE digest = $1";
            if transaction.int(sql, values![digest.to_string()]).await? > 0 {
                done.push(entry.path());
            }
        }
        Ok(done)
    }

    /// Takes the file of a parcel that was taken in out of the inbox.
    pub(super) fn cleared(inbox: &Path, digest: Digest) {
        // the inbox clears away what is left the next time that it is looked at
        let _ = fs::remove_file(place(inbox, digest));
    }

    pub(super) fn waits_at(inbox: &Path, digest: Digest) -> PathBuf {
        place(inbox, digest)
    }

    async fn read_arrived(&self, file: &Path) -> Result<Arrived, RegistryError> {
        let (path, cards) = (file.to_owned(), self.cards().await?);
        // one of ours is told as what it is, and not as a stranger's
        let mut known = cards.clone();
        known.add(self.card().clone())?;
        let Verified { manifest, digest } = blocking(move || {
            verify(&path, &known).map_err(|error| match error {
                // its path is the server's own, and says nothing to whoever sent it
                ParcelError::NotAParcel(_) => RegistryError::refused("这个文件不是数据包。", NOT_ONE),
                ParcelError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => RegistryError::Nobody,
                error => error.into(),
            })
        })
        .await?;
        if manifest.to.fingerprint != self.ours() {
            return Err(ParcelError::NotForUs(manifest.to.name).into());
        }
        let from = manifest.from.fingerprint;
        let peer = cards.find(from).map(|card| card.registry().id().to_owned());
        let peer = peer.ok_or(ParcelError::UnknownSender(from))?;
        let mut transaction = self.registry.store.read().await?;
        let sql = "SELECT COUNT(*) FROM parcel WHERE digest = $1 AND direction = 'received'";
        let is_taken = transaction.int(sql, values![digest.to_string()]).await? > 0;
        let last = self.position(&mut transaction, from, Direction::Received).await?;
        drop(transaction);
        let standing = match last.admit(&manifest, digest) {
            _ if is_taken => Standing::Taken,
            Ok(_) => Standing::Next,
            Err(ParcelError::Gap { expected, .. }) => Standing::Early { expected },
            Err(_) => Standing::Broken,
        };
        let rows = manifest.contents.iter().map(|entry| entry.rows).sum();
        Ok(Arrived { manifest, digest, peer, rows, standing })
    }
}

const NOT_ONE: &str = "数据包的文件名以 .parcel 结尾，由对方的系统生成；请核对是否选错了文件。";
