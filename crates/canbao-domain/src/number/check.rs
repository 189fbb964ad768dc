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
    let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, last] = *body;
    let sum = weighted([a, b, c, d, e, f, g, h], FIRST)
        + weighted([i, j, k, l, m, n, o, p], SECOND)
        + u64::from(last & 0x0f) * LAST;
    CHARACTERS.get((sum % 11) as usize).copied().unwrap_or(b'0')
}

/// The weights of the first eight digits, as [`lanes`] has them.
const FIRST: [u64; 2] = {
    let [a, b, c, d, e, f, g, h, ..] = WEIGHTS;
    lanes([a, b, c, d, e, f, g, h])
};
/// Those of the second eight.
const SECOND: [u64; 2] = {
    let [_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h, _] = WEIGHTS;
    lanes([a, b, c, d, e, f, g, h])
};
/// That of the seventeenth.
const LAST: u64 = {
    let [.., last] = WEIGHTS;
    last as u64
};

/// Eight weights, every second in a lane of 16 bits of one word, the last lowest.
const fn lanes([a, b, c, d, e, f, g, h]: [u8; 8]) -> [u64; 2] {
    [
        (a as u64) << 48 | (c as u64) << 32 | (e as u64) << 16 | g as u64,
        (b as u64) << 48 | (d as u64) << 32 | (f as u64) << 16 | h as u64,
    ]
}

/// The weighted sum of eight ASCII digits: the highest lane of a product is the sum of the lanes' products, and none
/// of the lanes flows over (4 × 9 × 10 is the most).
const fn weighted(digits: [u8; 8], [even, odd]: [u64; 2]) -> u64 {
    let word = u64::from_le_bytes(digits) & 0x0f0f_0f0f_0f0f_0f0f;
    let (evens, odds) = (word & 0x00ff_00ff_00ff_00ff, (word >> 8) & 0x00ff_00ff_00ff_00ff);
    (evens.wrapping_mul(even) >> 48) + (odds.wrapping_mul(odd) >> 48)
}
