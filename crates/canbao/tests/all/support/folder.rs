//! Folders of the tests' own, below the build folder, cleared away by the next run of the tests.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// An empty folder called `name`, of this run of the tests alone.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let folder = root().join(name);
    assert!(!folder.exists(), "two tests use the folder {name}");
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        let all = Path::new(env!("CARGO_TARGET_TMPDIR")).join("canbao");
        fs::create_dir_all(&all).unwrap();
        for old in fs::read_dir(&all).unwrap().flatten() {
            let running = Path::new("/proc").join(old.file_name()).exists();
            if !running {
                let _ = fs::remove_dir_all(old.path());
            }
        }
        all.join(std::process::id().to_string())
    })
}

/// Every file below `folder` by its relative path.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap();
                files.insert(name.to_str().unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// The names in `folder`, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

/// Copies everything below `from` to `to`.
pub(crate) fn copy(from: &Path, to: &Path) {
    for name in contents(from).into_keys() {
        let path = to.join(&name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        // with its permissions
        fs::copy(from.join(&name), path).unwrap();
    }
}
