//! The traditional calendar (农历), 1900 to 2100.

use std::sync::LazyLock;

use canbao_domain::date::Date;

/// The first year of the table.
const FIRST_YEAR: i32 = 1900;

/// A year each: bits 16 (the leap month has 30 days), 15 to 4 (months 1 to 12 have 30 days), 3 to 0 (which month is
/// followed by a leap month, 0 for none). The table published with most calendar programs, from the Purple Mountain
/// Observatory's calendar (GB/T 33661-2017 fixes its rules), with the errors in 1933 and 1996 that many copies have
/// put right; the tests hold every month against the new moons.
const YEARS: [u32; 201] = [
    0x04bd8, 0x04ae0, 0x0a570, 0x054d5, 0x0d260, 0x0d950, 0x16554, 0x056a0, 0x09ad0, 0x055d2, // 1900
    0x04ae0, 0x0a5b6, 0x0a4d0, 0x0d250, 0x1d255, 0x0b540, 0x0d6a0, 0x0ada2, 0x095b0, 0x14977, // 1910
    0x04970, 0x0a4b0, 0x0b4b5, 0x06a50, 0x06d40, 0x1ab54, 0x02b60, 0x09570, 0x052f2, 0x04970, // 1920
    0x06566, 0x0d4a0, 0x0ea50, 0x16a95, 0x05ad0, 0x02b60, 0x186e3, 0x092e0, 0x1c8d7, 0x0c950, // 1930
    0x0d4a0, 0x1d8a6, 0x0b550, 0x056a0, 0x1a5b4, 0x025d0, 0x092d0, 0x0d2b2, 0x0a950, 0x0b557, // 1940
    0x06ca0, 0x0b550, 0x15355, 0x04da0, 0x0a5b0, 0x14573, 0x052b0, 0x0a9a8, 0x0e950, 0x06aa0, // 1950
    0x0aea6, 0x0ab50, 0x04b60, 0x0aae4, 0x0a570, 0x05260, 0x0f263, 0x0d950, 0x05b57, 0x056a0, // 1960
    0x096d0, 0x04dd5, 0x04ad0, 0x0a4d0, 0x0d4d4, 0x0d250, 0x0d558, 0x0b540, 0x0b6a0, 0x195a6, // 1970
    0x095b0, 0x049b0, 0x0a974, 0x0a4b0, 0x0b27a, 0x06a50, 0x06d40, 0x0af46, 0x0ab60, 0x09570, // 1980
    0x04af5, 0x04970, 0x064b0, 0x074a3, 0x0ea50, 0x06b58, 0x05ac0, 0x0ab60, 0x096d5, 0x092e0, // 1990
    0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0, 0x092d0, 0x0cab5, // 2000
    0x0a950, 0x0b4a0, 0x0baa4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x052b0, 0x0a930, // 2010
    0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530, // 2020
    0x05aa0, 0x076a3, 0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45, // 2030
    0x0b5a0, 0x056d0, 0x055b2, 0x049b0, 0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0, // 2040
    0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6, 0x0ea50, 0x06b20, 0x1a6c4, 0x0aae0, // 2050
    0x092e0, 0x0d2e3, 0x0c960, 0x0d557, 0x0d4a0, 0x0da50, 0x05d55, 0x056a0, 0x0a6d0, 0x055d4, // 2060
    0x052d0, 0x0a9b8, 0x0a950, 0x0b4a0, 0x0b6a6, 0x0ad50, 0x055a0, 0x0aba4, 0x0a5b0, 0x052b0, // 2070
    0x0b273, 0x06930, 0x07337, 0x06aa0, 0x0ad50, 0x14b55, 0x04b60, 0x0a570, 0x054e4, 0x0d160, // 2080
    0x0e968, 0x0d520, 0x0daa0, 0x16aa6, 0x056d0, 0x04ae0, 0x0a9d4, 0x0a2d0, 0x0d150, 0x0f252, // 2090
    0x0d520, // 2100
];

/// The day of each year's Spring Festival, as days since 1970-01-01; the first is 31 January 1900.
static NEW_YEARS: LazyLock<Vec<i32>> = LazyLock::new(|| {
    let first = Date::from_ymd(FIRST_YEAR, 1, 31).map_or(0, Date::days);
    let next = |day: &mut i32, &row: &u32| Some(std::mem::replace(day, *day + year_days(row)));
    YEARS.iter().scan(first, next).collect()
});

fn row(year: i32) -> Option<u32> {
    YEARS.get(usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?).copied()
}

/// Which month of a year is followed by a leap month (闰月); none where none is, or outside 1900 to 2100.
pub fn leap_month(year: i32) -> Option<u32> {
    row(year).map(|row| row & 0xF).filter(|&month| month != 0)
}

fn month_days(row: u32, month: u32) -> i32 {
    if row & (0x10000 >> month) == 0 { 29 } else { 30 }
}

fn leap_days(row: u32) -> i32 {
    match (row & 0xF, row & 0x10000) {
        (0, _) => 0,
        (_, 0) => 29,
        _ => 30,
    }
}

fn year_days(row: u32) -> i32 {
    (1..=12).map(|month| month_days(row, month)).sum::<i32>() + leap_days(row)
}

/// The day on which month `month`, day `day` of the traditional year `year` falls; the month itself where a leap month
/// of the same number follows. None for a day that the calendar does not have, or outside 1900 to 2100.
pub fn lunar_to_solar(year: i32, month: u32, day: u32) -> Option<Date> {
    convert(year, month, day, false)
}

/// The same for a day of the leap month that follows `month`; none where none does.
pub fn lunar_leap_to_solar(year: i32, month: u32, day: u32) -> Option<Date> {
    convert(year, month, day, true)
}

fn convert(year: i32, month: u32, day: u32, leap: bool) -> Option<Date> {
    let row = row(year)?;
    if !(1..=12).contains(&month) || (leap && leap_month(year) != Some(month)) {
        return None;
    }
    let length = if leap { leap_days(row) } else { month_days(row, month) };
    let day = i32::try_from(day).ok().filter(|day| (1..=length).contains(day))?;
    let mut days = usize::try_from(year - FIRST_YEAR).ok().and_then(|k| NEW_YEARS.get(k)).copied()?;
    days += (1..month).map(|month| month_days(row, month)).sum::<i32>();
    // the leap month follows the month of its number
    if leap_month(year).is_some_and(|leap| leap < month) {
        days += leap_days(row);
    }
    if leap {
        days += month_days(row, month);
    }
    Some(Date(days + day - 1))
}
