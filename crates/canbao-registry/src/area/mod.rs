//! Areas by their two trees: the codes, which serve statistics, and who reports to whom, which says who sees whom.
//!
//! Both are dated: a [`Version`] holds from a day on, and what is asked is answered by the trees of the day.

mod change;
mod version;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, PoisonError};

use canbao_domain::scope::Scope;

pub use change::AreaChange;
pub(crate) use change::chinese as level_name;
pub use version::Version;
pub(crate) use version::Versions;

use crate::RegistryError;
use crate::clock;
use crate::store::{Transaction, Value, values};

/// Steps up a tree, at most; whoever is further down is under nobody. No tree of reporting is let grow so deep.
const DEEP: usize = 16;

/// An area as it is on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Area {
    /// Its name.
    pub name: String,
    /// `city`, `county`, `town`, `village`.
    pub level: String,
    /// The area above, by the codes.
    pub parent: Option<String>,
    /// The area that manages it, where that is another.
    pub reporting: Option<String>,
}

impl Area {
    /// The area that it reports to; none for the city.
    pub fn manager(&self) -> Option<&str> {
        self.reporting.as_deref().or(self.parent.as_deref())
    }
}

/// All areas of a day, by code.
#[derive(Clone, Debug, Default)]
pub struct Areas {
    by_code: BTreeMap<String, Area>,
}

/// Areas that were read, with the revision and the day that they are of: another process's change raises the one, midnight
/// the other.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Option<Kept>>);

type Kept = ((i64, String), Arc<Areas>);

impl Cache {
    /// The areas of the visible revision, as they are today.
    pub(crate) async fn get(&self, transaction: &mut Transaction) -> Result<Arc<Areas>, RegistryError> {
        let state = transaction.first("SELECT visible, as_of FROM state", &[]).await?;
        let now = state.map_or((0, String::new()), |row| (row.int(0), day(row.text(1))));
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, areas)) = kept.filter(|(of, _)| *of == now) {
            return Ok(areas);
        }
        let areas = Arc::new(Areas::read(transaction, &now.1).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&areas)));
        Ok(areas)
    }
}

/// Today, or the day that the record stands for where that is later.
fn day(as_of: &str) -> String {
    as_of.to_owned().max(clock::today().to_string())
}

/// The area right above one, by either tree.
type Above = fn(&Area) -> Option<&str>;

impl Areas {
    async fn read(transaction: &mut Transaction, day: &str) -> Result<Self, RegistryError> {
        let sql = "SELECT code, name, level, parent, reporting FROM area WHERE valid_from <= $1 AND valid_to > $1";
        let mut by_code = BTreeMap::new();
        for row in transaction.all(sql, values![day]).await? {
            let text = |at| row.maybe_text(at).map(str::to_owned);
            let area = Area {
                name: row.text(1).to_owned(),
                level: row.text(2).to_owned(),
                parent: text(3),
                reporting: text(4),
            };
            by_code.insert(row.text(0).to_owned(), area);
        }
        Ok(Self { by_code })
    }

    /// An area by its code.
    pub fn get(&self, code: &str) -> Option<&Area> {
        self.by_code.get(code)
    }

