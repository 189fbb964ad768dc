//! Finding the area that an address names.

use std::cmp::Reverse;

use super::tree::{Area, short};
use super::{AreaTree, Level};

impl AreaTree {
    /// The deepest area that an address names: the county, then the town within it, then the village within that.
    /// Names count with and without their last word (汉滨区, 汉滨); a whole name goes before a part, an earlier one
    /// before a later. Where no county is named, a town or nothing: a town whose whole name no other town of the city has.
    pub fn locate(&self, address: &str) -> Option<&str> {
        let county = best(address, self.counties.iter().filter_map(|at| self.areas.get(*at)));
        let town = match county {
            Some(county) => best(address, self.within(county)),
            None => self.only_town(address),
        };
        let village = town.and_then(|town| best(address, self.within(town)));
        village.or(town).or(county).map(|area| area.code.as_str())
    }

    fn only_town(&self, address: &str) -> Option<&Area> {
        let mut towns = self.areas.iter().filter(|area| area.level == Level::Town && address.contains(&area.name));
        let only = towns.next()?;
        towns.next().is_none().then_some(only)
    }

    fn within(&self, area: &Area) -> impl Iterator<Item = &Area> {
        area.children.iter().filter_map(|at| self.areas.get(*at))
    }
}

/// The area that an address names best.
fn best<'a>(address: &str, areas: impl Iterator<Item = &'a Area>) -> Option<&'a Area> {
    let named = areas.filter_map(|area| Some((naming(address, area)?, area)));
    named.max_by_key(|(naming, _)| *naming).map(|(_, area)| area)
}

/// How an address names an area: whole or in part, where, and by how long a name.
fn naming(address: &str, area: &Area) -> Option<(bool, Reverse<usize>, usize)> {
    let said = short(&area.name);
    if let Some(at) = address.find(&*said) {
        return Some((true, Reverse(at), said.len()));
    }
    let last_words: &[&str] = match area.level {
        Level::City | Level::County => &["自治县", "市", "区", "县"],
        Level::Town => &["街道", "镇", "乡"],
        Level::Village => &["社区", "村"],
    };
    let stem = last_words.iter().find_map(|word| said.strip_suffix(word))?;
    let at = address.find(stem).filter(|_| stem.chars().count() >= 2)?;
    Some((false, Reverse(at), stem.len()))
}
