//! The hidden folder of a run that is being written, held by a lock that dies with its process.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::place::Place;
use crate::RunError;

/// How an unfinished run's folder is named: `.OUT.partial-PID-N`.
pub(super) const PARTIAL: &str = "partial";

/// Several runs of one process need a name each.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// An unfinished folder that is ours. The lock is on the folder itself, so it moves with it;
/// the system lets it go when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    lock: File,
    kept: bool,
}

impl Claim {
    /// Makes and locks a folder of our own.
    pub(super) fn new(place: &Place) -> Result<Self, RunError> {
        loop {
            let path = place.sibling(PARTIAL, &ending());
            match fs::create_dir(&path) {
                Ok(()) => {}
                // left by a process of the same number that could not be cleaned, or alive in another container
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(RunError::io("创建文件夹", &path)(error)),
            }
            // one that cleans may have taken the folder for dead before it was locked: then begin again
            if let Some(lock) = lock(&path) {
                return Ok(Self { path, lock, kept: false });
            }
        }
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder has been moved to its place (or is to stay): do not remove it. The lock ends here.
    pub(super) fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if !self.kept {
            // nobody is there to tell; the next run cleans
            let _ = fs::remove_dir_all(&self.path);
        }
        let _ = self.lock.unlock();
    }
}

/// The unique end of a hidden folder's name.
pub(super) fn ending() -> String {
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Locks our new folder; `None` where it is gone again.
fn lock(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    match file.lock() {
        // a file system without locks: those who clean go by the process's number
        Err(_) if path.is_dir() => Some(file),
        Err(_) => None,
        Ok(()) => same(&file, path).then_some(file),
    }
}

/// Whether a hidden folder belongs to nobody any more. Gives the lock, which keeps it so.
pub(super) fn abandoned(path: &Path) -> Option<File> {
    let file = File::open(path).ok()?;
    match file.try_lock() {
        Ok(()) => same(&file, path).then_some(file),
        Err(TryLockError::WouldBlock) => None,
        Err(TryLockError::Error(_)) => dead(path).then_some(file),
    }
}

/// Whether the path still leads to the folder that was opened.
fn same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(open), Ok(now)) => open.ino() == now.ino() && open.dev() == now.dev(),
        _ => false,
    }
}

/// Whether the process that the folder's name gives has ended, where the system can tell.
fn dead(path: &Path) -> bool {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or_default();
    let pid = name.rsplit('-').nth(1).and_then(|n| n.parse::<u32>().ok());
    let processes = Path::new("/proc");
    pid.is_some_and(|pid| processes.join("self").exists() && !processes.join(pid.to_string()).exists())
}