    /// Codes and areas, in the order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Area)> {
        self.by_code.iter().map(|(code, area)| (code.as_str(), area))
    }

    /// The areas right under one, by who reports to whom, in the order of the codes.
    pub fn reporting_right_to(&self, top: &str) -> Vec<(&str, &Area)> {
        self.iter().filter(|(_, area)| area.manager() == Some(top)).collect()
    }

    /// The city's code; none before the first run.
    pub fn city(&self) -> Option<&str> {
        self.iter().find(|(_, area)| area.level == "city").map(|(code, _)| code)
    }

    /// Whether an area is another or under it, by who reports to whom.
    pub fn reports_to(&self, code: &str, top: &str) -> bool {
        self.is_under(code, top, Area::manager)
    }

    /// Whether records of an area are in a scope.
    pub fn reached(&self, scope: &Scope, code: &str) -> bool {
        scope.areas().is_none_or(|tops| tops.iter().any(|top| self.reports_to(code, top)))
    }

    /// The areas from the city down to one, itself the last, by who reports to whom; empty for an unknown code.
    pub fn chain(&self, code: &str) -> Vec<(&str, &Area)> {
        let mut chain = Vec::new();
        let mut next = self.by_code.get_key_value(code);
        while let Some((code, area)) = next.filter(|_| chain.len() < DEEP) {
            chain.push((code.as_str(), area));
            next = area.manager().and_then(|manager| self.by_code.get_key_value(manager));
        }
        chain.reverse();
        chain
    }

    /// The names from the county down, as `汉滨区 江北街道 张滩村`; blank for an unknown code.
    pub fn full_name(&self, code: &str) -> String {
        let mut names = Vec::new();
        let mut next = self.by_code.get(code);
        while let Some(area) = next.filter(|area| names.is_empty() || area.level != "city") {
            names.push(area.name.as_str());
            next = area.parent.as_ref().and_then(|parent| self.by_code.get(parent));
        }
        names.reverse();
        names.join(" ")
    }

    fn is_under(&self, code: &str, top: &str, above: Above) -> bool {
        let mut code = Some(code);
        // a ring in the tree ends here, too
        for _ in 0..DEEP {
            match code {
                Some(at) if at == top => return true,
                Some(at) => code = self.by_code.get(at).and_then(above),
                None => return false,
            }
        }
        false
    }

    /// The codes under one, itself with them, by who reports to whom.
    pub fn reporting_to(&self, top: &str) -> Vec<&str> {
        self.by_code.keys().map(String::as_str).filter(|code| self.is_under(code, top, Area::manager)).collect()
    }

    /// The codes under one, itself with them, by the codes.
    pub fn under(&self, top: &str) -> Vec<&str> {
        let above: Above = |area| area.parent.as_deref();
        self.by_code.keys().map(String::as_str).filter(|code| self.is_under(code, top, above)).collect()
    }

    /// The codes of a scope; `None` for the whole city.
    pub(crate) fn of_scope(&self, scope: &Scope) -> Option<Vec<&str>> {
        let tops = scope.areas()?;
        let mut codes: Vec<&str> = tops.iter().flat_map(|top| self.reporting_to(top)).collect();
        codes.sort_unstable();
        codes.dedup();
        Some(codes)
    }

    /// A condition on a column of area codes that holds for those of `codes`, as few ranges as there are; its values are
    /// pushed behind those that are there.
    pub(crate) fn condition(&self, column: &str, codes: &[&str], values: &mut Vec<Value>) -> String {
        let mut ranges: Vec<(&str, &str)> = Vec::new();
        let mut open = false;
        for code in self.by_code.keys().map(String::as_str) {
            let wanted = codes.binary_search(&code).is_ok();
            match ranges.last_mut().filter(|_| open && wanted) {
                Some(last) => last.1 = code,
                None if wanted => ranges.push((code, code)),
                None => {}
            }
            open = wanted;
        }
        if ranges.is_empty() {
            return "1 = 0".to_owned();
        }
        let mut between = |from: &str, to: &str| {
            values.extend([Value::from(from), Value::from(to)]);
            format!("{column} BETWEEN ${} AND ${}", values.len() - 1, values.len())
        };
        let parts: Vec<String> = ranges.iter().map(|(from, to)| between(from, to)).collect();
        let any = format!("({})", parts.join(" OR "));
        let (Some((from, _)), Some((_, to)), true) = (ranges.first(), ranges.last(), ranges.len() > 1) else {
            return any;
        };
        // a district without the villages of a zone: one way through an index, in its order, past a few that are not meant
        let passed = self.by_code.range::<str, _>((Bound::Included(*from), Bound::Included(*to))).count();
        if codes.len() * 2 > passed { format!("({} AND {any})", between(from, to)) } else { any }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn areas() -> Areas {
        let mut areas = Areas::default();
        let mut put = |code: &str, level: &str, parent: Option<&str>, reporting: Option<&str>| {
            let [parent, reporting] = [parent, reporting].map(|text| text.map(str::to_owned));
            let area = Area { name: code.to_owned(), level: level.to_owned(), parent, reporting };
            areas.by_code.insert(code.to_owned(), area);
        };
        put("610900", "city", None, None);
        put("610902", "county", Some("610900"), None);
        put("610921", "county", Some("610900"), None);
        put("610999", "county", Some("610900"), None);
        put("610902001", "town", Some("610902"), None);
        put("610902001001", "village", Some("610902001"), None);
        put("610902001002", "village", Some("610902001"), Some("610999"));
        put("610921001", "town", Some("610921"), None);
        areas
    }

    #[test]
    fn a_zone_sees_the_villages_that_it_manages_and_their_district_does_not() {
        let areas = areas();
        assert_eq!(areas.reporting_to("610999"), ["610902001002", "610999"]);
        assert_eq!(areas.reporting_to("610902"), ["610902", "610902001", "610902001001"]);
        assert_eq!(areas.reporting_to("610900").len(), 8);
        assert_eq!(areas.of_scope(&Scope::city()), None);
        assert_eq!(areas.of_scope(&Scope::under(Vec::<String>::new())).unwrap(), Vec::<&str>::new());
    }

    #[test]
    fn neighbours_are_one_range() {
        let areas = areas();
        let mut values = vec![Value::from(1)];
        let codes = areas.reporting_to("610902");
        assert_eq!(areas.condition("area", &codes, &mut values), "(area BETWEEN $2 AND $3)");
        let codes = areas.reporting_to("610999");
        let mut values = Vec::new();
        assert_eq!(areas.condition("a", &codes, &mut values), "(a BETWEEN $1 AND $2 OR a BETWEEN $3 AND $4)");
        // few are left out in between: one range leads past them
        let codes = ["610902", "610902001", "610902001002", "610921"];
        let told = areas.condition("a", &codes, &mut Vec::new());
        assert_eq!(told, "(a BETWEEN $5 AND $6 AND (a BETWEEN $1 AND $2 OR a BETWEEN $3 AND $4))");
        assert_eq!(areas.condition("a", &[], &mut Vec::new()), "1 = 0");
    }
}
