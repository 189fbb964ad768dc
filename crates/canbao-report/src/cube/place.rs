//! The areas of a snapshot by both trees.

use canbao_domain::scope::Scope;
use canbao_registry::area::Area;

/// Steps up a tree, at most.
const DEEP: usize = 16;

/// By which tree areas are summed up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tree {
    /// By who reports to whom (管理关系): what a scope follows.
    #[default]
    Reporting,
    /// By the codes (区划代码): what statistics follow.
    Codes,
}

impl Tree {
    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reporting => "reporting",
            Self::Codes => "codes",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Reporting => "按管理关系",
            Self::Codes => "按区划代码",
        }
    }

    /// The tree of a word in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Reporting, Self::Codes].into_iter().find(|tree| tree.as_str() == word)
    }
}

/// Areas in the order of their codes.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    areas: Vec<(String, Area)>,
    /// The place right above each, by who reports to whom and by the codes.
    above: [Vec<Option<usize>>; 2],
    city: Option<usize>,
}

impl Places {
    pub(super) fn new(mut areas: Vec<(String, Area)>) -> Self {
        // a snapshot's are in order, but one made by hand may not be
        areas.sort_by(|(one, _), (other, _)| one.cmp(other));
        let find = |code: &str| areas.binary_search_by(|(known, _)| known.as_str().cmp(code)).ok();
        let by = |above: fn(&Area) -> Option<&str>| -> Vec<Option<usize>> {
            areas.iter().map(|(_, area)| above(area).and_then(find)).collect()
        };
        let above = [by(Area::manager), by(|area| area.parent.as_deref())];
        let city = areas.iter().position(|(_, area)| area.level == "city");
        Self { areas, above, city }
    }

    pub(super) fn len(&self) -> usize {
        self.areas.len()
    }

    pub(super) fn find(&self, code: &str) -> Option<usize> {
        self.areas.binary_search_by(|(known, _)| known.as_str().cmp(code)).ok()
    }

    pub(super) fn get(&self, code: &str) -> Option<&Area> {
        self.at(self.find(code)?).map(|(_, area)| area)
    }

    /// Code and area of a place.
    pub(super) fn at(&self, place: usize) -> Option<(&str, &Area)> {
        self.areas.get(place).map(|(code, area)| (code.as_str(), area))
    }

    pub(super) fn city(&self) -> Option<&str> {
        self.at(self.city?).map(|(code, _)| code)
    }

    pub(super) fn is_city(&self, place: usize) -> bool {
        self.city == Some(place)
    }

    fn above(&self, place: usize, tree: Tree) -> Option<usize> {
        self.above.get(tree as usize)?.get(place).copied().flatten()
    }

    /// The places from one up, itself first.
    pub(super) fn way(&self, place: usize, tree: Tree) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(place), move |at| self.above(*at, tree)).take(DEEP)
    }

    /// The places right under one, in the order of their codes.
    pub(super) fn children(&self, top: usize, tree: Tree) -> Vec<usize> {
        (0..self.areas.len()).filter(|place| self.above(*place, tree) == Some(top)).collect()
    }

    /// The places of a level, in the order of their codes.
    pub(super) fn of_level(&self, level: &str) -> Vec<usize> {
        self.areas.iter().enumerate().filter(|(_, (_, area))| area.level == level).map(|(at, _)| at).collect()
    }

    /// The places of a scope's areas; those that the day did not have are left out.
    pub(super) fn tops(&self, scope: &Scope) -> Option<Vec<usize>> {
        scope.areas().map(|codes| codes.iter().filter_map(|code| self.find(code)).collect())
    }

    /// Whether somebody may see a place.
    pub(super) fn is_in(&self, place: usize, scope: &Scope) -> bool {
        self.tops(scope).is_none_or(|tops| self.way(place, Tree::Reporting).any(|at| tops.contains(&at)))
    }
}
