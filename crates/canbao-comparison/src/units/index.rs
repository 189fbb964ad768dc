//! One key a unit, whichever of its codes or names a row bears.

use super::UnitRow;
use ahash::AHashMap;
use canbao_domain::credit::CreditCode;
use canbao_linkage::hash::{mix, text as hash};
pub(crate) use canbao_linkage::names::unit_name as plain_name;

/// Finds the key of a unit by its code or its name.
#[derive(Debug, Default)]
pub(crate) struct UnitIndex {
    keys: AHashMap<u64, u64>,
}

impl UnitIndex {
    /// `units` of all employers' sources.
    pub(crate) fn new<'a>(units: impl Iterator<Item = &'a UnitRow> + Clone) -> Self {
        let mut keys: AHashMap<u64, u64> = AHashMap::new();
        for by_credit in [true, false] {
            for unit in units.clone().filter(|u| u.credit_code.is_some() == by_credit) {
                let name = plain_name(&unit.name);
                let key = match unit.credit_code {
                    Some(code) => hash(code.as_str()),
                    None => keys.get(&named(&name)).copied().unwrap_or_else(|| named(&name)),
                };
                for alias in [coded(&unit.unit_code), named(&name), unit.registration.map_or(0, |r| coded(r.as_str()))]
                {
                    if alias != 0 {
                        keys.entry(alias).or_insert(key);
                    }
                }
            }
        }
        Self { keys }
    }

    /// The key of a unit, 0 where neither code nor name says anything.
    pub(crate) fn find(&self, code: &str, name: &str) -> u64 {
        let code = code.trim();
        if code.len() == 18
            && let Some(credit) = CreditCode::read(code)
        {
            return hash(credit.as_str());
        }
        if let Some(key) = self.keys.get(&coded(code)) {
            return *key;
        }
        if name.is_empty() {
            return coded(code);
        }
        let named = named(&plain_name(name));
        match self.keys.get(&named) {
            Some(key) => *key,
            None if named != 0 => named,
            None => coded(code),
        }
    }
}

fn coded(code: &str) -> u64 {
    if code.is_empty() || code.bytes().all(|b| b == b'0') { 0 } else { mix(1, hash(code)) | 1 }
}

fn named(name: &str) -> u64 {
    if name.is_empty() { 0 } else { mix(2, hash(name)) | 1 }
}
