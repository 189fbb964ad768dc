//! Shapes that a citizen number takes in a folded field.

use super::{CitizenNumber, NumberText};

/// The number that the whole field is: 18 characters, or the 18 and what a disabled person's certificate
/// (残疾人证号) adds to them: two digits, and `B` with a digit where it was issued anew.
pub(super) fn whole(core: &[u8]) -> Option<CitizenNumber> {
    let (number, more) = core.split_first_chunk::<18>()?;
    let known = match more {
        [] => true,
        [kind, grade] => kind.is_ascii_digit() && grade.is_ascii_digit(),
        [kind, grade, b'B', issue] => [kind, grade, issue].into_iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !known {
        return None;
    }
    let mut number = *number;
    if let [.., last] = &mut number
        && *last == b'*'
    {
        *last = b'X';
    }
    CitizenNumber::parse(&number)
}

/// The one valid number among other words: `身份证：610902…`, `610902…（注销）`. None where there are two.
pub(super) fn within(plain: &str) -> Option<CitizenNumber> {
    let mut found = None;
    for run in plain.as_bytes().split(|byte| !byte.is_ascii_alphanumeric()) {
        if run.len() == plain.len() {
            return None;
        }
        match (whole(run), found) {
            (Some(number), Some(before)) if number != before => return None,
            (Some(number), _) => found = Some(number),
            (None, _) => {}
        }
    }
    found
}

/// The number of 15 digits as it was given before 1999, upgraded: the century 19 put in, the check character added.
pub(super) fn upgrade(digits: &[u8]) -> Option<CitizenNumber> {
    let digits: &[u8; 15] = digits.try_into().ok()?;
    let mut old = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        old = old * 10 + u64::from(digit - b'0');
    }
    let (area, rest) = (old / 10_u64.pow(9), old % 10_u64.pow(9));
    CitizenNumber::from_body(area * 10_u64.pow(11) + 19 * 10_u64.pow(9) + rest)
}

/// Whether 18 digits are what a spreadsheet leaves of a number: 15 or 16 digits, then zeros.
/// The caller knows already that the check does not hold.
pub(super) fn is_truncated(digits: &[u8]) -> bool {
    digits.len() == 18 && digits.iter().all(u8::is_ascii_digit) && digits.ends_with(b"00")
}

/// A number that was a float on its way.
pub(super) struct Float {
    /// Its digits, filled with zeros to the length that its exponent says.
    pub(super) digits: NumberText,
    /// How many of them were written.
    pub(super) sure: usize,
}

/// Reads `6.12401198503123E+17` and `610902850312123.0`; `None` for what is neither.
pub(super) fn from_float(plain: &str) -> Option<Float> {
    let (mantissa, exponent) = match plain.split_once('E') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix('+').unwrap_or(exponent))),
        None => (plain, None),
    };
    let (units, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if units.is_empty() || !all_digits(units) || !all_digits(decimals) {
        return None;
    }
    let Some(exponent) = exponent else {
        // A whole number with decimals: only zeros can follow the point.
        let whole = !decimals.is_empty() && decimals.bytes().all(|byte| byte == b'0');
        return whole.then(|| Float { digits: NumberText::new(units.as_bytes()), sure: units.len() });
    };
    if units.len() != 1 || exponent.is_empty() || exponent.len() > 3 || !all_digits(exponent) {
        return None;
    }
    let len = exponent.parse::<usize>().ok()? + 1;
    let decimals = if decimals.len() + 1 > len { decimals.trim_end_matches('0') } else { decimals };
    if !(15..=18).contains(&len) || decimals.len() + 1 > len {
        return None;
    }
    let mut digits = NumberText::EMPTY;
    for byte in units.bytes().chain(decimals.bytes()).chain(std::iter::repeat(b'0')).take(len) {
        digits.push(byte);
    }
    Some(Float { digits, sure: 1 + decimals.len() })
}
