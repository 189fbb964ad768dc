//! What a parcel says of itself in the clear.

use std::fmt;

use canbao_domain::date::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{MAX_CONTENTS, MAX_MANIFEST, MAX_PARCEL, ParcelError, Position};
use crate::exchange::hex;
use crate::exchange::identity::{Card, Fingerprint};

/// Declares a value of a fixed number of bytes, written as hexadecimal digits.
macro_rules! hex_value {
    ($(#[$doc:meta])* $name:ident, $bytes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub [u8; $bytes]);

        impl $name {
            /// The value of lower-case hexadecimal digits; `None` for anything else.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                hex::decode(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("not hexadecimal")
            }
        }
    };
}

hex_value! {
    /// A SHA-256 digest.
    Digest, 32
}
hex_value! {
    /// A parcel's own random name.
    ParcelId, 16
}

/// What a parcel is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Asks about people by number and name.
    Question,
    /// Answers a question.
    Answer,
    /// Begins a private comparison.
    PsiRequest,
    /// Answers a private comparison.
    PsiReply,
    /// What the asker of a private comparison chooses to tell of its outcome.
    PsiResult,
    /// Says that a parcel arrived, or why it was refused.
    Receipt,
}

impl Kind {
    /// The word of the manifest.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Answer => "answer",
            Self::PsiRequest => "psi-request",
            Self::PsiReply => "psi-reply",
            Self::PsiResult => "psi-result",
            Self::Receipt => "receipt",
        }
    }

    /// What a clerk calls it.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Question => "查询",
            Self::Answer => "答复",
            Self::PsiRequest => "隐私比对请求",
            Self::PsiReply => "隐私比对应答",
            Self::PsiResult => "隐私比对结果",
            Self::Receipt => "回执",
        }
    }

    /// Whether it answers another parcel, which it then names.
    #[must_use]
    pub const fn answers(self) -> bool {
        matches!(self, Self::Answer | Self::PsiReply | Self::PsiResult | Self::Receipt)
    }
}

/// A registry as a manifest names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Of its card.
    pub fingerprint: Fingerprint,
    /// The office's name.
    pub name: String,
    /// The code of its area.
    pub area: String,
}

impl Party {
    /// The registry of a card.
    #[must_use]
    pub fn of(card: &Card) -> Self {
        let registry = card.registry();
        Self { fingerprint: card.fingerprint(), name: registry.name().to_owned(), area: registry.area().to_owned() }
    }
}

/// One content of a parcel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// 1 to 64 of `a-z`, `0-9`, `-`, `.`; not a path.
    pub name: String,
    /// As counted by whoever wrote it.
    pub rows: u64,
    /// The plaintext's length in bytes, without the random bytes before it.
    pub bytes: u64,
    /// SHA-256 of 32 sealed random bytes and the plaintext.
    pub sha256: Digest,
    /// The age file's length in bytes.
    pub sealed_bytes: u64,
    /// SHA-256 of the age file.
    pub sealed_sha256: Digest,
}

/// What a parcel says of itself in the clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Manifest {
    /// 1.
    pub version: u32,
    /// The parcel's own random name.
    pub id: ParcelId,
    /// What it is for.
    pub kind: Kind,
    /// Who sealed it.
    pub from: Party,
    /// Who can open it.
    pub to: Party,
    /// When, as the sender says: RFC 3339, to the second.
    pub created: String,
    /// The number among the parcels from this sender to this receiver, from 1.
    pub sequence: u64,
    /// The digest of the parcel with the number before; `None` with number 1 only.
    pub previous: Option<Digest>,
    /// The digest of the other side's parcel that this one answers.
    pub answers: Option<Digest>,
    /// In the order in which they are sealed.
    pub contents: Vec<Entry>,
}

