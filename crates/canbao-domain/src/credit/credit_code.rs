//! 统一社会信用代码, GB 32100-2015.

use std::fmt;

use super::OrganisationCode;
use super::fold::Folded;

/// The 31 characters of a code, in the order of their values: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// A valid 统一社会信用代码: 18 characters in upper case with the right check character. The first tells the registrar's
/// department, the second the kind of unit, the third to eighth the registrar's area, the ninth to seventeenth
/// are the unit's own part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode([u8; 18]);

impl CreditCode {
    /// Reads a code as the standard writes it: 18 characters, upper case, the right check character.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; 18] = text.try_into().ok()?;
        let (body, check) = (text.first_chunk::<17>()?, text.last()?);
        if check_char(body)? != *check || !text.get(2..8)?.iter().all(u8::is_ascii_digit) {
            return None;
        }
        Some(Self(*text))
    }

    /// The code of its first 17 characters; `None` where they are not of the alphabet or the area is not digits.
    pub fn from_body(body: &[u8; 17]) -> Option<Self> {
        let mut text = [check_char(body)?; 18];
        for (place, byte) in text.iter_mut().zip(body) {
            *place = *byte;
        }
        Self::parse(&text)
    }

    /// Reads a code as departments write it: width, case, spaces and punctuation do not count.
    pub fn read(raw: &str) -> Option<Self> {
        Self::parse(Folded::read(raw).as_bytes())
    }

    /// The 18 characters, all ASCII.
    pub const fn as_bytes(&self) -> &[u8; 18] {
        &self.0
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The six digits of the area where the unit was registered.
    pub fn registrar_area(&self) -> u32 {
        let digits = self.0.get(2..8).unwrap_or_default();
        digits.iter().fold(0, |area, digit| area * 10 + u32::from(digit & 0x0f))
    }

    /// The first two characters as a number: 91 企业, 92 个体工商户, 93 农民专业合作社, 11 机关, 12 事业单位,
    /// 51 社会团体, 52 民办非企业 …; 0 where one of them is a letter (`N1` 农村集体经济组织, `Y1` 其他).
    pub const fn kind(&self) -> u8 {
        let [department, kind, ..] = self.0;
        if department.is_ascii_digit() && kind.is_ascii_digit() { (department - b'0') * 10 + kind - b'0' } else { 0 }
    }

    /// The first two characters.
    pub const fn kind_chars(&self) -> [u8; 2] {
        let [department, kind, ..] = self.0;
        [department, kind]
    }

    /// The organisation code that the unit had before and that its credit code holds;
    /// `None` where that part's own check character is not right.
    pub fn organisation(&self) -> Option<OrganisationCode> {
        OrganisationCode::parse(self.0.get(8..17)?)
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CreditCode({self})")
    }
}

/// The check character of the first 17 characters of a code; `None` where one is not of the alphabet.
/// Weights are the powers of 3 modulo 31.
fn check_char(body: &[u8; 17]) -> Option<u8> {
    let (mut sum, mut weight) = (0, 1);
    for byte in body {
        let value = ALPHABET.iter().position(|known| known == byte)?;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}
