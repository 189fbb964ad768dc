//! What is said of one field.

use super::{AreaLevel, KnownFrom, Method};
use crate::dates::DateAgreement as D;
use crate::names::NameAgreement as N;
use crate::numbers::NumberAgreement as U;

/// How the number is said to lead to the person.
pub(super) const fn number(number: U, known: KnownFrom) -> (&'static str, &'static str) {
    let person = match known {
        KnownFrom::HouseholdRegister => "户籍库中此人",
        KnownFrom::Residents => "非户籍常住人口库中此人",
        KnownFrom::Extracts => "其他部门数据中此人",
    };
    let said = match number {
        U::Equal => "号码即为",
        U::CheckOnly => "号码末位校验码不符，更正后即为",
        U::OneDigit => "号码有一位数字不符，更正后即为",
        U::Swap => "号码相邻两位颠倒，调换后即为",
        U::Truncated => "号码尾部被表格软件截去，据保留的前段查得",
        U::Shortened => "号码多一位或少一位，补正后即为",
        U::BirthDigits => "号码仅出生日期段不符，更正后即为",
        U::AreaDigits => "号码仅前六位地区码不符，更正后即为",
        U::TwoDigits => "号码有两位数字不符，更正后即为",
        U::Sequence => "号码地区码和出生日期段相同、顺序码不同，按其他项目查得",
        U::SameBirth => "号码仅出生日期段相同，按其他项目查得",
        U::Unrelated => "号码不符，按其他项目查得",
        U::Missing => "号码空缺或无效，按其他项目查得",
    };
    (said, person)
}

/// What differs in the name, or none where it agrees or says nothing.
pub(super) const fn name(name: N) -> Option<&'static str> {
    Some(match name {
        N::Equal => return None,
        N::Variant => "姓名仅字形或间隔点写法不同",
        N::Homophone => "姓名音同或形近、用字不同",
        N::Dropped => "姓名缺一字或有一字未能显示、其余相同",
        N::Reordered => "姓名用字相同、次序不同",
        N::OneOther => "姓名有一字不同",
        N::SurnameOnly => "姓名仅姓氏相同",
        N::GivenOnly => "姓名仅名相同、姓氏不同",
        N::Different => "姓名不同",
        N::Missing => "姓名空缺",
    })
}

/// What differs in the birth date, or none where it agrees or is blank.
pub(super) const fn birth(birth: D) -> Option<&'static str> {
    Some(match birth {
        D::Equal | D::Missing => return None,
        D::Lunar => "出生日期似以农历填写",
        D::DayNear => "出生日期仅差一日或十日",
        D::DayMonthSwapped => "出生日期月、日颠倒",
        D::YearOff => "出生月、日相同而年份不同",
        D::OneDigit => "出生日期有一位数字不同",
        D::SameYearMonth => "出生年、月相同而日不同",
        D::SameYear => "仅出生年份相同",
        D::Different => "出生日期不同",
    })
}

/// How an agreeing area is called.
pub(super) const fn area(area: AreaLevel) -> Option<&'static str> {
    match area {
        AreaLevel::Village => Some("村（社区）"),
        AreaLevel::Town => Some("乡镇（街道）"),
        AreaLevel::County => Some("县（区）"),
        AreaLevel::Differs | AreaLevel::Missing => None,
    }
}

/// The row's number as the beginning of an unresolved row's sentence, and what the best candidate's number is beside it.
pub(super) const fn open(number: U) -> (&'static str, Option<&'static str>) {
    match number {
        U::Missing => ("号码空缺或无效", None),
        U::Unrelated => ("号码无法更正", None),
        U::Equal => ("号码有效", Some("号码相同")),
        U::CheckOnly => ("号码有误", Some("号码仅末位校验码不同")),
        U::OneDigit => ("号码有误", Some("号码仅有一位数字不同")),
        U::Swap => ("号码有误", Some("号码仅相邻两位颠倒")),
        U::Truncated => ("号码尾部被表格软件截去", Some("号码前段相同")),
        U::Shortened => ("号码有误", Some("号码仅差一位长短")),
        U::BirthDigits => ("号码有误", Some("号码仅出生日期段不同")),
        U::AreaDigits => ("号码有误", Some("号码仅地区码不同")),
        U::TwoDigits => ("号码有误", Some("号码有两位数字不同")),
        U::Sequence => ("号码对不上", Some("号码仅顺序码不同")),
        U::SameBirth => ("号码无法更正", Some("号码仅出生日期段相同")),
    }
}

/// True where the way itself says that the number led to the person.
pub(super) const fn by_number(method: Method) -> bool {
    matches!(method, Method::Exact | Method::Normalised | Method::Upgraded)
}
