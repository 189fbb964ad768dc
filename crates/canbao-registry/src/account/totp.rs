//! Codes that follow from a secret and the time (RFC 6238): SHA-1, six digits, 30 seconds.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

/// Milliseconds that a code holds.
const STEP: i64 = 30_000;
/// Steps that a clock may be ahead or behind.
const AROUND: i64 = 1;
const DIGITS: u32 = 1_000_000;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step of a time in milliseconds since 1970.
fn step(at: i64) -> i64 {
    at.div_euclid(STEP)
}

/// The number of a step (RFC 4226).
fn number(secret: &[u8], step: i64) -> Option<u32> {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest.last()? & 15);
    let four: [u8; 4] = digest.get(at..at + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(four) & 0x7fff_ffff)
}

/// The step whose code was given, if it is one that is right now and later than `last`, which was used already.
pub(super) fn accepted(secret: &[u8], given: &str, last: i64, now: i64) -> Option<i64> {
    let given: String = given.chars().filter(|c| !c.is_whitespace()).collect();
    if given.len() != 6 || !given.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let given: u32 = given.parse().ok()?;
    let now = step(now);
    // all are made, whichever is right
    let right = (now - AROUND..=now + AROUND).filter(|step| number(secret, *step).is_some_and(|n| n % DIGITS == given));
    right.filter(|step| *step > last).max()
}

/// The six digits that an authenticator shows for a secret (Base32, as [`super::SecondFactor`] has it) at a time in
/// milliseconds since 1970; none where it is no secret.
pub fn code(secret: &str, at: i64) -> Option<String> {
    number(&from_base32(secret)?, step(at)).map(|number| format!("{:06}", number % DIGITS))
}

/// Base32 (RFC 4648) without padding.
pub(super) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        (held, bits) = (held << 8 | u32::from(*byte), bits + 8);
        while bits >= 5 {
            bits -= 5;
            text.extend(letter(held >> bits));
        }
    }
    if bits > 0 {
        text.extend(letter(held << (5 - bits)));
    }
    text
}

fn letter(five: u32) -> Option<char> {
    BASE32.get((five & 31) as usize).map(|letter| char::from(*letter))
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes().filter(|byte| *byte != b' ') {
        let five = BASE32.iter().position(|known| *known == letter.to_ascii_uppercase())?;
        (held, bits) = (held << 5 | u32::try_from(five).ok()?, bits + 5);
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 255) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"12345678901234567890";

    #[test]
    fn the_vectors_of_rfc_6238() {
        for (second, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000_i64, 65_353_130),
        ] {
            assert_eq!(number(SECRET, step(second * 1000)).unwrap() % 100_000_000, code);
            assert_eq!(super::code(&base32(SECRET), second * 1000).unwrap(), format!("{:06}", code % DIGITS));
        }
    }

    #[test]
    fn the_vectors_of_rfc_4226() {
        let known = [755_224, 287_082, 359_152, 969_429, 338_314, 254_676, 287_922, 162_583, 399_871, 520_489];
        for (counter, known) in known.into_iter().enumerate() {
            assert_eq!(number(SECRET, counter as i64).unwrap() % DIGITS, known);
        }
    }

    #[test]
    fn the_vectors_of_rfc_4648() {
        for (bytes, text) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(text).unwrap(), bytes.as_bytes());
        }
        assert_eq!(from_base32("MZ1W"), None);
        assert_eq!(base32(&[255; 20]).len(), 32);
    }

    #[test]
    fn a_step_around_is_accepted_once() {
        let now = 1_111_111_111_000;
        let at = |steps: i64| super::code(&base32(SECRET), now + steps * STEP).unwrap();
        let this = step(now);
        for steps in -1..=1 {
            assert_eq!(accepted(SECRET, &at(steps), 0, now), Some(this + steps));
        }
        for steps in [-3, -2, 2, 3] {
            assert_eq!(accepted(SECRET, &at(steps), 0, now), None);
        }
        assert_eq!(accepted(SECRET, &at(0), this, now), None);
        assert_eq!(accepted(SECRET, &at(-1), this, now), None);
        assert_eq!(accepted(SECRET, &at(1), this, now), Some(this + 1));
        let spaced = format!("{} {}", &at(0)[..3], &at(0)[3..]);
        assert_eq!(accepted(SECRET, &spaced, 0, now), Some(this));
        for wrong in ["", "12345", "1234567", "+12345", "１２３４５６"] {
            assert_eq!(accepted(SECRET, wrong, 0, now), None);
        }
    }
}
