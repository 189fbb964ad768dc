//! A file that appears whole or not at all, readable by its owner alone.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{hex, random};

/// A file beside its place, hidden, until it is whole. Dropped before, it is removed.
/// What a killed process leaves behind begins with a dot and is never read.
pub(super) struct Aside {
    /// The file, open for reading and writing.
    pub(super) file: File,
    path: PathBuf,
    to: PathBuf,
    kept: bool,
}

impl Aside {
    /// Begins a file that will stand at `to`, mode 0600. What stands there already is never replaced:
    /// keys and sealed parcels cannot be made again.
    pub(super) fn create(to: &Path) -> io::Result<Self> {
        refuse_what_stands(to)?;
        let name = to.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut ending = [0_u8; 8];
        random::fill(&mut ending)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".partial-");
        hidden.push(hex::encode(&ending));
        let path = to.with_file_name(hidden);
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { file, path, to: to.to_owned(), kept: false })
    }

    /// Makes it durable and puts it in its place.
    pub(super) fn into_place(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        refuse_what_stands(&self.to)?;
        fs::rename(&self.path, &self.to)?;
        self.kept = true;
        let parent = match self.to.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        // some file systems of USB sticks cannot sync a folder; the file itself is on the disk already
        let _ = File::open(parent).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        if !self.kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn refuse_what_stands(to: &Path) -> io::Result<()> {
    match fs::symlink_metadata(to) {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
