//! The numbers that a damaged text may have been.

use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;

/// GB 11643: the weight of each body position, mod 11.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/// The inverse of each residue mod 11 (0 has none).
const INVERSE: [u32; 11] = [0, 1, 6, 4, 3, 9, 2, 8, 7, 5, 10];

/// Which positions an edit may touch.
#[derive(Copy, Clone)]
struct Mask(u32);

impl Mask {
    const ALL: Self = Self(u32::MAX);
    /// Everything but the birth date, positions 7 to 14.
    const OUTSIDE_BIRTH: Self = Self(!0x3FC0);

    const fn has(self, position: usize) -> bool {
        self.0 & (1 << position) != 0
    }
}

/// Fills `out` with every valid number one edit away from a text that is none: one wrong digit or check character, two
/// neighbours swapped (18 characters), one character lost (17) or added (19); sorted, without repetition.
///
/// A text of 20 or 22 characters is a number with what a certificate of the disabled adds (残疾人证号): its first 18 are
/// repaired. Nothing for valid
/// numbers and other lengths; for an old number of 15 digits an edit restores nothing, as it has no check character.
/// Pure arithmetic: given all others, the check fixes the one digit that may stand in a place.
pub fn repairs(written: &[u8], out: &mut Vec<CitizenNumber>) {
    out.clear();
    if CitizenNumber::parse(written).is_some() {
        return;
    }
    match written.len() {
        17 => lengthen(written, out),
        18 => edit(written, Mask::ALL, out),
        19 => shorten(written, out),
        20 | 22 => match written.get(..18) {
            Some(head) if CitizenNumber::parse(head).is_none() => edit(head, Mask::ALL, out),
            _ => {}
        },
        _ => {}
    }
    out.sort_unstable();
    out.dedup();
}

/// Fills `out` with every valid number that has the birth date of the row's own field and is, outside the date, the
/// text or one edit away from it: two wrong digits of which one is in the date, a wholly wrong date, both.
///
/// For texts of 18 characters; nothing without a date. Sorted, without repetition; it holds no number that the text
/// already is.
pub fn repairs_two(written: &[u8], birth: Option<Date>, out: &mut Vec<CitizenNumber>) {
    out.clear();
    let Some(text) = with_birth(written, birth) else { return };
    out.extend(CitizenNumber::parse(&text));
    edit(&text, Mask::OUTSIDE_BIRTH, out);
    finish(written, out);
}

/// Fills `out` with every valid number that has the birth date of the row's own field and differs from the text in at
/// most two places outside it: a few hundred candidates, for rows on which the cheaper repairs found nobody.
pub fn repairs_pair(written: &[u8], birth: Option<Date>, out: &mut Vec<CitizenNumber>) {
    out.clear();
    let Some(text) = with_birth(written, birth) else { return };
    for position in (0..17).filter(|&k| Mask::OUTSIDE_BIRTH.has(k)) {
        for digit in b'0'..=b'9' {
            let mut changed = text;
            if let Some(place) = changed.get_mut(position) {
                *place = digit;
            }
            out.extend(CitizenNumber::parse(&changed));
            one_digit(&changed, Mask::OUTSIDE_BIRTH, out);
            out.extend(from_body(&changed));
        }
    }
    finish(written, out);
}

fn finish(written: &[u8], out: &mut Vec<CitizenNumber>) {
    out.sort_unstable();
    out.dedup();
    if let Some(own) = CitizenNumber::parse(written) {
        out.retain(|&number| number != own);
    }
}

/// The text with the date's digits in positions 7 to 14.
fn with_birth(written: &[u8], birth: Option<Date>) -> Option<[u8; 18]> {
    let mut text: [u8; 18] = written.try_into().ok()?;
    let (year, month, day) = birth?.ymd();
    let mut value = u32::try_from(year).ok().filter(|year| (1000..=9999).contains(year))? * 10_000 + month * 100 + day;
    for place in text.get_mut(6..14)?.iter_mut().rev() {
        *place = b'0' + u8::try_from(value % 10).ok()?;
        value /= 10;
    }
    Some(text)
}

/// Wrong digit, wrong check character, swapped neighbours; of 18 characters.
fn edit(text: &[u8], mask: Mask, out: &mut Vec<CitizenNumber>) {
    out.extend(from_body(text));
    one_digit(text, mask, out);
    let Ok(text) = <[u8; 18]>::try_from(text) else { return };
    for at in (0..17).filter(|&k| mask.has(k) && mask.has(k + 1)) {
        let mut changed = text;
        changed.swap(at, at + 1);
        out.extend(CitizenNumber::parse(&changed));
    }
}

