//! One written text against one number.

use canbao_domain::number::CitizenNumber;

use super::NumberAgreement::{
    self, AreaDigits, BirthDigits, CheckOnly, Equal, Missing, OneDigit, SameBirth, Sequence, Shortened, Swap,
    Truncated, TwoDigits, Unrelated,
};

/// Classifies the normalised text of a row (`NumberText`'s bytes) against a candidate, the most specific class first.
///
/// A text that ends in `000` and whose first 15 digits are the candidate's counts as `Truncated` even where it also
/// differs in a single place: a lost tail is by far the commoner cause.
pub fn compare(written: &[u8], candidate: CitizenNumber) -> NumberAgreement {
    let right = candidate.bytes();
    if !written.iter().any(u8::is_ascii_digit) {
        return Missing;
    }
    match written {
        text if text == right => Equal,
        text if text.contains(&b'E') => scientific(text, &right),
        text => match text.len() {
            18 => whole(text, &right),
            15 => old(text, &right),
            16 if right.starts_with(text) => Truncated,
            17 | 19 if one_more_or_less(text, &right) => Shortened,
            14 | 16 if old_form(&right).is_some_and(|old| one_more_or_less(text, &old)) => Shortened,
            // a certificate of the disabled (残疾人证号): the citizen number and two or four characters more
            20.. => text.get(..18).map_or(Unrelated, |head| if head == right { Equal } else { whole(head, &right) }),
            17 | 19 => one_sided(text, &right),
            _ => Unrelated,
        },
    }
}

/// 18 characters against 18.
fn whole(text: &[u8], right: &[u8; 18]) -> NumberAgreement {
    let valid = CitizenNumber::parse(text).is_some();
    let zeros = text.iter().rev().take_while(|&&c| c == b'0').count();
    let tail = |from: usize| text.iter().zip(right).skip(from).filter(|(a, b)| a != b).count();
    let cut = match zeros {
        3.. => same(text, right, 0..15),
        2 => same(text, right, 0..16) && tail(16) == 2,
        // a single difference is better explained by a wrong digit, and a swap by itself
        _ => tail(15) >= 2 && nearest_float(text, right) && !swapped(text, right),
    };
    if cut && !valid && text != right {
        return Truncated;
    }
    // the check character of a valid text follows from its body
    let end = if valid { 17 } else { 18 };
    let differs = |range: std::ops::Range<usize>| -> usize {
        text.iter().zip(right).take(range.end).skip(range.start).filter(|(a, b)| a != b).count()
    };
    let (area, birth, sequence) = (differs(0..6), differs(6..14), differs(14..end));
    let all = area + birth + sequence;
    if valid {
        return match (area, birth, sequence) {
            (0, _, 0) => BirthDigits,
            (_, 0, 0) => AreaDigits,
            (0, 0, _) => Sequence,
            _ if all == 2 => TwoDigits,
            (_, 0, _) => SameBirth,
            _ => Unrelated,
        };
    }
    match all {
        0 => Equal,
        1 if differs(17..18) == 1 => CheckOnly,
        1 => OneDigit,
        2 if swapped(text, right) => Swap,
        _ if area == 0 && sequence == 0 => BirthDigits,
        _ if birth == 0 && sequence == 0 => AreaDigits,
        2 => TwoDigits,
        _ if birth == 0 => SameBirth,
        _ => Unrelated,
    }
}

fn same(text: &[u8], right: &[u8], range: std::ops::Range<usize>) -> bool {
    match (text.get(range.clone()), right.get(range)) {
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

/// The text differs from `right` in two neighbouring places, which are swapped.
fn swapped(text: &[u8], right: &[u8]) -> bool {
    let Some(at) = text.iter().zip(right).position(|(a, b)| a != b) else { return false };
    match (text.get(at..at + 2), right.get(at..at + 2)) {
        (Some([a, b]), Some([c, d])) => a == d && b == c && text.get(at + 2..) == right.get(at + 2..),
        _ => false,
    }
}

/// One of the two has one character more and is else the same.
fn one_more_or_less(a: &[u8], b: &[u8]) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    if short.len() + 1 != long.len() {
        return false;
    }
    let head = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    short.get(head..) == long.get(head + 1..)
}

/// The 15-digit form of a number of the 1900s.
fn old_form(right: &[u8; 18]) -> Option<[u8; 15]> {
    let [a, b, c, d, e, f, b'1', b'9', rest @ ..] = *right else { return None };
    let [g, h, i, j, k, l, m, n, o, _] = rest;
    Some([a, b, c, d, e, f, g, h, i, j, k, l, m, n, o])
}

/// 15 characters: an old number, or a number whose end was cut off.
fn old(text: &[u8], right: &[u8; 18]) -> NumberAgreement {
    let Some(old) = old_form(right) else {
        return if right.starts_with(text) { Truncated } else { Unrelated };
    };
    let differs = |from: usize, to: usize| text.iter().zip(&old).take(to).skip(from).filter(|(a, b)| a != b).count();
    let (area, birth, sequence) = (differs(0, 6), differs(6, 12), differs(12, 15));
    match area + birth + sequence {
        0 => Equal,
        _ if right.starts_with(text) => Truncated,
        _ if area == 0 && birth == 0 => Sequence,
        1 => OneDigit,
        2 if swapped(text, &old) => Swap,
        _ if area == 0 && sequence == 0 => BirthDigits,
        _ if birth == 0 && sequence == 0 => AreaDigits,
        2 => TwoDigits,
        _ if birth == 0 => SameBirth,
        _ => Unrelated,
    }
}

/// 17 or 19 characters with more than one fault: the birth date may still stand in its place from either end.
fn one_sided(text: &[u8], right: &[u8; 18]) -> NumberAgreement {
    let from_end = text.len().saturating_sub(12);
    let birth = right.get(6..14);
    if text.get(6..14) == birth || text.get(from_end..from_end + 8) == birth { SameBirth } else { Unrelated }
}

/// `6.12401198503123E+17`: the digits that are left.
fn scientific(text: &[u8], right: &[u8; 18]) -> NumberAgreement {
    let mantissa = text.iter().take_while(|&&c| c != b'E').filter(|c| c.is_ascii_digit());
    let digits = mantissa.clone().count();
    let first = |count: usize| mantissa.clone().take(count).eq(right.iter().take(count));
    match digits {
        15.. if first(15) => Truncated,
        // the last digit that is left may be rounded
        14.. if mantissa.clone().skip(6).take(7).eq(right.iter().skip(6).take(7)) => SameBirth,
        _ => Unrelated,
    }
}

/// The text is the candidate after a program kept it as a 64-bit floating-point number.
fn nearest_float(text: &[u8], right: &[u8; 18]) -> bool {
    if !same(text, right, 0..15) {
        return false;
    }
    let read = |digits: &[u8]| std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u64>().ok());
    match (read(text), read(right)) {
        #[expect(clippy::cast_precision_loss, reason = "the loss is what is looked for")]
        (Some(text), Some(right)) => text != right && (right as f64) == (text as f64) && text.is_multiple_of(64),
        _ => false,
    }
}
