//! What stands in a cell.

use std::fmt::Write as _;

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

use crate::city::City;
use crate::city::family::ETHNIC;
use crate::city::person::{Life, NONE, Person, Register, traits};
use crate::city::place::{AWAY, NO_POOL};
use crate::random::{Random, mix};
use crate::row::{Row, birth, flags, name, number};

/// How a source writes dates.
#[derive(Copy, Clone, Debug)]
pub(crate) enum DateForm {
    /// 19850312
    Compact,
    /// 1985-03-12
    Dashes,
    /// 1985/3/12
    Slashes,
    /// 1985.3.12
    Dots,
    /// 1985年3月12日
    Chinese,
    /// Any of these, each clerk his own.
    Mixed,
}

/// The content of a column.
#[derive(Copy, Clone, Debug)]
pub(crate) enum Cell {
    Serial,
    Number,
    Certificate,
    Name,
    /// 男, 女
    Sex,
    /// 1, 2
    SexCode,
    Birth(DateForm),
    Ethnic,
    Hukou,
    Household,
    Relation,
    VillageCode,
    Village,
    Town,
    Address,
    Phone,
    /// Of an enrolment, in words.
    Status,
    /// 1, 2, 4
    StatusCode,
    Benefit,
    /// Of the household register.
    Life,
    UnitNumber,
    UnitCode,
    UnitName,
    Pool,
    Since,
    /// 低保, 五保
    Assistance,
    /// Of a disability.
    Grade,
    /// Which insurance elsewhere.
    Scheme,
    /// Where that is.
    Away,
}

/// Writes a cell of a row.
pub(crate) fn write(city: &City, row: &Row, person: &Person, cell: Cell, out: &mut String) {
    let lost = row.has(flags::HOPELESS);
    let places = &city.setting.places;
    match cell {
        Cell::Serial => serial(row, out),
        Cell::Number => number::write(city, row, out),
        Cell::Certificate => out.push_str(person.certificate.text()),
        Cell::Name => name::write(city, row, out),
        Cell::Sex | Cell::SexCode => sex(row, person, matches!(cell, Cell::Sex), out),
        Cell::Birth(form) => {
            if let Some(written) = birth::written(city, row) {
                date(written, form, row, out);
            }
        }
        Cell::Ethnic => out.push_str(ETHNIC.get(usize::from(person.ethnic)).map_or("汉族", |group| group.0)),
        Cell::Hukou => out.push_str(if person.rural { "农业" } else { "非农业" }),
        Cell::Household if lost || person.register == Register::Neither => {}
        Cell::Household => {
            let county = places.county(places.village(person.village).county).code;
            let _ = write!(out, "{county}{:08}", person.household);
        }
        Cell::Relation => out.push_str(person.relation.text()),
        Cell::VillageCode => village_code(city, row, out),
        Cell::Village if row.has(flags::GONE) => out.push_str("原老庄村"),
        Cell::Village => out.push_str(&places.village(row.village).name),
        Cell::Town => out.push_str(&places.village(row.village).town_name),
        Cell::Address => address(city, row, out),
        Cell::Phone if lost => {}
        Cell::Phone => phone(city.setting.seed, row.person, out),
        Cell::Status => status(row, out),
        Cell::StatusCode => out.push_str(match row.status {
            Status::Blank => "",
            Status::Normal => "1",
            Status::Suspended => "2",
            Status::Ended => "4",
            Status::Unknown => "9",
        }),
        Cell::Benefit => out.push_str(match row.benefit {
            Benefit::Drawing => "领取",
            Benefit::Suspended => "暂停发放",
            Benefit::Blank | Benefit::Unknown => "",
        }),
        Cell::Life => out.push_str(match person.life {
            Life::Alive => "正常",
            Life::Dead => "死亡注销",
            Life::MovedOut => "迁出注销",
        }),
        Cell::UnitNumber if row.unit == NONE => {}
        Cell::UnitNumber => {
            let _ = write!(out, "{}", 100_000 + row.unit);
        }
        Cell::UnitCode => out.push_str(&city.units.get(row.unit).code),
        Cell::UnitName => out.push_str(&city.units.get(row.unit).name),
        Cell::Pool if row.pool == NO_POOL => {}
        Cell::Pool => {
            let _ = write!(out, "{}", places.county(row.pool).code);
        }
        Cell::Since => {
            let _ = write!(out, "{}{:02}", row.since / 12, row.since % 12 + 1);
        }
        Cell::Assistance => out.push_str(if person.is(traits::FIVE_GUARANTEES) { "五保" } else { "低保" }),
        Cell::Grade => {
            let _ = write!(out, "{}级", 1 + mix(u64::from(row.person)) % 4);
        }
        Cell::Scheme if row.has(flags::MEDICAL) => out.push_str("城镇职工基本医疗保险"),
        Cell::Scheme => out.push_str("城镇企业职工基本养老保险"),
        Cell::Away => {
            let place = mix(u64::from(row.person) ^ 77) as usize % AWAY.len();
            let _ = write!(out, "{}", AWAY.get(place).copied().unwrap_or(440_306));
        }
    }
}

