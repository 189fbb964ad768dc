//! What a comparison of one field says, in a few words, for the line of a table.

use crate::dates::DateAgreement as D;
use crate::names::NameAgreement as N;
use crate::numbers::NumberAgreement as U;

/// How two numbers agree: 相邻两位颠倒.
pub const fn short_number(number: U) -> &'static str {
    match number {
        U::Equal => "相同",
        U::CheckOnly => "只有末位校验码不同",
        U::OneDigit => "一位数字不同",
        U::Swap => "相邻两位颠倒",
        U::Truncated => "尾部被表格软件截去，前段相同",
        U::Shortened => "多一位或少一位",
        U::BirthDigits => "只有出生日期段不同",
        U::AreaDigits => "只有地区码不同",
        U::TwoDigits => "两位数字不同",
        U::Sequence => "地区和出生日期段相同，顺序码不同",
        U::SameBirth => "只有出生日期段相同",
        U::Unrelated => "不同",
        U::Missing => "一方没有，不计",
    }
}

/// How two names agree: 同音或形近.
pub const fn short_name(name: N) -> &'static str {
    match name {
        N::Equal => "相同",
        N::Variant => "字形或间隔点写法不同",
        N::Homophone => "同音或形近",
        N::Dropped => "缺一字，其余相同",
        N::Reordered => "用字相同，次序不同",
        N::OneOther => "一个字不同",
        N::SurnameOnly => "只有姓相同",
        N::GivenOnly => "只有名相同",
        N::Different => "不同",
        N::Missing => "一方没有，不计",
    }
}

/// How two birth dates agree: 月、日颠倒.
pub const fn short_date(date: D) -> &'static str {
    match date {
        D::Equal => "相同",
        D::Lunar => "像是农历",
        D::DayNear => "差一日或十日",
        D::DayMonthSwapped => "月、日颠倒",
        D::YearOff => "月、日相同，年份不同",
        D::OneDigit => "一位数字不同",
        D::SameYearMonth => "年、月相同，日不同",
        D::SameYear => "只有年份相同",
        D::Different => "不同",
        D::Missing => "一方没有，不计",
    }
}
