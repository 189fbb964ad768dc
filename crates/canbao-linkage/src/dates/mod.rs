//! Birth dates: how two of them agree, and the traditional calendar (农历) that many birthdays are kept in.

mod compare;
mod lunar;

pub use compare::{compare, is_lunar_pair};
pub use lunar::{leap_month, lunar_leap_to_solar, lunar_to_solar};

/// How two dates agree, from the same to none; the order is total and the numbers are stable.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum DateAgreement {
    /// The same day.
    Equal = 0,
    /// A birthday of the traditional calendar written as if it were of the common one: exactly so by the calendar's
    /// table, or, where nothing closer explains the difference, 17 to 51 days apart.
    Lunar = 1,
    /// One or ten days apart.
    DayNear = 2,
    /// Day and month swapped.
    DayMonthSwapped = 3,
    /// The same month and day, one, two, ten or a hundred years apart.
    YearOff = 4,
    /// One digit differs, or two neighbouring ones are swapped, within year, month and day as eight digits.
    OneDigit = 5,
    /// The same year and month.
    SameYearMonth = 6,
    /// The same year.
    SameYear = 7,
    /// Different years.
    Different = 8,
    /// One of them is blank.
    Missing = 9,
}

impl DateAgreement {
    /// Every agreement, in order.
    pub const ALL: [Self; 10] = [
        Self::Equal,
        Self::Lunar,
        Self::DayNear,
        Self::DayMonthSwapped,
        Self::YearOff,
        Self::OneDigit,
        Self::SameYearMonth,
        Self::SameYear,
        Self::Different,
        Self::Missing,
    ];
}
