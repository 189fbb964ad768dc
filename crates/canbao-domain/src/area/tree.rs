//! The tree and its look-ups.

use std::fmt;

use super::Level;
use crate::standard;

pub(super) struct Area {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) level: Level,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
}

/// The areas of a city by their codes. A look-up costs a search among a few thousand integers and no allocation.
pub struct AreaTree {
    /// In the order of the codes.
    pub(super) areas: Vec<Area>,
    /// The codes as numbers, in the same order as `sorted_at`; codes of different lengths cannot be equal.
    pub(super) sorted: Vec<u64>,
    pub(super) sorted_at: Vec<usize>,
    /// Where the counties stand.
    pub(super) counties: Vec<usize>,
}

impl AreaTree {
    pub(super) fn at(&self, code: &str) -> Option<usize> {
        let at = self.sorted.binary_search(&number(code)?).ok()?;
        self.sorted_at.get(at).copied()
    }

    pub(super) fn area(&self, code: &str) -> Option<&Area> {
        self.areas.get(self.at(code)?)
    }

    /// Whether a code stands in the tree.
    pub fn contains(&self, code: &str) -> bool {
        self.at(code).is_some()
    }

    /// The level of a code.
    pub fn level(&self, code: &str) -> Option<Level> {
        self.area(code).map(|area| area.level)
    }

    /// The name of a code as the region file has it: 张滩社区居委会.
    pub fn name(&self, code: &str) -> Option<&str> {
        self.area(code).map(|area| area.name.as_str())
    }

    /// The names from the county down, committees left out: 汉滨区江北街道张滩社区. Blank for an unknown code.
    pub fn full_name(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut next = self.area(code);
        while let Some(area) = next {
            if area.level > Level::City || names.is_empty() {
                names.push(short(&area.name));
            }
            next = area.parent.and_then(|at| self.areas.get(at));
        }
        names.iter().rev().map(|name| &**name).collect()
    }

    /// The area of a code as departments write it: as it stands, or padded with zeros to 12 digits
    /// (`610902000000` is the county 610902). `None` where it is none of this tree.
    pub fn find(&self, code: &str) -> Option<&str> {
        let code = code.trim();
        let padded = || {
            let village = code.get(..12).filter(|_| code.len() == 12)?;
            let town = village.strip_suffix("000")?;
            self.area(town).or_else(|| self.area(town.strip_suffix("000")?))
        };
        self.area(code).or_else(padded).map(|area| area.code.as_str())
    }

    /// The county of a code: by the tree, or, where the tree lacks the code, by its first six digits.
    pub fn county_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::County)
    }

    /// The county of the six digits that a citizen number, a credit code or a registration number begins with:
    /// one of this tree, or one that had another code in its day (`standard/area_changes.toml`).
    pub fn county_of_registrar(&self, area: u32) -> Option<&str> {
        let code = area.to_string();
        let today = standard::area_changes().get(&code).and_then(|change| change.group());
        self.area(&code)
            .or_else(|| self.area(today?))
            .filter(|area| area.level == Level::County)
            .map(|area| area.code.as_str())
    }

    /// The town of a code: by the tree, or, where the tree lacks the code, by its first nine digits.
    pub fn town_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::Town)
    }

    /// The village of a code: itself, where it is one of the tree.
    pub fn village_of(&self, code: &str) -> Option<&str> {
        self.above(code, Level::Village)
    }

    /// The areas right under a code, in the order of their codes.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &str> {
        let children = self.area(code).map(|area| area.children.as_slice()).unwrap_or_default();
        children.iter().filter_map(|at| Some(self.areas.get(*at)?.code.as_str()))
    }

    /// The code right above a code.
    pub fn parent(&self, code: &str) -> Option<&str> {
        self.areas.get(self.area(code)?.parent?).map(|area| area.code.as_str())
    }

    /// Every code, a county before its towns, a town before its villages, each in the order of the codes.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.areas.iter().map(|area| area.code.as_str())
    }

    /// Every code of a level, in order.
    pub fn codes_of(&self, level: Level) -> impl Iterator<Item = &str> {
        self.areas.iter().filter(move |area| area.level == level).map(|area| area.code.as_str())
    }

    fn above(&self, code: &str, level: Level) -> Option<&str> {
        let code = code.trim();
        let mut next = self.area(code);
        let known = next.is_some();
        while let Some(area) = next {
            if area.level == level {
                return Some(&area.code);
            }
            next = area.parent.and_then(|at| self.areas.get(at));
        }
        if known {
            return None;
        }
        let prefix = code.get(..level.digits()).filter(|_| code.len() > level.digits())?;
        self.area(prefix).filter(|area| area.level == level).map(|area| area.code.as_str())
    }
}

impl fmt::Debug for AreaTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AreaTree({} areas)", self.areas.len())
    }
}

/// A code of up to 12 digits as a number.
pub(super) fn number(code: &str) -> Option<u64> {
    if code.is_empty() || code.len() > 12 {
        return None;
    }
    let mut number = 0;
    for byte in code.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u64::from(byte - b'0');
    }
    Some(number)
}

/// A village's name as people say it: without its committee.
pub(super) fn short(name: &str) -> std::borrow::Cow<'_, str> {
    for (committee, instead) in [("村民委员会", "村"), ("居民委员会", ""), ("村委会", "村"), ("居委会", "")]
    {
        if let Some(stem) = name.strip_suffix(committee).filter(|stem| !stem.is_empty()) {
            let doubled = instead.is_empty() || stem.ends_with(instead) || stem.ends_with("社区");
            return if doubled { stem.into() } else { format!("{stem}{instead}").into() };
        }
    }
    name.into()
}
