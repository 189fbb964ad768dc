//! Files that hold what is personal: readable by their owner alone, and there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::failure::Failure;
use super::language::Language;

/// Has `make` fill a file beside its place (mode 0600), makes it durable and gives it its name; what stood there is
/// replaced in one step. What was not finished is cleared away.
///
/// # Errors
/// Where `make` fails, or the folder cannot be written.
pub(crate) fn write<T>(
    path: &Path,
    language: Language,
    make: impl FnOnce(&Path) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let failed = |error: &io::Error| unwritten(path, error, language);
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    if name.is_empty() {
        return Err(failed(&io::ErrorKind::InvalidInput.into()));
    }
    let aside = path.with_file_name(format!(".{}-{name}", std::process::id()));
    let done = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
    let done = done.map_err(|error| failed(&error)).and_then(|_| make(&aside)).and_then(|made| {
        File::open(&aside).and_then(|file| file.sync_all()).map_err(|error| failed(&error))?;
        fs::rename(&aside, path).map_err(|error| failed(&error))?;
        Ok(made)
    });
    if done.is_err() {
        let _ = fs::remove_file(&aside);
    }
    done
}

/// The refusal of a file that cannot be written.
pub(crate) fn unwritten(path: &Path, error: &io::Error, language: Language) -> Failure {
    let shown = path.display();
    Failure::new(language.pick(format!("不能写 {shown}：{error}。"), format!("{shown} cannot be written: {error}.")))
        .hint(language.pick(
            "请检查磁盘是否已满、文件夹是否存在、是否可写。",
            "Check whether the disk is full, and the folder there and writable.",
        ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_the_owner_reads_it_and_half_a_file_leaves_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        write(&path, Language::En, |aside| fs::write(aside, "old").map_err(Failure::new)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let broken = write(&path, Language::En, |aside| {
            fs::write(aside, "half").unwrap();
            Err::<(), _>(Failure::new("no"))
        });
        assert!(broken.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(&folder.path().join("none/a.csv"), Language::En, |_| Ok(())).is_err());
    }
}
