//! The file of the keys.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use age::secrecy::ExposeSecret as _;
use ed25519_dalek::SigningKey;
use zeroize::Zeroizing;

use super::{Identity, IdentityError, Registry, fields};
use crate::exchange::hex;
use crate::exchange::write_aside::Aside;

const WHAT: &str = "身份文件";
const FORMAT: &str = "canbao-identity-1";
const KEYS: [&str; 6] = ["format", "id", "name", "area", "signing-key", "age-identity"];

impl Identity {
    /// Writes the keys to a new file, mode 0600, whole or not at all.
    ///
    /// # Errors
    /// Where something stands there already, which is never replaced, or the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), IdentityError> {
        let signing = Zeroizing::new(self.signing.to_bytes());
        let signing = Zeroizing::new(hex::encode(signing.as_slice()));
        let age = self.age.to_string();
        let registry = self.card().registry();
        let parts = [
            "# 参保 联网比对 身份文件（机密）：任何人得到它就能冒充本机构。只留给本用户读取，备份须加密保管。\nformat = \"",
            FORMAT,
            "\"\nid = \"",
            registry.id(),
            "\"\nname = \"",
            registry.name(),
            "\"\narea = \"",
            registry.area(),
            "\"\nsigning-key = \"",
            &signing,
            "\"\nage-identity = \"",
            age.expose_secret(),
            "\"\n",
        ];
        let mut aside = Aside::create(path).map_err(IdentityError::io("写入", path))?;
        // part by part: put together, they would be one more copy of the keys
        for part in parts {
            aside.file.write_all(part.as_bytes()).map_err(IdentityError::io("写入", path))?;
        }
        aside.into_place().map_err(IdentityError::io("写入", path))
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// [`IdentityError::Exposed`] where anyone but the owner has any right to the file; where it is no such file.
    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let read = || IdentityError::io("读取", path);
        let mut file = File::open(path).map_err(read())?;
        let about = file.metadata().map_err(read())?;
        if !about.is_file() {
            return Err(IdentityError::NotAFile(path.to_owned()));
        }
        if about.mode() & 0o077 != 0 {
            return Err(IdentityError::Exposed(path.to_owned()));
        }
        // one buffer that never grows, wiped at the end
        let mut bytes = Zeroizing::new(vec![0_u8; fields::MAX_TEXT + 1]);
        let mut filled = 0;
        loop {
            let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) else {
                return Err(IdentityError::TooLong(WHAT));
            };
            match file.read(rest) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(read()(error)),
            }
        }
        let text = std::str::from_utf8(bytes.get(..filled).unwrap_or_default());
        parse(text.map_err(|_| IdentityError::NotText(WHAT))?)
    }
}

fn parse(text: &str) -> Result<Identity, IdentityError> {
    let [format, id, name, area, signing, age] = fields::read(WHAT, text, KEYS)?;
    let wrong = |key| move || IdentityError::Value { what: WHAT, key };
    if format != FORMAT {
        return Err(wrong("format")());
    }
    let registry = Registry::new(id, name, area)?;
    let signing = Zeroizing::new(hex::decode::<32>(signing).ok_or_else(wrong("signing-key"))?);
    let age: age::x25519::Identity = age.parse().map_err(|_| wrong("age-identity")())?;
    Ok(Identity::of(registry, SigningKey::from_bytes(&signing), age))
}
