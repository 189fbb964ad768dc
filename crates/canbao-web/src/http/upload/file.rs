//! One file that came: private, under a random name, gone unless it is kept.

use std::fmt::Write as _;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};

use crate::http::download::OUTGOING;

/// Where files stand while they come.
const INCOMING: &str = "incoming";
/// What has not grown for so long is nobody's any more.
const ABANDONED: Duration = Duration::from_secs(3600);
/// A name is shown and no more; longer ones are cut.
const NAME_CHARS: usize = 120;

/// A file of a form, whole.
#[derive(Debug)]
pub(crate) struct SentFile {
    /// The form's field.
    pub(crate) field: String,
    /// What its sender calls it, to be shown. No path.
    pub(crate) name: String,
    /// In bytes.
    pub(crate) size: u64,
    /// SHA-256, as 64 hexadecimal digits.
    pub(crate) sha256: String,
    place: Place,
}

/// A path that is cleared away with it, unless the file was moved to where it stays.
#[derive(Debug)]
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // gone already where it was kept
        let _ = fs::remove_file(&self.0);
    }
}

impl SentFile {
    /// Where it stands until it is kept.
    pub(crate) fn path(&self) -> &Path {
        &self.place.0
    }

    /// Moves it to where it stays, in one step; folders on the way are made.
    ///
    /// # Errors
    /// Where the data folder cannot be written.
    pub(crate) fn keep(self, to: &Path) -> io::Result<()> {
        if let Some(folder) = to.parent() {
            private_folder(folder)?;
        }
        fs::rename(self.path(), to)
    }
}

/// A file that is being written.
pub(super) struct Writing {
    file: File,
    place: Place,
    digest: Sha256,
    size: u64,
}

impl Writing {
    /// A new one in the data folder.
    pub(super) fn begin(data: &Path) -> io::Result<Self> {
        let folder = data.join(INCOMING);
        private_folder(&folder)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| io::Error::other("no randomness"))?;
        let path = folder.join(hex(&random));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
        Ok(Self { file, place: Place(path), digest: Sha256::new(), size: 0 })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.size += bytes.len() as u64;
        self.file.write_all(bytes)
    }

    /// Makes it durable.
    pub(super) fn end(self, field: String, name: &str) -> io::Result<SentFile> {
        self.file.sync_all()?;
        let sha256 = hex(&self.digest.finalize());
        Ok(SentFile { field, name: shown(name), size: self.size, sha256, place: self.place })
    }
}

/// A folder that its owner alone opens, with those above it.
pub(crate) fn private_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Clears away what a killed process left half taken, or made to be taken out.
pub(crate) fn sweep(data: &Path) {
    let folders = [INCOMING, OUTGOING].into_iter().filter_map(|folder| fs::read_dir(data.join(folder)).ok());
    for entry in folders.flatten().flatten() {
        let still = entry
            .metadata()
            .and_then(|about| about.modified())
            .is_ok_and(|changed| SystemTime::now().duration_since(changed).is_ok_and(|since| since > ABANDONED));
        if still {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The last part of a name, without what cannot be shown.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control() && !is_turning(*c)).take(NAME_CHARS).collect();
    if plain.trim().is_empty() { "未命名".to_owned() } else { plain.trim().to_owned() }
}

/// Marks that turn the direction of writing: with them `xslx.exe` can look like `exe.xlsx`.
fn is_turning(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_name_is_its_last_part_and_never_a_path() {
        for (given, told) in [
            ("册.csv", "册.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\刘\\册.xls", "册.xls"),
            ("a\u{202e}vsc.exe", "avsc.exe"),
            ("\r\n", "未命名"),
            ("..", ".."),
        ] {
            assert_eq!(shown(given), told);
        }
        assert_eq!(shown(&"长".repeat(500)).chars().count(), NAME_CHARS);
    }

    #[test]
    fn a_file_is_its_owners_alone_and_gone_unless_kept() {
        let data = tempfile::tempdir().unwrap();
        let write = || {
            let mut writing = Writing::begin(data.path()).unwrap();
            writing.write(b"ab").unwrap();
            writing.write(b"c").unwrap();
            writing.end("file".to_owned(), "abc.csv").unwrap()
        };
        let sent = write();
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((sent.size, sent.sha256.as_str()), (3, known));
        let path = sent.path().to_owned();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        assert!(!path.to_string_lossy().contains("abc"));
        drop(sent);
        assert!(!path.exists());
        let to = data.path().join("extracts/1/1");
        write().keep(&to).unwrap();
        assert_eq!(fs::read(&to).unwrap(), b"abc");
    }

    #[test]
    fn what_was_left_long_ago_is_swept_and_what_grows_is_not() {
        let data = tempfile::tempdir().unwrap();
        let fresh = Writing::begin(data.path()).unwrap();
        private_folder(&data.path().join(OUTGOING)).unwrap();
        let old = [INCOMING, OUTGOING].map(|folder| data.path().join(folder).join("left"));
        for old in &old {
            File::create(old).unwrap().set_modified(SystemTime::now() - 2 * ABANDONED).unwrap();
        }
        sweep(data.path());
        assert!(old.iter().all(|old| !old.exists()) && fresh.place.0.exists());
    }
}
