//! A hidden folder beside a place, for what is not whole yet.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::RegistryError;

/// A folder `.NAME.ROLE-PID-N`, for its owner alone; gone with the value. Of those that killed processes left, a lock tells
/// that they are dead.
pub(super) struct Aside {
    path: PathBuf,
    _lock: File,
}

const LOCK: &str = "lock";

impl Aside {
    /// Clears away what killed processes left, and makes a new one.
    pub(super) fn create(place: &Path, role: &str) -> Result<Self, RegistryError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput.into());
        let name = name.map_err(RegistryError::file("写入", place))?.to_string_lossy();
        let prefix = format!(".{name}.{role}-");
        let parent = parent(place);
        clear(&parent, &prefix);
        let path = parent.join(format!("{prefix}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        let make = || {
            DirBuilder::new().mode(0o700).create(&path)?;
            let lock = new_file(&path.join(LOCK))?;
            lock.lock()?;
            Ok(lock)
        };
        let lock = make().map_err(RegistryError::file("建立临时文件夹", &path))?;
        Ok(Self { path, _lock: lock })
    }

    /// A place in it.
    pub(super) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes what dead processes left. What cannot be removed does no harm and stays.
fn clear(parent: &Path, prefix: &str) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let ending = name.to_str().and_then(|name| name.strip_prefix(prefix));
        if !ending.is_some_and(|ending| ending.bytes().all(|c| c.is_ascii_digit() || c == b'-')) {
            continue;
        }
        match File::open(entry.path().join(LOCK)) {
            Ok(lock) if lock.try_lock().is_ok() => {
                let _ = fs::remove_dir_all(entry.path());
            }
            Ok(_) => {}
            // killed before it had its lock; it is empty then
            Err(_) => {
                let _ = fs::remove_dir(entry.path());
            }
        }
    }
}

/// A new file that its owner alone can read.
pub(super) fn new_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// The folder that a place is in.
pub(super) fn parent(place: &Path) -> PathBuf {
    match place.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Brings a file, or a folder's names, to the disk.
pub(super) fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Gives what stands at `from` the name `to`, in one step and for good. What stands there is replaced only where asked.
pub(super) fn place(from: &Path, to: &Path, replace: bool) -> io::Result<()> {
    if !replace {
        match fs::hard_link(from, to) {
            Ok(()) => return fs::remove_file(from).and_then(|()| sync(&parent(to))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // a file system without links
            Err(_) if fs::symlink_metadata(to).is_ok() => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => {}
        }
    }
    fs::rename(from, to)?;
    sync(&parent(to))
}
