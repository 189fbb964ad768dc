//! When a certificate ends: the one thing of it that is read here (RFC 5280, 4.1).

use canbao_domain::date::Date;

const SEQUENCE: u8 = 0x30;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const EXPLICIT_VERSION: u8 = 0xa0;

/// The end of a certificate's validity, in milliseconds since 1970; `None` where it cannot be read.
pub(super) fn ends(der: &[u8]) -> Option<i64> {
    let (tag, certificate, _) = element(der)?;
    let (body_tag, body, _) = element(certificate)?;
    if (tag, body_tag) != (SEQUENCE, SEQUENCE) {
        return None;
    }
    let mut rest = body;
    if rest.first() == Some(&EXPLICIT_VERSION) {
        rest = element(rest)?.2;
    }
    // serial number, algorithm, issuer
    for _ in 0..3 {
        rest = element(rest)?.2;
    }
    let (_, validity, _) = element(rest)?;
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// Tag, content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(*first & 0x7f))?;
        if digits.len() > 4 {
            return None;
        }
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// `161101080000Z` or `20661101080000Z`.
fn time(tag: u8, text: &str) -> Option<i64> {
    let (year, rest) = match tag {
        UTC_TIME => {
            let year: i32 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        GENERALIZED_TIME => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let two = |place: usize| rest.get(place..place + 2)?.parse::<u8>().ok();
    let date = Date::from_ymd(year, two(0)?.into(), two(2)?.into())?;
    let seconds = i64::from(two(4)?) * 3600 + i64::from(two(6)?) * 60 + i64::from(two(8)?);
    Some((i64::from(date.days()) * 86_400 + seconds) * 1000)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_read_of_both_kinds_of_time_and_nonsense_is_none() {
        for (year, ms) in [(2031, 1_932_336_000_000), (2066, 3_036_873_600_000)] {
            let mut params = rcgen::CertificateParams::new(["a.example".to_owned()]).unwrap();
            params.not_after = rcgen::date_time_ymd(year, 3, 27);
            let der = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
            let parsed = ends(der.der()).unwrap();
            assert_eq!(parsed, params.not_after.unix_timestamp() * 1000);
            assert_eq!(parsed, ms, "{year}");
            for cut in 0..der.der().len() {
                let _ = ends(&der.der()[..cut]);
            }
        }
        assert_eq!(ends(b"-----BEGIN CERTIFICATE-----"), None);
        assert_eq!(ends(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
