//! Where the run will stand, and what may be there already.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::RunError;

/// OUT with links and dots resolved, so that all moves stay in one folder.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// Absolute path of OUT.
    pub(super) path: PathBuf,
    /// The folder in which OUT stands, or will stand.
    pub(super) parent: PathBuf,
    name: OsString,
}

impl Place {
    /// Resolves `out` and makes the folder in which it will stand.
    pub(super) fn of(out: &Path) -> Result<Self, RunError> {
        let path = match fs::canonicalize(out) {
            Ok(path) => path,
            Err(error) if error.kind() == io::ErrorKind::NotFound => absent(out)?,
            Err(error) => return Err(RunError::io("打开", out)(error)),
        };
        match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => Ok(Self { parent: parent.to_owned(), name: name.to_owned(), path }),
            _ => Err(RunError::NoName(out.to_owned())),
        }
    }

    /// A hidden sibling of OUT: `.NAME.ROLE-ENDING`.
    pub(super) fn sibling(&self, role: &str, ending: &str) -> PathBuf {
        let mut name = self.prefix(role);
        name.push(ending);
        self.parent.join(name)
    }

    /// The beginning of the names of OUT's hidden siblings in a role.
    pub(super) fn prefix(&self, role: &str) -> OsString {
        let mut name = OsString::from(".");
        name.push(&self.name);
        name.push(OsStr::new("."));
        name.push(role);
        name.push("-");
        name
    }

    /// OUT may be absent, empty, or an older run; anything else is somebody's and stays.
    pub(super) fn refuse_what_is_no_run(&self) -> Result<(), RunError> {
        let entries = match fs::read_dir(&self.path) {
            Ok(entries) => entries,
            Err(error) => {
                return match error.kind() {
                    io::ErrorKind::NotFound => Ok(()),
                    io::ErrorKind::NotADirectory => Err(RunError::NotAFolder(self.path.clone())),
                    _ => Err(RunError::io("打开", &self.path)(error)),
                };
            }
        };
        if entries.into_iter().next().is_none() || self.path.join("summary.json").is_file() {
            Ok(())
        } else {
            Err(RunError::NotARun(self.path.clone()))
        }
    }
}

/// Where a folder that does not exist yet will stand; the folders above it are made.
fn absent(out: &Path) -> Result<PathBuf, RunError> {
    let name = out.file_name().ok_or_else(|| RunError::NoName(out.to_owned()))?;
    let parent = match out.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(parent).map_err(RunError::io("创建文件夹", parent))?;
    let parent = fs::canonicalize(parent).map_err(RunError::io("打开", parent))?;
    Ok(parent.join(name))
}
