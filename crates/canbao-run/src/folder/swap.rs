//! The one step that puts a whole run in its place.

use std::fs;
use std::io;
use std::path::Path;

use super::claim::{Claim, ending};
use super::place::Place;
use super::sync;
use crate::RunError;

/// How the older run is named while it is set aside, where folders cannot be exchanged.
pub(super) const PREVIOUS: &str = "previous";

/// Moves the folder to OUT and removes what stood there.
pub(super) fn into_place(claim: Claim, place: &Place) -> Result<(), RunError> {
    let new = claim.path();
    let moved = RunError::io("替换", &place.path);
    // over nothing, or over an empty folder, a plain rename is enough
    match fs::rename(new, &place.path) {
        Ok(()) => {
            settled(claim, place);
            return Ok(());
        }
        Err(error) if occupied(&error) => {}
        Err(error) => return Err(moved(error)),
    }
    match exchange(new, &place.path) {
        Ok(()) => {
            // this name now holds the older run; our lock went along with the new one
            let old = new.to_owned();
            settled(claim, place);
            let _ = fs::remove_dir_all(old);
            Ok(())
        }
        Err(error) if unsupported(&error) => two_steps(claim, place),
        Err(error) => Err(moved(error)),
    }
}

/// Without an exchange: between the two renames OUT is absent, and the next run puts the older one back.
fn two_steps(claim: Claim, place: &Place) -> Result<(), RunError> {
    let aside = place.sibling(PREVIOUS, &ending());
    fs::rename(&place.path, &aside).map_err(RunError::io("移开", &place.path))?;
    if let Err(error) = fs::rename(claim.path(), &place.path) {
        let _ = fs::rename(&aside, &place.path);
        return Err(RunError::io("替换", &place.path)(error));
    }
    settled(claim, place);
    let _ = fs::remove_dir_all(&aside);
    Ok(())
}

/// The run stands. Where the names cannot be made durable, losing power may bring back the older state, whole.
fn settled(claim: Claim, place: &Place) {
    claim.keep();
    let _ = sync::folder(&place.parent);
}

fn occupied(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists)
}

/// What systems say that do not know the exchange, or whose file system does not.
fn unsupported(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn where_folders_cannot_be_exchanged_two_steps_do() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("run");
        fs::create_dir(&out).unwrap();
        fs::write(out.join("summary.json"), "old").unwrap();
        let place = Place::of(&out).unwrap();
        let claim = Claim::new(&place).unwrap();
        fs::write(claim.path().join("summary.json"), "new").unwrap();
        two_steps(claim, &place).unwrap();
        assert_eq!(fs::read_to_string(out.join("summary.json")).unwrap(), "new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_system_says_that_lacks_the_exchange_is_known() {
        // EINVAL, ENOSYS, EOPNOTSUPP of Linux; ENOSPC is none of them
        assert!([22, 38, 95].iter().all(|code| unsupported(&io::Error::from_raw_os_error(*code))));
        assert!(!unsupported(&io::Error::from_raw_os_error(28)));
    }
}
