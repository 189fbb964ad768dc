//! How far a row and a candidate agree, field by field: small classes, no weights yet.

use super::record::{Claim, Profile, Record};
use crate::dates::DateAgreement;
use crate::names::{self, NameAgreement};
use crate::numbers::{self, NumberAgreement};
use canbao_domain::Sex;

/// How the written number stands to the candidate's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum NumberClass {
    /// One of the two has none.
    Nothing = 0,
    /// The very number.
    Equal,
    /// Only the check character is wrong.
    CheckOnly,
    /// One digit is wrong.
    OneDigit,
    /// Two neighbours are swapped.
    Swap,
    /// Rounded by a spreadsheet.
    Truncated,
    /// A digit was lost or added.
    Shortened,
    /// Differs within the birth date only.
    BirthDigits,
    /// Differs within the area part only.
    AreaDigits,
    /// Two digits are wrong.
    TwoDigits,
    /// Same area and birth date, another sequence.
    Sequence,
    /// Same birth date, else another number.
    SameBirth,
    /// The number of somebody in the candidate's household.
    Household,
    /// The number of somebody in the candidate's village, where a household is not known.
    Neighbour,
    /// Nothing in common.
    Unrelated,
}

/// How many classes of number there are.
pub const NUMBER_CLASSES: usize = 15;

/// How the areas stand to each other, as finely as the row names its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum AreaAgreement {
    /// The same village.
    Village = 0,
    /// The same town, another village.
    Town,
    /// The same county, another town.
    County,
    /// Another county.
    Differs,
    /// The row names a county only, and it is the same.
    CountyAlone,
    /// The row names a county only, and it is another.
    CountyAloneDiffers,
    /// One of the two says nothing.
    Missing,
}

/// How many classes of area there are.
pub const AREA_CLASSES: usize = 7;

/// Yes, no, or nothing said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Same {
    /// One of the two says nothing.
    Missing = 0,
    /// Equal.
    Yes = 1,
    /// Not equal.
    No = 2,
}

/// The comparison of a row with a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreement {
    /// Of the numbers.
    pub number: NumberClass,
    /// Of the names, the best over the candidate's rows.
    pub name: NameAgreement,
    /// Of the birth dates, the best over the candidate's rows and number.
    pub birth: DateAgreement,
    /// Of the sexes.
    pub sex: Same,
    /// Of the areas, the best over the candidate's rows.
    pub area: AreaAgreement,
    /// Of the household numbers.
    pub household: Same,
    /// Of the units.
    pub unit: Same,
    /// Of the phones.
    pub phone: Same,
}

/// Compares a row with a candidate.
pub fn compare(record: &Record, profile: &Profile) -> Agreement {
    let mut name = NameAgreement::Missing;
    let mut area = AreaAgreement::Missing;
    let (mut household, mut unit, mut phone) = (Same::Missing, Same::Missing, Same::Missing);
    for row in &profile.rows {
        if name != NameAgreement::Equal {
            let one = if row.name_hash == record.name_hash && record.name_hash != 0 {
                NameAgreement::Equal
            } else {
                names::compare(&record.name, &row.name)
            };
            name = name.min(one);
        }
        area = area.min(compare_areas(record.area, row.area));
        household = either(household, same(record.household, row.household));
        unit = either(unit, same(record.unit, row.unit));
        phone = either(phone, same(record.phone, row.phone));
    }
    let sex = match (record.sex, profile.sex()) {
        (a @ (Sex::Male | Sex::Female), b @ (Sex::Male | Sex::Female)) => {
            if a == b {
                Same::Yes
            } else {
                Same::No
            }
        }
        _ => Same::Missing,
    };
    Agreement {
        number: compare_numbers(record, profile),
        name,
        birth: profile.birth_agreement(record.birth),
        sex,
        area,
        household,
        unit,
        phone,
    }
}

fn same(a: u64, b: u64) -> Same {
    match (a, b) {
        (0, _) | (_, 0) => Same::Missing,
        _ if a == b => Same::Yes,
        _ => Same::No,
    }
}

fn either(a: Same, b: Same) -> Same {
    match (a, b) {
        (Same::Yes, _) | (_, Same::Yes) => Same::Yes,
        (Same::No, _) | (_, Same::No) => Same::No,
        _ => Same::Missing,
    }
}

/// The county of an area code of 6, 9 or 12 digits; 0 where there is none.
pub fn county(area: u64) -> u64 {
    match area {
        0 => 0,
        a if a < 1_000_000 => a,
        a if a < 1_000_000_000 => a / 1_000,
        a => a / 1_000_000,
    }
}

/// The town of an area code of 9 or 12 digits; 0 where there is none.
pub fn town(area: u64) -> u64 {
    match area {
        a if a < 1_000_000 => 0,
        a if a < 1_000_000_000 => a,
        a => a / 1_000,
    }
}

/// The village of an area code of 12 digits; 0 where there is none.
pub fn village(area: u64) -> u64 {
    if area < 1_000_000_000 { 0 } else { area }
}

/// Compares the area of a row with one of a candidate's.
pub fn compare_areas(row: u64, known: u64) -> AreaAgreement {
    if row == 0 || known == 0 {
        return AreaAgreement::Missing;
    }
    let same_county = county(row) == county(known);
    if town(row) == 0 || town(known) == 0 {
        return if same_county { AreaAgreement::CountyAlone } else { AreaAgreement::CountyAloneDiffers };
    }
    if village(row) != 0 && village(row) == village(known) {
        AreaAgreement::Village
    } else if town(row) == town(known) {
        AreaAgreement::Town
    } else if same_county {
        AreaAgreement::County
    } else {
        AreaAgreement::Differs
    }
}

fn compare_numbers(record: &Record, profile: &Profile) -> NumberClass {
    let Some(candidate) = profile.number else {
        let same = profile.text.is_some_and(|t| !t.as_bytes().is_empty() && record.text.as_bytes() == t.as_bytes());
        return if same && record.claim != Claim::Missing { NumberClass::Equal } else { NumberClass::Nothing };
    };
    if record.claim == Claim::Missing {
        return NumberClass::Nothing;
    }
    match numbers::compare(record.text.as_bytes(), candidate) {
        NumberAgreement::Equal => NumberClass::Equal,
        NumberAgreement::CheckOnly => NumberClass::CheckOnly,
        NumberAgreement::OneDigit => NumberClass::OneDigit,
        NumberAgreement::Swap => NumberClass::Swap,
        NumberAgreement::Truncated => NumberClass::Truncated,
        NumberAgreement::Shortened => NumberClass::Shortened,
        other => {
            let owner = record.owner;
            let knows = |household: u64| household != 0;
            if knows(owner.household) && profile.rows.iter().any(|r| r.household == owner.household) {
                return NumberClass::Household;
            }
            let place = village(owner.area);
            let apart = knows(owner.household) && profile.rows.iter().any(|r| knows(r.household));
            if place != 0 && !apart && profile.rows.iter().any(|r| village(r.area) == place) {
                return NumberClass::Neighbour;
            }
            match other {
                NumberAgreement::BirthDigits => NumberClass::BirthDigits,
                NumberAgreement::AreaDigits => NumberClass::AreaDigits,
                NumberAgreement::TwoDigits => NumberClass::TwoDigits,
                NumberAgreement::Sequence => NumberClass::Sequence,
                NumberAgreement::SameBirth => NumberClass::SameBirth,
                NumberAgreement::Missing => NumberClass::Nothing,
                _ => NumberClass::Unrelated,
            }
        }
    }
}