/// The number with the first 17 characters as its body, whatever its check character was.
fn from_body(text: &[u8]) -> Option<CitizenNumber> {
    let mut body = 0u64;
    for &c in text.get(..17)? {
        body = body * 10 + u64::from(digit(c)?);
    }
    CitizenNumber::from_body(body)
}

/// The value of a digit.
fn digit(c: u8) -> Option<u32> {
    c.is_ascii_digit().then(|| u32::from(c - b'0'))
}

/// What the weighted sum of the body is, mod 11, when the check character is right.
fn sum_of_check(check: u8) -> Option<u32> {
    // position in "10X98765432"
    match check {
        b'0' => Some(1),
        b'1' => Some(0),
        // a star is an X in some programs
        b'X' | b'*' => Some(2),
        b'2'..=b'9' => Some(12 - u32::from(check - b'0')),
        _ => None,
    }
}

/// The one digit that satisfies the check in a place of the given weight, when the others' sum is known; none where it
/// would be ten.
fn solve(wanted: u32, others: u32, weight: u32) -> Option<u8> {
    let inverse = usize::try_from(weight).ok().and_then(|weight| INVERSE.get(weight)).copied()?;
    let digit = (wanted + 11 - others % 11) % 11 * inverse % 11;
    u8::try_from(digit).ok().filter(|&digit| digit < 10)
}

/// Every number that differs in one body digit and keeps the check character.
fn one_digit(text: &[u8], mask: Mask, out: &mut Vec<CitizenNumber>) {
    let (Some(body), Some(wanted)) = (text.get(..17), text.get(17).and_then(|&c| sum_of_check(c))) else { return };
    let (mut sum, mut value, mut unread) = (0, 0u64, None);
    for (position, (&c, weight)) in body.iter().zip(WEIGHTS).enumerate() {
        let digit = match digit(c) {
            Some(digit) => digit,
            // one character that is no digit is itself the fault; two are too many
            None if unread.is_none() => {
                unread = Some(position);
                0
            }
            None => return,
        };
        sum += digit * weight;
        value = value * 10 + u64::from(digit);
    }
    let mut power = 10u64.pow(16);
    for (position, (&c, weight)) in body.iter().zip(WEIGHTS).enumerate() {
        if mask.has(position) && unread.is_none_or(|unread| unread == position) {
            let old = digit(c).unwrap_or_default();
            if let Some(new) = solve(wanted, sum - old * weight, weight)
                && (u32::from(new) != old || unread.is_some())
            {
                out.extend(CitizenNumber::from_body(value - u64::from(old) * power + u64::from(new) * power));
            }
        }
        power /= 10;
    }
}

/// 17 characters: one is missing somewhere.
fn lengthen(text: &[u8], out: &mut Vec<CitizenNumber>) {
    let Ok(text) = <[u8; 17]>::try_from(text) else { return };
    // the check character is missing
    let mut whole = [b'0'; 18];
    whole.iter_mut().zip(text).for_each(|(place, c)| *place = c);
    out.extend(from_body(&whole));
    // a digit is: at each place the check fixes which
    for at in 0..17 {
        let mut whole = [b'?'; 18];
        let places = whole.iter_mut().enumerate().filter(|&(k, _)| k != at).map(|(_, place)| place);
        places.zip(text).for_each(|(place, c)| *place = c);
        one_digit(&whole, Mask::ALL, out);
    }
}

/// 19 characters: one is too many.
fn shorten(text: &[u8], out: &mut Vec<CitizenNumber>) {
    for at in 0..text.len() {
        let mut whole = [b'0'; 18];
        let kept = text.iter().enumerate().filter(|&(k, _)| k != at).map(|(_, &c)| c);
        whole.iter_mut().zip(kept).for_each(|(place, c)| *place = c);
        out.extend(CitizenNumber::parse(&whole));
    }
}

#[cfg(test)]
mod tests {
    use canbao_domain::number;

    use super::{INVERSE, WEIGHTS, sum_of_check};

    #[test]
    fn inverses_are_inverse() {
        for (value, inverse) in (0u32..).zip(INVERSE).skip(1) {
            assert_eq!(value * inverse % 11, 1);
        }
    }

    #[test]
    fn check_sums_agree_with_the_standard() {
        for first in b'1'..=b'9' {
            let mut body = [b'0'; 17];
            if let Some(place) = body.first_mut() {
                *place = first;
            }
            let sum = u32::from(first - b'0') * WEIGHTS.first().copied().unwrap_or_default() % 11;
            assert_eq!(number::check_char(&body).and_then(sum_of_check), Some(sum));
        }
    }
}
