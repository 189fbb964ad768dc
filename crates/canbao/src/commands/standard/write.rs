//! Files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::output::failure::Failure;
use crate::output::language::Language;

/// Writes a file aside, makes it durable and gives it its name in one step.
pub(super) fn whole(path: &Path, bytes: &[u8], language: Language) -> Result<(), Failure> {
    through(path, language, |aside| {
        let written = File::create(aside).and_then(|mut file| file.write_all(bytes));
        written.map_err(|error| unwritten(path, &error, language))
    })
}

/// Has `make` write a file aside, and gives it its name. What was not finished is cleared away.
pub(super) fn through(
    path: &Path,
    language: Language,
    make: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let failed = |error: &io::Error| unwritten(path, error, language);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    let aside = aside(path);
    let done = make(&aside).and_then(|()| {
        File::open(&aside).and_then(|file| file.sync_all()).map_err(|error| failed(&error))?;
        fs::rename(&aside, path).map_err(|error| failed(&error))
    });
    if done.is_err() {
        let _ = fs::remove_file(&aside);
    }
    done
}

/// A hidden name in the same folder, with the same ending.
fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    path.with_file_name(format!(".{}-{name}", std::process::id()))
}

fn unwritten(path: &Path, error: &io::Error, language: Language) -> Failure {
    let shown = path.display();
    Failure::new(language.pick(format!("不能写 {shown}：{error}。"), format!("{shown} cannot be written: {error}.")))
        .hint(
            language.pick(
                "请检查磁盘是否已满、文件夹是否可写。",
                "Check whether the disk is full and the folder writable.",
            ),
        )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_was_not_finished_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        whole(&path, b"old", Language::En).unwrap();
        let broken = through(&path, Language::En, |aside| {
            fs::write(aside, "half").unwrap();
            Err(Failure::new("no"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        whole(&path, b"new", Language::En).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    }
}
