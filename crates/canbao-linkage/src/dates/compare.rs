//! One date against another.

use canbao_domain::date::Date;

use super::DateAgreement::{
    self, DayMonthSwapped, DayNear, Different, Equal, Lunar, Missing, OneDigit, SameYear, SameYearMonth, YearOff,
};
use super::lunar::{lunar_leap_to_solar, lunar_to_solar};

/// Compares the date of a row with a person's; symmetric.
///
/// What explains the difference exactly goes first, so that the loose band of the traditional calendar (17 to 51 days)
/// takes only what nothing else explains.
pub fn compare(row: Option<Date>, person: Option<Date>) -> DateAgreement {
    let (Some(a), Some(b)) = (row, person) else { return Missing };
    if a == b {
        return Equal;
    }
    let apart = (i64::from(a.days()) - i64::from(b.days())).abs();
    let ((year, month, day), (other_year, other_month, other_day)) = (a.ymd(), b.ymd());
    // after a leap month the two calendars may lie further apart than the band
    if (15..=85).contains(&apart) && is_lunar_pair(a, b) {
        return Lunar;
    }
    if matches!(apart, 1 | 10) {
        return DayNear;
    }
    if year == other_year && month == other_day && day == other_month {
        return DayMonthSwapped;
    }
    if month == other_month && day == other_day && matches!((year - other_year).abs(), 1 | 2 | 10 | 100) {
        return YearOff;
    }
    if one_slip(digits(a), digits(b)) {
        return OneDigit;
    }
    if year == other_year && month == other_month {
        return SameYearMonth;
    }
    if (17..=51).contains(&apart) {
        return Lunar;
    }
    if year == other_year { SameYear } else { Different }
}

/// True where one date, read as a day of the traditional calendar (also of its leap month), is the other.
pub fn is_lunar_pair(a: Date, b: Date) -> bool {
    let reads_as = |lunar: Date, solar: Date| {
        let (year, month, day) = lunar.ymd();
        lunar_to_solar(year, month, day) == Some(solar) || lunar_leap_to_solar(year, month, day) == Some(solar)
    };
    if a < b { reads_as(a, b) } else { reads_as(b, a) }
}

fn digits(date: Date) -> [u8; 8] {
    let (year, month, day) = date.ymd();
    let mut value = u32::try_from(year.rem_euclid(10_000)).unwrap_or_default() * 10_000 + month * 100 + day;
    let mut digits = [0; 8];
    for place in digits.iter_mut().rev() {
        *place = u8::try_from(value % 10).unwrap_or_default();
        value /= 10;
    }
    digits
}

/// One digit differs, or two neighbours are swapped.
fn one_slip(a: [u8; 8], b: [u8; 8]) -> bool {
    match a.iter().zip(&b).filter(|(a, b)| a != b).count() {
        1 => true,
        2 => a.windows(2).zip(b.windows(2)).any(|pair| match pair {
            ([a, b], [c, d]) => a != b && a == d && b == c,
            _ => false,
        }),
        _ => false,
    }
}
