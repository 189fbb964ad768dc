//! An invented snapshot, and the people whom it counts.

use std::collections::BTreeMap;

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, InsuranceState, Population, SchemeSet};
use canbao_domain::source::SourceKind;
use canbao_registry::area::Area;
use canbao_registry::snapshot::{AgeBand, Cell, Facts, Frozen, SexKind, Snapshot, Tally, Traits};
use canbao_report::cube::Cube;
use canbao_report::indicator::{Catalogue, Indicator};

/// Somebody: the code of their finest area, blank for none, and what is counted of them.
#[derive(Clone, Debug)]
pub(crate) struct One {
    pub(crate) area: String,
    pub(crate) facts: Facts,
}

/// Code, level, parent, manager where that is another.
const AREAS: [(&str, &str, &str, &str); 12] = [
    ("610900", "city", "", ""),
    ("610902", "county", "610900", ""),
    ("610902001", "town", "610902", ""),
    ("610902001001", "village", "610902001", ""),
    ("610902001002", "village", "610902001", "610999"),
    ("610902002", "town", "610902", ""),
    ("610902002001", "village", "610902002", "610999"),
    ("610921", "county", "610900", ""),
    ("610921001", "town", "610921", ""),
    ("610921001001", "village", "610921001", ""),
    ("610921001002", "village", "610921001", ""),
    ("610999", "county", "610900", ""),
];

pub(crate) const HUKOU: [(&str, &str); 3] = [("", "未填户口性质"), ("10", "非农业户口"), ("20", "农业户口")];
pub(crate) const REASONS: [(&str, &str); 4] =
    [("", "尚未查明原因"), ("203", "在校学生"), ("302", "经济困难"), ("outcome-37", "查无此人")];

/// People of a day; the seed decides who they are.
pub(crate) fn people(seed: u64, count: usize) -> Vec<One> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut pick = |from: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as usize % from
    };
    (0..count)
        .map(|_| {
            let area = match pick(14) {
                13 => String::new(),
                at => AREAS[at.min(11)].0.to_owned(),
            };
            let (pension, medical) = (InsuranceState::ALL[pick(6)], InsuranceState::ALL[pick(6)]);
            let category = match pick(10) {
                0 => [Category::Deceased, Category::MovedOut, Category::Outside][pick(3)],
                _ => category(pension, medical, pick(4) == 0),
            };
            let schemes = [SourceKind::ResidentPension, SourceKind::EmployeeMedical, SourceKind::Elsewhere];
            let facts = Facts {
                category,
                pension,
                medical,
                population: Population::ALL[pick(2)],
                sex: SexKind::ALL[pick(3)],
                age: AgeBand::ALL[pick(9)],
                subsistence: pick(5) == 0,
                disability: pick(7) == 0,
                schemes: schemes.into_iter().filter(|_| pick(3) == 0).collect::<SchemeSet>(),
                hukou: pick(3) as u8,
                reason: pick(4) as u8,
                registered: pick(3) == 0,
            };
            One { area, facts }
        })
        .collect()
}

/// As `canbao_domain::rules::classify` decides of somebody who is alive and of the population.
fn category(pension: InsuranceState, medical: InsuranceState, wrong: bool) -> Category {
    let states = [pension, medical];
    let count = |state| states.iter().filter(|known| **known == state).count();
    let lacked = count(InsuranceState::None);
    if lacked > 0 && lacked == 2 - count(InsuranceState::NotRequired) {
        Category::Uninsured
    } else if lacked > 0 {
        Category::Partial
    } else if count(InsuranceState::Interrupted) > 0 {
        Category::Interrupted
    } else if wrong || count(InsuranceState::Unclear) > 0 {
        Category::Information
    } else {
        Category::Confirmed
    }
}

pub(crate) fn snapshot(id: i64, as_of: &str) -> Snapshot {
    let as_of = Date::parse(as_of).unwrap();
    Snapshot { id, as_of, revision: id, taken_at: 0, taken_by: String::new(), people: 0, digest: String::new() }
}

pub(crate) fn cube(people: &[One]) -> Cube {
    cube_of(snapshot(1, "2016-10-31"), people)
}

pub(crate) fn cube_of(snapshot: Snapshot, people: &[One]) -> Cube {
    cube_with(snapshot, people, &[])
}

/// With counts besides people: area, word, how many.
pub(crate) fn cube_with(snapshot: Snapshot, people: &[One], tallies: &[(&str, &str, u64)]) -> Cube {
    let areas: Vec<(String, Area)> = AREAS
        .iter()
        .map(|(code, level, parent, manager)| {
            let maybe = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
            let (parent, reporting) = (maybe(parent), maybe(manager));
            (code.to_string(), Area { name: format!("名{code}"), level: level.to_string(), parent, reporting })
        })
        .collect();
    let mut counts = BTreeMap::new();
    for one in people {
        let at = areas.iter().position(|(code, _)| *code == one.area).map(|at| at as u32);
        *counts.entry((at, Traits::of(&one.facts))).or_default() += 1;
    }
    let cells = counts.into_iter().map(|((area, traits), people)| Cell { area, traits, people }).collect();
    let hukou = HUKOU.map(|(code, name)| (code.to_owned(), name.to_owned())).to_vec();
    let reasons = REASONS.map(|(code, name)| (code.to_owned(), name.to_owned())).to_vec();
    let as_of = snapshot.as_of;
    let place = |code: &str| areas.iter().position(|(known, _)| known == code).map(|at| at as u32);
    let words: Vec<String> = tallies.iter().map(|(_, word, _)| (*word).to_owned()).collect();
    let counts =
        tallies.iter().zip(0..).map(|((area, _, count), word)| Tally { area: place(area), word, count: *count });
    let tallies = counts.collect();
    Cube::new(snapshot, Frozen { areas, hukou, reasons, cells, words, tallies, ..Frozen::empty(as_of) })
}

/// The codes of all areas.
pub(crate) fn cube_codes() -> Vec<String> {
    AREAS.iter().map(|area| area.0.to_owned()).collect()
}

/// Whether an area is another or under it, found by walking up.
pub(crate) fn is_under(code: &str, top: &str, by_codes: bool) -> bool {
    let mut at = code.to_owned();
    loop {
        if at == top {
            return true;
        }
        let Some(area) = AREAS.iter().find(|area| area.0 == at) else { return false };
        at = if by_codes || area.3.is_empty() { area.2.to_owned() } else { area.3.to_owned() };
        if at.is_empty() {
            return false;
        }
    }
}

/// An indicator of the program's own catalogue.
pub(crate) fn indicator(code: &str) -> Indicator {
    Catalogue::embedded().find(code).unwrap_or_else(|| panic!("no indicator {code}"))
}
