//! How values are written.

use canbao_domain::credit::CreditCode;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, check_char};
use serde::{Deserialize, Serialize};

/// A way of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// 手机 11 位，或区号加 7、8 位座机; spaces don't count.
    Phone,
    /// GB 11643, with its check character, born today at the latest.
    CitizenNumber,
    /// `2016-11-01`
    Date,
    /// `2016-11`
    Month,
    /// GB 32100, with its check character.
    CreditCode,
}

impl Format {
    /// Whether a filled text is so written.
    pub fn fits(self, text: &str, today: Date) -> bool {
        match self {
            Self::Phone => is_phone(text),
            Self::CitizenNumber => is_citizen_number(text, today),
            Self::Date => is_date(text),
            Self::Month => is_month(text),
            Self::CreditCode => CreditCode::parse(text.as_bytes()).is_some(),
        }
    }
}

/// Without spaces: those of ASCII, the full-width one, the one that does not break. The same as a phone leaves out.
pub(super) fn unspaced(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{a0}' | '\u{3000}')).collect()
}

fn is_phone(text: &str) -> bool {
    let bare = unspaced(text);
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = bare.strip_prefix('1') {
        return bare.len() == 11 && all_digits(&bare) && rest.starts_with(|c| ('3'..='9').contains(&c));
    }
    let Some(rest) = bare.strip_prefix('0') else { return false };
    match rest.split_once('-') {
        Some((area, line)) => {
            all_digits(area) && all_digits(line) && matches!(area.len(), 2 | 3) && matches!(line.len(), 7 | 8)
        }
        // two or three digits of the area, seven or eight of the line
        None => all_digits(rest) && (9..=11).contains(&rest.len()),
    }
}

fn is_citizen_number(text: &str, today: Date) -> bool {
    let upper = text.to_ascii_uppercase();
    let bytes = upper.as_bytes();
    let (Some(body), Some(last)) = (bytes.get(..17), bytes.get(17)) else { return false };
    bytes.len() == 18
        && check_char(body) == Some(*last)
        && CitizenNumber::parse(bytes).is_some_and(|number| number.birth() <= today)
}

/// Written in full: a paper's `2016.1` is no date yet.
pub(super) fn is_date(text: &str) -> bool {
    let shape = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
    shape && Date::parse(text).is_some()
}

fn is_month(text: &str) -> bool {
    text.len() == 7 && is_date(&format!("{text}-01")) && text >= "1900-01"
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn telephones_are_mobiles_or_lines_with_their_area() {
        let today = Date::parse("2016-11-01").unwrap();
        let fits = |text| Format::Phone.fits(text, today);
        for good in ["13900005207", "139 0000 5207", "0915-3212345", "09153212345", "010-62345678", "01062345678"] {
            assert!(fits(good), "{good}");
        }
        for bad in ["1390000520", "12900005207", "139000052071", "3212345", "0915-321234", "0915-3212-45", "无", "0"] {
            assert!(!fits(bad), "{bad}");
        }
    }

    #[test]
    fn dates_are_written_in_full() {
        let today = Date::parse("2016-11-01").unwrap();
        for (format, text, fits) in [
            (Format::Date, "2016-02-29", true),
            (Format::Date, "2015-02-29", false),
            (Format::Date, "2016-2-9", false),
            (Format::Month, "2016-12", true),
            (Format::Month, "2016-13", false),
            (Format::Month, "1899-12", false),
            (Format::Month, "2016", false),
        ] {
            assert_eq!(format.fits(text, today), fits, "{text}");
        }
    }
}
