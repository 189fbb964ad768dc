//! What a backup says of itself.

use serde::{Deserialize, Serialize};

use super::facts::Facts;
use crate::RegistryError;
use crate::store::VERSION;

/// The form of the archive.
pub(super) const FORMAT: u32 = 1;

/// `manifest.json`. Nothing in it is personal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive; 1.
    pub format: u32,
    /// The version of the program that made it.
    pub program: String,
    /// When, in China's time: `2016-11-01T08:00:00+08:00`.
    pub made_at: String,
    /// Which store it is of.
    pub kind: Kind,
    /// What the copy holds.
    pub facts: Facts,
    /// The parts of the archive.
    pub parts: Vec<Part>,
}

/// A store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A file.
    Sqlite,
    /// A server.
    Postgresql,
}

impl Kind {
    /// As people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgresql => "PostgreSQL",
        }
    }
}

/// A part of the archive, packed by zstd.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its name in the archive.
    pub name: String,
    /// Bytes, unpacked.
    pub bytes: u64,
    /// SHA-256 of what is unpacked, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Refuses what this program cannot read: another form, a newer structure.
    pub(super) fn check(&self) -> Result<(), RegistryError> {
        if self.format != FORMAT {
            return Err(RegistryError::refused(
                format!("这份备份的格式是第 {} 版，本程序只认得第 {FORMAT} 版。", self.format),
                "请换用较新的程序。",
            ));
        }
        if self.facts.schema > VERSION {
            return Err(RegistryError::Newer { found: self.facts.schema, known: VERSION });
        }
        Ok(())
    }

    /// Whether its registry has this program's structure.
    pub(super) fn is_current(&self) -> bool {
        self.facts.schema == VERSION
    }
}
