//! Days and months, for axes.

/// Months since January of the year 0 that a day is in; the day is counted since 1970-01-01.
pub(super) fn month_of(day: i32) -> i32 {
    // years that begin in March, so that the leap day is the last
    let days = i64::from(day) + 719_468;
    let (turn, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day + 2) / 153;
    let year = turn * 400 + year;
    i32::try_from(year * 12 + from_march + 2).unwrap_or_default()
}

/// The first day of a month.
pub(super) fn first_day(month: i32) -> i32 {
    let from_march = i64::from(month) - 2;
    let (year, month) = (from_march.div_euclid(12), from_march.rem_euclid(12));
    let day_of_year = (153 * month + 2) / 5;
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year;
    i32::try_from(days - 719_468).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_on_their_first_day() {
        assert_eq!((first_day(1970 * 12), first_day(2000 * 12 + 2), first_day(2017 * 12)), (0, 11_017, 17_167));
        for month in 1899 * 12..2101 * 12 {
            let first = first_day(month);
            assert_eq!((month_of(first - 1), month_of(first)), (month - 1, month));
            assert!((28..=31).contains(&(first_day(month + 1) - first)));
        }
    }
}