impl Manifest {
    /// The content of a name.
    #[must_use]
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.contents.iter().find(|entry| entry.name == name)
    }

    /// Reads a manifest as it stands in a parcel. What serde says is left out: it quotes.
    pub(super) fn read(text: &[u8]) -> Result<Self, ParcelError> {
        if text.len() > MAX_MANIFEST {
            return Err(ParcelError::Manifest("过长"));
        }
        let manifest: Self = serde_json::from_slice(text).map_err(|_| ParcelError::Manifest("不是有效的清单"))?;
        manifest.check().map_err(ParcelError::Manifest)?;
        Ok(manifest)
    }

    /// What the types do not say. The error is the Chinese name of what is wrong.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        if self.version != 1 {
            return Err("版本");
        }
        if self.from.fingerprint == self.to.fingerprint {
            return Err("收发双方");
        }
        if !is_instant(&self.created) {
            return Err("时间");
        }
        if self.sequence == 0 || (self.sequence == 1) != self.previous.is_none() {
            return Err("编号");
        }
        if self.kind.answers() != self.answers.is_some() {
            return Err("所答复的数据包");
        }
        if !(1..=MAX_CONTENTS).contains(&self.contents.len()) {
            return Err("内容个数");
        }
        let mut sealed = 0_u64;
        for (at, entry) in self.contents.iter().enumerate() {
            if !is_content_name(&entry.name) || self.contents.iter().take(at).any(|other| other.name == entry.name) {
                return Err("内容名称");
            }
            sealed = sealed.saturating_add(entry.sealed_bytes);
            if sealed > MAX_PARCEL || entry.bytes > entry.sealed_bytes || entry.rows > entry.bytes {
                return Err("内容大小");
            }
        }
        Ok(())
    }

    /// The digest of a parcel with this manifest, as it stands in the file. `sealed` are the digests of
    /// the sealed contents.
    pub(super) fn digest(text: &[u8], sealed: impl Iterator<Item = Digest>) -> Digest {
        let mut hash = Sha256::new_with_prefix(b"canbao exchange parcel 1\0");
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
        for digest in sealed {
            hash.update(digest.0);
        }
        Digest(hash.finalize().into())
    }

    /// Where the chain is after this parcel.
    pub(super) fn position(&self, digest: Digest) -> Position {
        Position { sequence: self.sequence, digest: Some(digest) }
    }
}

/// What is signed, of a parcel's digest.
pub(super) fn signed(digest: Digest) -> Vec<u8> {
    [b"canbao exchange parcel signature 1\0".as_slice(), &digest.0].concat()
}

/// The name that a parcel's file should have: sorted by name, the parcels of one sender to one receiver
/// stand in their order.
#[must_use]
pub fn file_name(manifest: &Manifest) -> String {
    let short = |party: &Party| party.fingerprint.to_string().chars().take(12).collect::<String>();
    format!(
        "{}-{}-{:08}-{}.parcel",
        short(&manifest.from),
        short(&manifest.to),
        manifest.sequence,
        manifest.kind.as_str()
    )
}

/// A content's name: never a path, never hidden.
pub(super) fn is_content_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain)
}

/// `2026-03-01T08:00:00+08:00` or `…Z`.
pub(super) fn is_instant(text: &str) -> bool {
    let time = |text: &str, shape: &[u8], limits: &[u32]| {
        text.len() == shape.len()
            && text
                .bytes()
                .zip(shape)
                .all(|(byte, shape)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape })
            && text
                .split([':', '+', '-'])
                .filter(|part| !part.is_empty())
                .zip(limits)
                .all(|(part, limit)| part.parse::<u32>().is_ok_and(|value| value < *limit))
    };
    let Some((day, rest)) = text.split_once('T') else { return false };
    let Some((clock, zone)) = rest.split_at_checked(8) else { return false };
    Date::parse(day).is_some_and(|date| date.to_string() == day)
        && time(clock, b"00:00:00", &[24, 60, 60])
        && (zone == "Z" || time(zone, b"+00:00", &[24, 60]) || time(zone, b"-00:00", &[24, 60]))
}
