//! The check character of GB 11643-1999, which is ISO 7064 MOD 11-2.

/// Weights of the 17 digits of the body.
const WEIGHTS: [u8; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check characters by the weighted sum modulo 11.
const CHARACTERS: [u8; 11] = *b"10X98765432";

/// The check character of a body of 17 ASCII digits: `0`–`9` or `X`; `None` for anything but 17 digits.
pub fn check_char(body: &[u8]) -> Option<u8> {
    let body: &[u8; 17] = body.try_into().ok()?;
    body.iter().all(u8::is_ascii_digit).then(|| of_digits(body))
}

/// The check character of 17 bytes already known to be ASCII digits.
pub(super) fn of_digits(body: &[u8; 17]) -> u8 {
    let mut sum = 0_u32;
    for (digit, weight) in body.iter().zip(WEIGHTS) {
        sum += u32::from(digit & 0x0f) * u32::from(weight);
    }
    CHARACTERS.get((sum % 11) as usize).copied().unwrap_or(b'0')
}
