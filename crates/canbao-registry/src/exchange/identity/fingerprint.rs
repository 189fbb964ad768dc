//! What is read over the telephone.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::exchange::hex;

/// The SHA-256 of all that a card says. `Display` is 64 hexadecimal digits; [`Fingerprint::spoken`] is for people.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of 32 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The fingerprint of 64 lower-case hexadecimal digits; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        hex::decode(text).map(Self)
    }

    /// Whether what somebody read is this fingerprint, spoken or in hexadecimal digits, however it is spaced.
    #[must_use]
    pub fn is_read_as(&self, text: &str) -> bool {
        let plain = |text: &str| -> String {
            text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_lowercase()).collect()
        };
        let read = plain(text);
        read == plain(&self.spoken()) || read == self.to_string()
    }

    /// Six groups of five decimal digits, to be read aloud: 99 bits, beyond what can be searched for.
    #[must_use]
    pub fn spoken(&self) -> String {
        let mut text = String::with_capacity(35);
        for five in self.0.chunks_exact(5) {
            let value = five.iter().fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&format!("{:05}", value % 100_000));
        }
        text
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Fingerprint> for String {
    fn from(fingerprint: Fingerprint) -> Self {
        fingerprint.to_string()
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a fingerprint")
    }
}
