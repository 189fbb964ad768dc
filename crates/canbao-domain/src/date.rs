//! Days and months in the proleptic Gregorian calendar, and how departments write them.

use std::fmt;

/// A day: days since 1970-01-01, as Arrow's `date32` counts them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// Days from 0000-03-01, where the civil calendar's arithmetic begins, to 1970-01-01.
const DAYS_TO_EPOCH: i64 = 719_468;
/// Days of one turn of the calendar, 400 years.
const DAYS_PER_TURN: i64 = 146_097;

impl Date {
    /// The day of a year, a month 1..=12 and a day of the month; `None` where the calendar has no such day
    /// or it is more than `i32` days from 1970.
    pub const fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if day == 0 || day > days_in_month(year, month) {
            return None;
        }
        // Years begin in March, so that the leap day is the last of its year.
        let y = year as i64 - (month <= 2) as i64;
        let turn = y.div_euclid(400);
        let year_of_turn = y.rem_euclid(400);
        let month_from_march = (month as i64 + 9) % 12;
        let day_of_year = (153 * month_from_march + 2) / 5 + day as i64 - 1;
        let day_of_turn = year_of_turn * 365 + year_of_turn / 4 - year_of_turn / 100 + day_of_year;
        let days = turn * DAYS_PER_TURN + day_of_turn - DAYS_TO_EPOCH;
        if days < i32::MIN as i64 || days > i32::MAX as i64 {
            return None;
        }
        Some(Self(days as i32))
    }

    /// Year, month 1..=12 and day of the month.
    pub const fn ymd(self) -> (i32, u32, u32) {
        let days = self.0 as i64 + DAYS_TO_EPOCH;
        let turn = days.div_euclid(DAYS_PER_TURN);
        let day_of_turn = days.rem_euclid(DAYS_PER_TURN);
        let year_of_turn = (day_of_turn - day_of_turn / 1460 + day_of_turn / 36_524 - day_of_turn / 146_096) / 365;
        let day_of_year = day_of_turn - (365 * year_of_turn + year_of_turn / 4 - year_of_turn / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let year = year_of_turn + turn * 400 + (month <= 2) as i64;
        (year as i32, month as u32, day as u32)
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// Age in full years (周岁) on the day `on`; negative before birth. Who was born on 29 February
    /// is a year older on 1 March of a common year.
    pub const fn age_on(self, on: Self) -> i32 {
        let (year, month, day) = self.ymd();
        let (on_year, on_month, on_day) = on.ymd();
        let before_birthday = on_month < month || (on_month == month && on_day < day);
        on_year - year - before_birthday as i32
    }

    /// Reads a day as departments write it: `1985-03-12`, `1985/3/12`, `1985.3.12`, `19850312`, `1985年3月12日`,
    /// in full-width digits too, with or without a time after it (which is left out).
    /// The year has four digits: what `85` means is not guessed. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(date) = parse_clean(text.as_bytes()) {
            return Some(date);
        }
        let written = Written::read(text)?;
        match (written.parts, written.widths, written.count) {
            ([y, m, d], [4, 1..=2, 1..=2], 3) => Self::from_ymd(y as i32, m, d),
            ([ymd, ..], [8, ..], 1) => from_packed(ymd),
            _ => None,
        }
    }
}

impl fmt::Display for Date {
    /// `yyyy-mm-dd`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A month: months since January of the year 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

impl Month {
    /// The month of a year and a month 1..=12; `None` for another month or a year beyond ±100 million.
    pub const fn from_ym(year: i32, month: u32) -> Option<Self> {
        if month == 0 || month > 12 || year < -100_000_000 || year > 100_000_000 {
            return None;
        }
        Some(Self(year * 12 + month as i32 - 1))
    }

    /// Year and month 1..=12.
    pub const fn ym(self) -> (i32, u32) {
        (self.0.div_euclid(12), self.0.rem_euclid(12) as u32 + 1)
    }

    /// The month that holds a day.
    pub const fn of(date: Date) -> Self {
        let (year, month, _) = date.ymd();
        Self(year * 12 + month as i32 - 1)
    }

    /// The first day of the month; `None` beyond the days that [`Date`] can hold.
    pub const fn first_day(self) -> Option<Date> {
        let (year, month) = self.ym();
        Date::from_ymd(year, month, 1)
    }

    /// Reads a month as departments write it: `200301`, `2003-01`, `2003.1`, `2003年1月`, or the month of a whole date.
    pub fn parse(text: &str) -> Option<Self> {
        let written = Written::read(text)?;
        match (written.parts, written.widths, written.count) {
            ([y, m, _], [4, 1..=2, _], 2) => Self::from_ym(y as i32, m),
            ([ym, ..], [6, ..], 1) => Self::from_ym((ym / 100) as i32, ym % 100),
            _ => Date::parse(text).map(Self::of),
        }
    }
}

impl fmt::Display for Month {
    /// `yyyy-mm`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = self.ym();
        write!(f, "{year:04}-{month:02}")
    }
}

