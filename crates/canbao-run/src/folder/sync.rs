//! What must be on the disk before the run may stand in its place.

use std::fs::{self, File};
use std::path::Path;

use crate::RunError;

/// Every file below the folder, and every folder with its names.
pub(super) fn whole_folder(path: &Path) -> Result<(), RunError> {
    let read = || RunError::io("读取", path);
    for entry in fs::read_dir(path).map_err(read())? {
        let entry = entry.map_err(read())?;
        let kind = entry.file_type().map_err(read())?;
        if kind.is_dir() {
            whole_folder(&entry.path())?;
        } else if kind.is_file() {
            file(&entry.path())?;
        }
    }
    folder(path)
}

/// The names in a folder.
pub(super) fn folder(path: &Path) -> Result<(), RunError> {
    file(path)
}

/// What a file holds.
pub(crate) fn file(path: &Path) -> Result<(), RunError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(RunError::io("保存到磁盘", path))
}
