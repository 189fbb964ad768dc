//! How figures, dates, numbers and names are written on a page.

use canbao_domain::date::Date;
use canbao_report::figure::{Share, thousands};

/// A count with its thousands separated: `12,304`.
pub fn count(count: i64) -> String {
    let sign = if count < 0 { "−" } else { "" };
    format!("{sign}{}", thousands(count.unsigned_abs()))
}

/// A size: `96.4 MB`, `812 KB`, `40 字节`.
pub fn bytes(bytes: u64) -> String {
    let tenths = |unit: u64| (u128::from(bytes) * 10 + u128::from(unit) / 2) / u128::from(unit);
    let told = |unit: u64, name: &str| match tenths(unit) {
        whole if whole % 10 == 0 || whole >= 10_000 => format!("{} {name}", whole / 10),
        part => format!("{}.{} {name}", part / 10, part % 10),
    };
    match bytes {
        0..1_024 => format!("{bytes} 字节"),
        1_024..1_048_576 => told(1 << 10, "KB"),
        1_048_576..1_073_741_824 => told(1 << 20, "MB"),
        _ => told(1 << 30, "GB"),
    }
}

/// A share in percent, rounded as every rate is: `1.2 %`; `—` of nothing.
pub fn share(part: i64, whole: i64) -> String {
    let share = Share { part: part.unsigned_abs(), whole: whole.unsigned_abs() };
    share.percent().unwrap_or_else(|| "—".to_owned())
}

/// A number with what tells the person covered: `612401 **** **** 003X`; of another certificate the first and the last two.
pub fn number(number: &str) -> String {
    let chars: Vec<char> = number.chars().collect();
    let part = |from: usize, to: usize| chars.get(from..to).unwrap_or_default().iter().collect::<String>();
    match chars.len() {
        18 => format!("{} **** **** {}", part(0, 6), part(14, 18)),
        15 => format!("{} ****** {}", part(0, 6), part(12, 15)),
        length if length > 5 => format!("{}****{}", part(0, 2), part(length - 2, length)),
        _ => "****".to_owned(),
    }
}

/// A number beside another that it is compared with: what is covered and differs is shown.
pub fn number_beside(number: &str, other: &str) -> String {
    let (chars, others): (Vec<char>, Vec<char>) = (number.chars().collect(), other.chars().collect());
    if chars.len() != 18 || others.len() != 18 {
        return self::number(number);
    }
    let mut said = String::with_capacity(21);
    for (at, (c, other)) in chars.into_iter().zip(others).enumerate() {
        if matches!(at, 6 | 10 | 14) {
            said.push(' ');
        }
        said.push(if (6..14).contains(&at) && c == other { '*' } else { c });
    }
    said
}

/// A digest in hexadecimal digits, in groups of eight.
pub fn digest(digest: &[u8]) -> String {
    let groups = digest.chunks(4).map(|four| four.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    groups.collect::<Vec<_>>().join(" ")
}

/// A phone number with its middle covered: `139 **** 5207`.
pub fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default().iter().collect::<String>();
    match digits.len() {
        11 => format!("{} **** {}", part(0, 3), part(7, 11)),
        length if length > 5 => format!("**** {}", part(length - 3, length)),
        _ => "****".to_owned(),
    }
}

/// A birth date of which the year alone is told: `1975-**-**`. Beside a masked number a whole one would give it back.
pub fn birth(birth: Date) -> String {
    format!("{}-**-**", birth.ymd().0)
}

/// A time in China's one zone: `2016-11-18 09:12`.
pub fn time(ms: i64) -> String {
    let seconds = ms.div_euclid(1000) + 8 * 3600;
    let rest = seconds.rem_euclid(86_400);
    format!("{} {:02}:{:02}", day(seconds), rest / 3600, rest % 3600 / 60)
}

/// Milliseconds since 1970 (UTC).
pub fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Today in China's one zone.
pub fn today() -> Date {
    day(now_ms().div_euclid(1000) + 8 * 3600)
}

fn day(seconds: i64) -> Date {
    Date(i32::try_from(seconds.div_euclid(86_400)).unwrap_or_default())
}

/// The weekday of a date: 星期二.
pub fn weekday(date: Date) -> &'static str {
    // 1970-01-01 was a Thursday
    match (i64::from(date.days()) + 4).rem_euclid(7) {
        0 => "星期日",
        1 => "星期一",
        2 => "星期二",
        3 => "星期三",
        4 => "星期四",
        5 => "星期五",
        _ => "星期六",
    }
}

/// A sex by its code: 男, 女.
pub fn sex(code: &str) -> &'static str {
    match code {
        "1" => "男",
        "2" => "女",
        _ => "性别不详",
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_by_thousands() {
        for (given, said) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-12_304, "−12,304")]
        {
            assert_eq!(count(given), said);
        }
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (given, told) in
            [(0, "0 字节"), (1_023, "1023 字节"), (1_024, "1 KB"), (101_082_726, "96.4 MB"), (2 << 30, "2 GB")]
        {
            assert_eq!(bytes(given), told);
        }
    }

    #[test]
    fn shares_are_rounded_once() {
        for (part, whole, said) in
            [(12_304, 1_032_618, "1.2 %"), (1, 2_000, "0.1 %"), (1, 2_001, "0.0 %"), (3, 3, "100.0 %"), (0, 0, "—")]
        {
            assert_eq!(share(part, whole), said);
        }
    }

    #[test]
    fn what_tells_a_person_is_covered() {
        assert_eq!(number("61240119750512003X"), "612401 **** **** 003X");
        assert_eq!(number("612401750512003"), "612401 ****** 003");
        assert_eq!(number("E12345678"), "E1****78");
        assert_eq!(number("12345"), "****");
        let (one, other) = ("612401197505120038", "61240119750521003X");
        assert_eq!(number_beside(one, other), "612401 **** **12 0038");
        assert_eq!(number_beside(other, one), "612401 **** **21 003X");
        assert_eq!(number_beside("E12345678", one), "E1****78");
        assert_eq!(digest(&[0xab; 6]), "abababab abab");
        assert_eq!(phone("139-1234-5207"), "139 **** 5207");
        assert_eq!(phone("0915-3212345"), "091 **** 2345");
        assert_eq!(birth(Date::from_ymd(1975, 5, 12).unwrap()), "1975-**-**");
    }

    #[test]
    fn days_and_times_are_chinas() {
        assert_eq!(weekday(Date::parse("2016-11-22").unwrap()), "星期二");
        assert_eq!(time(1_479_776_520_000), "2016-11-22 09:02");
    }
}
