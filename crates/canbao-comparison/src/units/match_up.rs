//! Which registered employer is which insured unit: by credit code, old registration number,
//! organisation code within the credit code, and by name where no code tells.

use super::UnitRow;
use super::index::plain_name;
use ahash::AHashMap;
use canbao_domain::area::AreaTree;
use canbao_domain::credit::{CreditCode, RegistrationNumber};
use canbao_domain::rules::{Rules, UnitCategory, UnitFacts};
use canbao_domain::source::SourceKind;
use canbao_linkage::hash::text as hash;

/// One employer.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) credit_code: Option<CreditCode>,
    pub(crate) registration: Option<RegistrationNumber>,
    pub(crate) name: String,
    pub(crate) unit_type: String,
    pub(crate) address: String,
    pub(crate) county: Option<String>,
    pub(crate) registered: bool,
    pub(crate) insured: bool,
    pub(crate) insured_people: i64,
    pub(crate) category: UnitCategory,
    /// Rows in the register and among the insured, the first of each.
    pub(crate) register_row: Option<(usize, i64)>,
    pub(crate) insured_row: Option<(usize, i64)>,
    cancelled: bool,
}

/// Matches; `people` are insured people by unit key.
pub(crate) fn match_up(
    rows: &[UnitRow],
    people: &AHashMap<u64, i64>,
    index: &super::UnitIndex,
    areas: &AreaTree,
    rules: &Rules,
) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::new();
    let mut by_code: AHashMap<String, usize> = AHashMap::new();
    let mut by_name: AHashMap<String, Vec<usize>> = AHashMap::new();
    let register_first = [SourceKind::BusinessRegister, SourceKind::InsuredUnits];
    for row in register_first.iter().flat_map(|kind| rows.iter().filter(move |r| r.kind == *kind)) {
        let name = plain_name(&row.name);
        let codes = codes(row);
        let found = codes.iter().find_map(|c| by_code.get(c).copied()).or_else(|| {
            // a name alone decides where it is one unit's and no code contradicts
            match by_name.get(&name).map(Vec::as_slice) {
                Some([one]) if !name.is_empty() => {
                    let other = units.get(*one)?.credit_code;
                    (row.credit_code.is_none() || other.is_none()).then_some(*one)
                }
                _ => None,
            }
        });
        let at = found.unwrap_or_else(|| {
            units.push(Unit {
                credit_code: None,
                registration: None,
                name: row.name.clone(),
                unit_type: row.unit_type.clone(),
                address: row.address.clone(),
                county: None,
                registered: false,
                insured: false,
                insured_people: 0,
                category: UnitCategory::Information,
                register_row: None,
                insured_row: None,
                cancelled: false,
            });
            units.len() - 1
        });
        for code in codes {
            by_code.entry(code).or_insert(at);
        }
        let named = by_name.entry(name).or_default();
        if !named.contains(&at) {
            named.push(at);
        }
        if let Some(unit) = units.get_mut(at) {
            unit.add(row);
        }
    }
    for unit in &mut units {
        unit.settle(people, index, areas, rules);
    }
    units.sort_by(|a, b| a.order().cmp(&b.order()));
    units
}

fn codes(row: &UnitRow) -> Vec<String> {
    let mut codes = Vec::new();
    if let Some(code) = row.credit_code {
        codes.push(code.as_str().to_owned());
        if let Some(organisation) = code.organisation() {
            codes.push(organisation.as_str().to_owned());
        }
    }
    codes.extend(row.registration.map(|r| r.as_str().to_owned()));
    codes.extend(row.organisation.clone());
    codes
}

impl Unit {
    fn add(&mut self, row: &UnitRow) {
        self.credit_code = self.credit_code.or(row.credit_code);
        self.registration = self.registration.or(row.registration);
        for (mine, theirs) in
            [(&mut self.name, &row.name), (&mut self.unit_type, &row.unit_type), (&mut self.address, &row.address)]
        {
            if mine.is_empty() {
                mine.clone_from(theirs);
            }
        }
        let at = Some((row.source, row.row));
        if row.kind == SourceKind::BusinessRegister {
            // one of several registrations that still stands counts
            self.cancelled = row.cancelled && (self.cancelled || !self.registered);
            self.registered = true;
            self.register_row = self.register_row.or(at);
        } else {
            self.insured = true;
            self.insured_row = self.insured_row.or(at);
        }
    }

    fn settle(&mut self, people: &AHashMap<u64, i64>, index: &super::UnitIndex, areas: &AreaTree, rules: &Rules) {
        let key = match self.credit_code {
            Some(code) => hash(code.as_str()),
            None => index.find("", &self.name),
        };
        self.insured_people = people.get(&key).copied().unwrap_or(0);
        let registrar = self.credit_code.map(|c| c.registrar_area()).or(self.registration.map(|r| r.registrar_area()));
        self.county = areas
            .locate(&self.address)
            .and_then(|code| areas.county_of(code))
            .map(str::to_owned)
            .or_else(|| registrar.and_then(|r| areas.county_of_registrar(r)).map(str::to_owned));
        self.category = rules.classify_unit(&UnitFacts {
            registered: self.registered,
            cancelled: self.cancelled,
            insured: self.insured,
            credit_code: self.credit_code,
            registration_number: self.registration,
            unit_type: (!self.unit_type.is_empty()).then_some(self.unit_type.as_str()),
        });
    }

    /// The total order in which employers are written.
    fn order(&self) -> impl Ord + '_ {
        (
            self.credit_code.as_ref().map(CreditCode::as_str),
            self.registration.as_ref().map(RegistrationNumber::as_str),
            &self.name,
            self.register_row,
            self.insured_row,
        )
    }
}
