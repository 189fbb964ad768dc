//! 工商注册号: what employers had before the credit code.

use std::fmt;

use super::fold::Folded;

/// A 工商注册号. Three kinds are in use: 15 digits with a check digit (GS 15-2006, from 2007); 13 digits without one
/// (before 2007); of farmers' cooperatives six digits, `NA`, six digits and `X`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegistrationNumber {
    bytes: [u8; 15],
    len: u8,
}

impl RegistrationNumber {
    /// Reads a number of upper-case letters and digits; `None` for any other kind than the three, or a wrong check digit.
    pub fn parse(text: &[u8]) -> Option<Self> {
        // The area comes first: its province is 11 to 65, or 10 of the state's own registrar.
        if !matches!(text.first()?, b'1'..=b'6') {
            return None;
        }
        let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
        let valid = match text {
            [area @ .., b'N', b'A' | b'B', a, b, c, d, e, f, b'X'] => {
                area.len() == 6 && digits(area) && digits(&[*a, *b, *c, *d, *e, *f])
            }
            _ if !digits(text) => false,
            [_, rest @ ..] if rest.iter().all(|digit| *digit == b'0') => false,
            _ if text.len() == 15 => check_holds(text),
            _ => text.len() == 13,
        };
        if !valid {
            return None;
        }
        let mut bytes = [0; 15];
        for (place, byte) in bytes.iter_mut().zip(text) {
            *place = *byte;
        }
        Some(Self { bytes, len: text.len().min(15) as u8 })
    }

    /// The number of its first 14 digits.
    pub fn from_body(body: &[u8; 14]) -> Option<Self> {
        let product = product(body)?;
        let mut text = [b'0' + ((11 - product % 10) % 10) as u8; 15];
        for (place, byte) in text.iter_mut().zip(body) {
            *place = *byte;
        }
        Self::parse(&text)
    }

    /// Reads a number as departments write it: width, case and spaces do not count, nor what a licence's copies add, `(1-1)`.
    pub fn read(raw: &str) -> Option<Self> {
        Self::parse(Folded::read(raw).as_bytes())
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        self.bytes.get(..usize::from(self.len)).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The six digits of the area where the unit was registered.
    pub fn registrar_area(&self) -> u32 {
        self.bytes.iter().take(6).fold(0, |area, digit| area * 10 + u32::from(digit & 0x0f))
    }
}

impl fmt::Display for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for RegistrationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegistrationNumber({self})")
    }
}

/// ISO 7064 MOD 11,10 over the digits before the check digit; `None` where one is no digit.
fn product(body: &[u8]) -> Option<u32> {
    let mut product = 10;
    for byte in body {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        let sum = (product + u32::from(digit)) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    Some(product)
}

/// Whether the last of some digits checks the others.
fn check_holds(digits: &[u8]) -> bool {
    let Some((check, body)) = digits.split_last() else { return false };
    product(body).is_some_and(|product| (product + u32::from(check & 0x0f)) % 10 == 1)
}
