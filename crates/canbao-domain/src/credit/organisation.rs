//! 组织机构代码, GB 11714-1997.

use std::fmt;

use super::fold::Folded;

/// Weights of the eight characters of the body.
const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A valid 组织机构代码: eight letters or digits and the check character, without the hyphen between them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganisationCode([u8; 9]);

impl OrganisationCode {
    /// Reads a code of nine characters, upper case, with the right check character.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; 9] = text.try_into().ok()?;
        let (body, check) = (text.first_chunk::<8>()?, text.last()?);
        (check_char(body)? == *check).then_some(Self(*text))
    }

    /// The code of its first eight characters; `None` where they are not digits and upper-case letters.
    pub fn from_body(body: &[u8; 8]) -> Option<Self> {
        let mut text = [check_char(body)?; 9];
        for (place, byte) in text.iter_mut().zip(body) {
            *place = *byte;
        }
        Self::parse(&text)
    }

    /// Reads a code as departments write it: with the hyphen or without, in any width and case.
    pub fn read(raw: &str) -> Option<Self> {
        Self::parse(Folded::read(raw).as_bytes())
    }

    /// The nine characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for OrganisationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OrganisationCode({self})")
    }
}

/// 11 less the weighted sum modulo 11; 10 is written X, 11 is written 0.
fn check_char(body: &[u8; 8]) -> Option<u8> {
    let mut sum = 0;
    for (byte, weight) in body.iter().zip(WEIGHTS) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return None,
        };
        sum += u32::from(value) * weight;
    }
    Some(match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    })
}