fn serial(row: &Row, out: &mut String) {
    let draw = mix(u64::from(row.person) << 8 | u64::from(row.copy));
    let _ = write!(out, "{}", 1_000_000_000 + draw % 9_000_000_000);
}

fn sex(row: &Row, person: &Person, words: bool, out: &mut String) {
    if row.has(flags::NO_SEX) {
        return;
    }
    let male = (person.sex == 1) != row.has(flags::WRONG_SEX);
    out.push_str(match (male, words) {
        (true, true) => "男",
        (false, true) => "女",
        (true, false) => "1",
        (false, false) => "2",
    });
}

fn date(date: Date, form: DateForm, row: &Row, out: &mut String) {
    let (year, month, day) = date.ymd();
    let form = match form {
        DateForm::Mixed => match mix(u64::from(row.person) ^ 55) % 40 {
            0 => DateForm::Compact,
            1 => DateForm::Slashes,
            2 => DateForm::Dots,
            3 => DateForm::Chinese,
            _ => DateForm::Dashes,
        },
        other => other,
    };
    let _ = match form {
        DateForm::Compact => write!(out, "{year}{month:02}{day:02}"),
        DateForm::Dashes | DateForm::Mixed => write!(out, "{year}-{month:02}-{day:02}"),
        DateForm::Slashes => write!(out, "{year}/{month}/{day}"),
        DateForm::Dots => write!(out, "{year}.{month}.{day}"),
        DateForm::Chinese => write!(out, "{year}年{month}月{day}日"),
    };
}

/// Twelve digits; a village that is gone has a code that no tree holds.
fn village_code(city: &City, row: &Row, out: &mut String) {
    let code = &city.setting.places.village(row.village).code;
    if row.has(flags::GONE) {
        out.push_str(code.get(..9).unwrap_or_default());
        let _ = write!(out, "{}", 900 + mix(u64::from(row.person)) % 90);
    } else {
        out.push_str(code);
    }
}

/// Town, village and group. Where the code says nothing, the address doesn't either.
fn address(city: &City, row: &Row, out: &mut String) {
    let village = city.setting.places.village(row.village);
    if row.has(flags::GONE) {
        let _ = write!(out, "{}原老庄村", village.town_name);
    } else if village.name.is_empty() {
        out.push_str("安康市");
    } else {
        let draw = mix(u64::from(row.person) ^ 11);
        let _ = write!(out, "{}{}{}组", village.town_name, village.name, 1 + draw % 9);
        if row.has(flags::ODD_ADDRESS) {
            out.push_str(match draw >> 8 & 3 {
                0 => ",附1号",
                1 => "\n（空挂户）",
                2 => "\"老屋\"",
                _ => ",\"新村\"\r\n安置点",
            });
        }
    }
}

/// Three in four have a phone, the same in every source.
fn phone(seed: u64, person: u32, out: &mut String) {
    let mut random = Random::of(seed, 7, u64::from(person));
    if random.chance(0.75) {
        let _ = write!(out, "1{}", 3_000_000_000_u64 + random.next() % 6_000_000_000);
    }
}

fn status(row: &Row, out: &mut String) {
    let [normal, suspended, ended] = match row.kind {
        SourceKind::RuralMedical => ["正常参合", "暂停参合", "终止参合"],
        SourceKind::ResidentMedical => ["正常", "暂停", "终止"],
        SourceKind::Unemployment => ["参保缴费", "暂停缴费", "终止参保"],
        _ => ["正常参保", "暂停参保", "终止参保"],
    };
    let retired = row.kind == SourceKind::InstitutionPension && row.benefit == Benefit::Drawing;
    out.push_str(match row.status {
        Status::Blank => "",
        Status::Normal if retired => "退休",
        Status::Normal => normal,
        Status::Suspended => suspended,
        Status::Ended => ended,
        Status::Unknown if row.person.is_multiple_of(2) => "待核定",
        Status::Unknown => "异常",
    });
}
