//! The business register and the insured units.

use std::fmt::Write as _;
use std::fs;

use super::charset::Charset;
use super::{Desk, failed};
use crate::SynthError;
use crate::city::City;
use crate::city::person::NONE;
use crate::city::unit::{Sort, Unit};
use crate::random::Random;

/// The business register's path.
pub(crate) const BUSINESS_REGISTER: &str = "工商/企业个体工商户.csv";
/// The insured units' path.
pub(crate) const INSURED_UNITS: &str = "人社/参保单位.csv";

/// Where an employer stands in the two files: its 1-based data rows.
#[derive(Copy, Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) registered: Option<u32>,
    pub(crate) insured: Option<u32>,
}

/// Puts both files in order: each employer's rows.
pub(crate) fn order(city: &City) -> (Vec<Standing>, [Vec<u32>; 2]) {
    let units = &city.units.all;
    let mut random = Random::of(city.setting.seed, 8, 0);
    let mut standings = vec![Standing::default(); units.len()];
    let list = |keep: fn(&Unit) -> bool, random: &mut Random| {
        let mut list: Vec<u32> = (0_u32..).zip(units).filter(|(_, unit)| keep(unit)).map(|(index, _)| index).collect();
        random.shuffle(&mut list);
        list
    };
    let registered = list(|unit| unit.registered, &mut random);
    let insured = list(|unit| unit.insured, &mut random);
    for (row, &index) in (1_u32..).zip(&registered) {
        if let Some(standing) = standings.get_mut(index as usize) {
            standing.registered = Some(row);
        }
    }
    for (row, &index) in (1_u32..).zip(&insured) {
        if let Some(standing) = standings.get_mut(index as usize) {
            standing.insured = Some(row);
        }
    }
    (standings, [registered, insured])
}

/// Writes both files.
pub(crate) fn write(desk: &Desk, lists: &[Vec<u32>; 2]) -> Result<(), SynthError> {
    let [registered, insured] = lists;
    let mut text = String::from("统一社会信用代码,注册号,企业名称,类型,住所,登记状态\r\n");
    for &index in registered {
        let unit = desk.city.units.get(index);
        let county = desk.city.setting.places.county(unit.county);
        let state = if unit.closed { "注销" } else { "存续" };
        let _ = write!(
            text,
            "{},{},{},{},安康市{}{}号,{state}\r\n",
            unit.code,
            unit.registration,
            unit.name,
            unit.type_text(),
            county.name,
            1 + index % 300
        );
    }
    save(desk, BUSINESS_REGISTER, &text)?;
    let mut text = String::from("单位编号,单位名称,统一社会信用代码,营业执照注册号,单位类型,参保险种\r\n");
    for &index in insured {
        insured_unit(desk.city, index, &mut text);
    }
    save(desk, INSURED_UNITS, &text)
}

/// What the insurance agency wrote of an employer: the code in lower case, with a wrong character,
/// or not at all; the old registration number; the name with other brackets.
fn insured_unit(city: &City, index: u32, text: &mut String) {
    debug_assert!(index != NONE, "an employer");
    let unit = city.units.get(index);
    let mut random = Random::of(city.setting.seed, 9, u64::from(index));
    let (mut code, mut registration) = (unit.code.clone(), String::new());
    if code.is_empty() {
        registration.clone_from(&unit.registration);
    }
    // an employer whom no register holds is known by its code alone
    match random.unit() {
        _ if !unit.registered || code.is_empty() => {}
        ..0.03 => code = code.to_lowercase(),
        0.03..0.06 => code.clear(),
        0.06..0.07 => code = format!(" {code} "),
        0.07..0.08 => {
            let place = 8 + random.below(9);
            let other = if code.get(place..place + 1) == Some("7") { "8" } else { "7" };
            code.replace_range(place..place + 1, other);
        }
        0.08..0.12 if !unit.registration.is_empty() => {
            code.clear();
            registration.clone_from(&unit.registration);
        }
        _ => {}
    }
    let name = if random.chance(0.5) { unit.name.replace('（', "(").replace('）', ")") } else { unit.name.clone() };
    let sort = match unit.sort {
        Sort::Enterprise => "企业",
        Sort::Individual => "个体工商户",
        Sort::Cooperative => "农民专业合作社",
        Sort::Public => "机关事业单位",
    };
    let _ = write!(text, "{},{name},{code},{registration},{sort},企业职工养老\r\n", 100_000 + index);
}

fn save(desk: &Desk, relative: &str, text: &str) -> Result<(), SynthError> {
    let path = desk.path(relative)?;
    let mut bytes = Vec::with_capacity(text.len());
    Charset::Gb18030.push(text, &mut bytes);
    fs::write(&path, bytes).map_err(failed(&path))
}
