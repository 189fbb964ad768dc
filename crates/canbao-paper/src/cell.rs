//! What stands in a cell, and how wide that is.

/// What stands in one cell of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Nothing.
    Blank,
    /// Text; an empty one is blank. Digits stay text: no number of a person is ever rounded.
    Text(&'a str),
    /// A count, shown with thousands separated.
    Count(i64),
    /// A date, in days since 1970-01-01, shown as 2016-11-01.
    Date(i32),
}

impl<'a> Cell<'a> {
    /// The text, or nothing.
    #[must_use]
    pub fn maybe(text: Option<&'a str>) -> Self {
        text.map_or(Self::Blank, Self::Text)
    }
}

/// A workbook's day of 1970-01-01.
const EPOCH: i32 = 25_569;
/// Before 1900-03-01 a workbook's days are off by one, for the sake of an old mistake.
const FIRST: i32 = 61;

/// The day's number in a workbook; `None` for days that it counts wrongly or not at all.
pub(crate) fn serial(days: i32) -> Option<f64> {
    let serial = days.checked_add(EPOCH)?;
    (FIRST..=2_958_465).contains(&serial).then(|| f64::from(serial))
}

/// A date as text, for the years that a workbook does not count.
pub(crate) fn date_text(days: i32) -> String {
    // days to years, months and days in the proleptic Gregorian calendar, by eras of 400 years from March
    let z = i64::from(days) + 719_468;
    let (era, day_of_era) = (z.div_euclid(146_097), z.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// How many digits wide a text is: a Chinese character is two.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum()
}

/// How many digits wide a count is, with its separators.
pub(crate) fn count_width(count: i64) -> usize {
    let digits = count.unsigned_abs().checked_ilog10().unwrap_or(0) as usize + 1;
    digits + (digits - 1) / 3 + usize::from(count < 0)
}

/// The most that a cell can hold, in UTF-16 units; one is left for the mark that something is missing.
const MOST_UNITS: usize = 32_766;

/// The text, cut where a cell ends. Almost none is.
pub(crate) fn cut(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= MOST_UNITS {
        return text.into();
    }
    let mut units = 0;
    let end = text.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MOST_UNITS
    });
    match end.and_then(|(at, _)| text.get(..at)) {
        Some(start) => format!("{start}…").into(),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        // days by `date -d`
        for (days, text) in
            [(0, "1970-01-01"), (17_106, "2016-11-01"), (-25_567, "1900-01-01"), (-25_568, "1899-12-31")]
        {
            assert_eq!(date_text(days), text);
        }
        // a leap day of a century, and that of none
        assert_eq!(date_text(11_016), "2000-02-29");
        assert_eq!(date_text(-25_508), "1900-03-01");
        assert_eq!(date_text(-25_509), "1900-02-28");
        assert_eq!(serial(17_106), Some(42_675.0));
        assert_eq!(serial(-25_508), Some(61.0));
        assert_eq!(serial(-25_509), None);
        assert_eq!(serial(i32::MAX), None);
    }

    #[test]
    fn widths_count_chinese_characters_twice() {
        assert_eq!(width("张三 610902"), 11);
        assert_eq!(width("𠅤"), 2);
        for (count, text) in [(0, "0"), (-1, "-1"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567")] {
            assert_eq!(count_width(count), text.len(), "{text}");
        }
    }

    #[test]
    fn a_text_that_no_cell_holds_is_cut_at_a_character() {
        let long = "𠅤".repeat(20_000);
        let cut = cut(&long);
        assert_eq!(cut.encode_utf16().count(), 32_767);
        assert!(cut.ends_with("𠅤…"));
        let fits = "字".repeat(32_766);
        assert_eq!(super::cut(&fits), fits);
    }
}
