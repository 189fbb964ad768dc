//! A citizen number that holds: 17 digits with a real birth date; the check character follows from them.

use std::fmt;

use super::check;
use crate::Sex;
use crate::date::{self, Date};

/// A 公民身份号码 (GB 11643-1999), packed: its body of 17 digits. The 18th character follows from the body, so a value
/// of this type is always a valid number. `Debug` is masked, and there is no `Display`, so that no number
/// gets into a log or an error by accident.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CitizenNumber(u64);

/// The smallest body: the first digit is 1 to 9.
const SMALLEST: u64 = 10_u64.pow(16);
/// The first and the last year of birth that a number can hold.
const BIRTH_YEARS: std::ops::RangeInclusive<u32> = 1850..=2100;

impl CitizenNumber {
    /// The number of a body of 17 digits; `None` unless its first digit is 1 to 9 and its birth date is a real day
    /// of 1850 to 2100.
    pub fn from_body(body: u64) -> Option<Self> {
        if !(SMALLEST..SMALLEST * 10).contains(&body) {
            return None;
        }
        let packed = packed_birth(body);
        (BIRTH_YEARS.contains(&(packed / 10_000)) && date::is_real(packed)).then_some(Self(body))
    }

    /// The body: the first 17 digits as a number.
    pub const fn body(self) -> u64 {
        self.0
    }

    /// Reads a number as the standard writes it: 18 ASCII characters, `X` in upper case, the right check character.
    /// What departments write is read by [`read_number`](super::read_number).
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text: &[u8; 18] = text.try_into().ok()?;
        let (body, last) = (text.first_chunk::<17>()?, text.last()?);
        let [high, low] = [body.first_chunk::<8>()?, body.get(8..16)?.first_chunk::<8>()?];
        let unit = body.last()?.wrapping_sub(b'0');
        if unit > 9 || check::of_digits(body) != *last {
            return None;
        }
        Self::from_body((eight_digits(*high)? * 100_000_000 + eight_digits(*low)?) * 10 + u64::from(unit))
    }

    /// The birth date.
    pub fn birth(self) -> Date {
        // Real by construction, so the fallback is never taken.
        date::from_packed(packed_birth(self.0)).unwrap_or(Date(0))
    }

    /// The sex: the 17th digit is odd for men.
    pub const fn sex(self) -> Sex {
        if self.0 % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The six digits of the county where the number was first given. Not where its holder lives.
    pub const fn area(self) -> u32 {
        (self.0 / 10_u64.pow(11)) as u32
    }

    /// The check character, `0`–`9` or `X`.
    pub fn check_char(self) -> u8 {
        check::of_digits(&self.digits())
    }

    /// The 18 ASCII characters.
    pub fn bytes(self) -> [u8; 18] {
        let digits = self.digits();
        let mut bytes = [check::of_digits(&digits); 18];
        for (byte, digit) in bytes.iter_mut().zip(digits) {
            *byte = digit;
        }
        bytes
    }

    /// The number with its birth date masked, for screens and samples: `610902********123X`.
    pub fn masked(self) -> String {
        let mut bytes = self.bytes();
        for byte in bytes.iter_mut().skip(6).take(8) {
            *byte = b'*';
        }
        bytes.into_iter().map(char::from).collect()
    }

    fn digits(self) -> [u8; 17] {
        let (eights, unit) = (self.0 / 10, self.0 % 10);
        let mut digits = [b'0' + unit as u8; 17];
        let halves = [eight_characters(eights / 100_000_000), eight_characters(eights % 100_000_000)];
        for (digit, character) in digits.iter_mut().zip(halves.as_flattened()) {
            *digit = *character;
        }
        digits
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenNumber({})", self.masked())
    }
}

/// Digits 7 to 14 of a body, yyyymmdd.
const fn packed_birth(body: u64) -> u32 {
    (body / 1000 % 100_000_000) as u32
}

/// The eight ASCII digits of a value below 10⁸, all at once in one machine word: it is parted into fours, these into
/// pairs, and these into digits, each by a multiplication for all parts.
const fn eight_characters(value: u64) -> [u8; 8] {
    let fours = (value / 10_000) | (value % 10_000) << 32;
    let hundreds = (fours.wrapping_mul(10_486) >> 20) & 0x0000_007f_0000_007f;
    let pairs = hundreds | (fours.wrapping_sub(hundreds.wrapping_mul(100))) << 16;
    let tens = (pairs.wrapping_mul(103) >> 10) & 0x000f_000f_000f_000f;
    let digits = tens | (pairs.wrapping_sub(tens.wrapping_mul(10))) << 8;
    (digits | 0x3030_3030_3030_3030).to_le_bytes()
}

/// The value of eight ASCII digits, all at once in one machine word; `None` where one is no digit.
const fn eight_digits(text: [u8; 8]) -> Option<u64> {
    let word = u64::from_le_bytes(text);
    let high_nibbles = 0xf0f0_f0f0_f0f0_f0f0;
    let threes = 0x3030_3030_3030_3030;
    // A digit's high nibble is 3, and stays 3 when 6 is added to it.
    if word & high_nibbles != threes || word.wrapping_add(0x0606_0606_0606_0606) & high_nibbles != threes {
        return None;
    }
    let digits = word & 0x0f0f_0f0f_0f0f_0f0f;
    let pairs = (digits.wrapping_mul(2561) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(6_553_601) >> 16) & 0x0000_ffff_0000_ffff;
    Some(fours.wrapping_mul(42_949_672_960_001) >> 32)
}
