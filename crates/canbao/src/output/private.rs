//! Files that hold what is personal: readable by their owner alone, and there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::language::Language;

/// A file that is whole beside its place. Dropped before [`Aside::place`], it is cleared away.
pub(crate) struct Aside {
    aside: PathBuf,
    to: PathBuf,
}

impl Aside {
    /// Has `make` fill a file beside the place `to` (mode 0600), and makes it durable; `to` is as it was.
    ///
    /// # Errors
    /// Where `make` fails, or the folder cannot be written.
    pub(crate) fn make<T>(
        to: &Path,
        language: Language,
        make: impl FnOnce(&Path) -> Result<T, Failure>,
    ) -> Result<(Self, T), Failure> {
        let failed = |error: &io::Error| unwritten(to, error, language);
        let name = to.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        if name.is_empty() || to.is_dir() {
            return Err(failed(&io::ErrorKind::InvalidInput.into()));
        }
        let file = Self { aside: to.with_file_name(format!(".{}-{name}", std::process::id())), to: to.to_owned() };
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&file.aside)
            .map_err(|error| failed(&error))?;
        let made = make(&file.aside)?;
        File::open(&file.aside).and_then(|file| file.sync_all()).map_err(|error| failed(&error))?;
        Ok((file, made))
    }

    /// Gives it its name; what stood there is replaced in one step.
    ///
    /// # Errors
    /// Where the folder cannot be written (any more).
    pub(crate) fn place(self, language: Language) -> Result<(), Failure> {
        fs::rename(&self.aside, &self.to).map_err(|error| unwritten(&self.to, &error, language))
    }

    /// Gives it its name; where that cannot be, it stays beside its place, and the refusal says where.
    ///
    /// # Errors
    /// Where the folder cannot be written (any more).
    pub(crate) fn place_or_keep(mut self, language: Language) -> Result<(), Failure> {
        let Err(error) = fs::rename(&self.aside, &self.to) else { return Ok(()) };
        let kept = std::mem::take(&mut self.aside);
        let kept = kept.display();
        Err(unwritten(&self.to, &error, language)
            .hint(language.pick(format!("内容已经写在 {kept}。"), format!("What it says is in {kept}."))))
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // gone already where it was placed
        let _ = fs::remove_file(&self.aside);
    }
}

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
    let (file, made) = Aside::make(path, language, make)?;
    file.place(language)?;
    Ok(made)
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
