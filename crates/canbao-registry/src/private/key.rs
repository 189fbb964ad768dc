//! The key for keyed hashes: a file of its own, never in the database or a backup.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::RegistryError;

/// What a key file begins with.
const HEAD: &str = "canbao-registry-key-1 ";

/// What is hashed; equal texts of different kinds have different hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// A social security number or other certificate.
    Number = 1,
    /// A whole normalised name.
    Name = 2,
    /// A surname.
    Surname = 3,
    /// A phone number.
    Phone = 4,
    /// A household's number.
    Household = 5,
    /// What identifies a person of a run.
    Identity = 6,
    /// What identifies an employer of a run.
    Unit = 7,
}

/// The key. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The keyed hash (BLAKE3) of a text, 64 bits of it: enough that two of a city's people seldom share one, and what
    /// is found by it is compared as a whole.
    pub fn hash(&self, kind: Kind, text: &str) -> i64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(&[kind as u8]);
        hasher.update(text.as_bytes());
        let mut eight = [0; 8];
        hasher.finalize_xof().fill(&mut eight);
        i64::from_le_bytes(eight)
    }

    /// What tells this key from another, and tells nothing else.
    pub fn fingerprint(&self) -> String {
        let hash = blake3::derive_key("canbao registry key fingerprint 2016", &self.0);
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Where the key of a SQLite file stands, unless another place is named: `registry.key` beside `registry.db`.
    pub fn beside(database: &Path) -> PathBuf {
        database.with_extension("key")
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// Where it is missing, is no key, or can be read by others.
    pub fn read(path: &Path) -> Result<Self, RegistryError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(RegistryError::NoKey(path.to_owned())),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(RegistryError::BadKey(path.to_owned()));
            }
            Err(error) => return Err(RegistryError::file("读取密钥文件", path)(error)),
        };
        let meta = fs::metadata(path).map_err(RegistryError::file("读取密钥文件", path))?;
        // what systemd hands to a service stands in a folder of that service alone; its mode may show the mask of a list of
        // who else may read it, which is the service's user
        let folder = std::env::var_os("CREDENTIALS_DIRECTORY");
        let is_handed = folder.is_some_and(|folder| path.parent() == Some(Path::new(&folder)));
        if meta.permissions().mode() & if is_handed { 0o007 } else { 0o077 } != 0 {
            return Err(RegistryError::OpenKey(path.to_owned()));
        }
        let bytes = text.strip_prefix(HEAD).and_then(|hex| bytes_of(hex.trim_end()));
        bytes.map(Self).ok_or_else(|| RegistryError::BadKey(path.to_owned()))
    }

    /// Makes a new key and writes it, mode 0600; a file that is there is not touched.
    ///
    /// # Errors
    /// Where the file exists or cannot be written.
    pub fn make(path: &Path) -> Result<Self, RegistryError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|_| RegistryError::file("生成密钥", path)(io::Error::other("系统没有给出随机数")))?;
        let text: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let write = || {
            let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            writeln!(file, "{HEAD}{text}")?;
            file.sync_all()
        };
        write().map_err(RegistryError::file("写入密钥文件", path))?;
        Ok(Self(bytes))
    }
}

impl Key {
    /// A key for one thing alone, which follows from this one and tells nothing of it.
    pub(crate) fn derived(&self, context: &'static str, of: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&self.0);
        hasher.update(of);
        Zeroizing::new(hasher.finalize().into())
    }

    /// A name that no other registry has: 32 hexadecimal digits at random.
    pub(crate) fn random_name() -> Result<String, RegistryError> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes).map_err(|_| RegistryError::Broken("系统没有给出随机数".to_owned()))?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

fn bytes_of(hex: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_file_and_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.key");
        assert!(matches!(Key::read(&path), Err(RegistryError::NoKey(_))));
        let key = Key::make(&path).unwrap();
        assert!(Key::make(&path).is_err());
        assert_eq!(Key::read(&path).unwrap(), key);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Key::read(&path), Err(RegistryError::OpenKey(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "canbao-registry-key-1 00").unwrap();
        assert!(matches!(Key::read(&path), Err(RegistryError::BadKey(_))));
    }

    #[test]
    fn kinds_and_keys_have_hashes_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["a", "b"].map(|name| Key::make(&folder.path().join(name)).unwrap());
        assert_eq!(one.hash(Kind::Name, "王秀英"), one.hash(Kind::Name, "王秀英"));
        assert_ne!(one.hash(Kind::Name, "王秀英"), one.hash(Kind::Household, "王秀英"));
        assert_ne!(one.hash(Kind::Name, "王秀英"), other.hash(Kind::Name, "王秀英"));
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert!(!format!("{one:?}").contains(&one.fingerprint()));
    }
}