impl fmt::Debug for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Days of a month; 0 for a month that is none.
const fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Whether a packed yyyymmdd is a day of the calendar.
pub(crate) const fn is_real(ymd: u32) -> bool {
    let day = ymd % 100;
    day > 0 && day <= days_in_month((ymd / 10_000) as i32, ymd / 100 % 100)
}

/// The day of a packed yyyymmdd.
pub(crate) const fn from_packed(ymd: u32) -> Option<Date> {
    Date::from_ymd((ymd / 10_000) as i32, ymd / 100 % 100, ymd % 100)
}

/// The two forms that nearly every row has, `yyyymmdd` and `yyyy-mm-dd`, without looking at characters one by one.
fn parse_clean(text: &[u8]) -> Option<Date> {
    let digits: [u8; 8] = match *text {
        [a, b, c, d, e, f, g, h] => [a, b, c, d, e, f, g, h],
        [a, b, c, d, b'-' | b'/', e, f, b'-' | b'/', g, h] => [a, b, c, d, e, f, g, h],
        _ => return None,
    };
    let mut ymd = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        ymd = ymd * 10 + u32::from(digit - b'0');
    }
    from_packed(ymd)
}

/// The groups of digits at the head of a text, when what follows them can only be a time of day.
struct Written {
    parts: [u32; 3],
    widths: [u8; 3],
    count: u8,
}

impl Written {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || is_ignored(c));
        let mut written = Self { parts: [0; 3], widths: [0; 3], count: 0 };
        let (mut part, mut width) = (0_u32, 0_u8);
        let mut rest = text.chars();
        loop {
            let at = rest.as_str();
            let Some(c) = rest.next() else { break };
            if let Some(digit) = digit(c) {
                if width == 8 {
                    // yyyymmddhhmmss
                    if written.count > 0 || !follows_packed(at) {
                        return None;
                    }
                    break;
                }
                part = part * 10 + digit;
                width += 1;
                continue;
            }
            if is_separator(c) && width > 0 && written.count < 2 && width < 8 {
                written.push(part, width)?;
                (part, width) = (0, 0);
                continue;
            }
            if c == ' ' && (width == 0 || !ends_a_date(written.count, width)) {
                continue; // 1985 - 3 - 12
            }
            let packed = width == 8 && written.count == 0;
            if !(is_time(at) || packed && follows_packed(at)) || (width == 0 && written.count == 0) {
                return None;
            }
            break;
        }
        if width > 0 {
            written.push(part, width)?;
        }
        (written.count > 0).then_some(written)
    }

    fn push(&mut self, part: u32, width: u8) -> Option<()> {
        let at = usize::from(self.count);
        *self.parts.get_mut(at)? = part;
        *self.widths.get_mut(at)? = width;
        self.count += 1;
        Some(())
    }
}

/// Whether the group of digits just read is the last that a date can have.
const fn ends_a_date(before: u8, width: u8) -> bool {
    before == 2 || width >= 6
}

/// An ASCII or full-width digit.
const fn digit(c: char) -> Option<u32> {
    match c {
        '0'..='9' => Some(c as u32 - '0' as u32),
        '０'..='９' => Some(c as u32 - '０' as u32),
        _ => None,
    }
}

const fn is_separator(c: char) -> bool {
    matches!(c, '-' | '/' | '.' | '年' | '月' | '－' | '／' | '．' | '。' | '—' | '–' | '−' | '、' | '\\')
}

const fn is_ignored(c: char) -> bool {
    matches!(c, '\'' | '"' | '’' | '‘' | '＇' | '`' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}

/// Whether a text can be what stands after a date: 日, a time of day with its zone. The time is left out, so it is not read.
fn is_time(text: &str) -> bool {
    let begins = text.starts_with(|c: char| c.is_whitespace() || matches!(c, 'T' | 't' | '日' | '号'));
    begins
        && text.chars().count() <= 32
        && text.chars().all(|c| {
            digit(c).is_some()
                || c.is_whitespace()
                || matches!(c, '日' | '号' | 'T' | 't' | 'Z' | 'z' | ':' | '：' | '.' | '+' | '-' | '时' | '分' | '秒')
                || matches!(c, '上' | '下' | '午' | 'A' | 'P' | 'M' | 'a' | 'p' | 'm')
        })
}

/// Whether a text can be what stands after `yyyymmdd`: a time, hhmm or hhmmss, or the decimals of a number.
fn follows_packed(text: &str) -> bool {
    let decimals = text.strip_prefix('.').is_some_and(|zeros| !zeros.is_empty() && zeros.chars().all(|c| c == '0'));
    let packed = matches!(text.len(), 4 | 6) && text.bytes().all(|byte| byte.is_ascii_digit());
    decimals || packed || is_time(text)
}
