//! What follows from a record, by domain's one function.

use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::Date;
use canbao_domain::rules::{
    Category, Facts, InsuranceFacts, InsuranceState, Item, ItemSet, ReasonSet, RowState, Rules, SchemeSet, classify,
};
use canbao_domain::source::{Insurance, SourceKind};

use super::{Enrolment, Record};

/// What is decided of a person, never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derived {
    /// 养老保险
    pub pension: InsuranceState,
    /// 医疗保险
    pub medical: InsuranceState,
    /// Schemes with a live row.
    pub schemes: SchemeSet,
    /// What is to be done.
    pub category: Category,
    /// Why.
    pub reasons: ReasonSet,
}

impl Derived {
    /// Before anything is decided.
    pub(crate) const UNDECIDED: Self = Self {
        pension: InsuranceState::Unclear,
        medical: InsuranceState::Unclear,
        schemes: SchemeSet::EMPTY,
        category: Category::Information,
        reasons: ReasonSet::EMPTY,
    };
}

/// Puts an insurance row into the facts of its insurance: pension first, medical second.
pub(crate) fn add_row(
    facts: &mut [InsuranceFacts; 2],
    insurance: Insurance,
    scheme: &str,
    status: Option<&str>,
    benefit: Option<&str>,
    rules: &Rules,
) {
    let Ok(kind) = scheme.parse::<SourceKind>() else { return };
    let Some(facts) = facts.get_mut(insurance as usize) else { return };
    facts.add(kind, row_state(status.unwrap_or_default(), benefit.unwrap_or_default(), rules));
}

/// What an insurance row says, by the words in the database, which are blank where nothing is known.
pub(crate) fn row_state(status: &str, benefit: &str, rules: &Rules) -> RowState {
    let status = match status {
        "" => Status::Blank,
        word => Status::from_word(word).unwrap_or(Status::Unknown),
    };
    let benefit = match benefit {
        "" => Benefit::Blank,
        word => Benefit::from_word(word).unwrap_or(Benefit::Unknown),
    };
    rules.row_state(status, benefit)
}

/// What is known of somebody, for [`classify`].
pub fn facts(record: &Record, has_number: bool, insurances: [InsuranceFacts; 2], rules: &Rules) -> Facts {
    let mut missing = ItemSet::default();
    for (item, is) in [
        (Item::Number, !has_number),
        (Item::Name, record.name.as_deref().unwrap_or_default().is_empty()),
        (Item::Sex, !matches!(record.sex.as_str(), "1" | "2")),
        (Item::BirthDate, record.birth.is_none()),
        (Item::Village, record.area.len() != 12),
    ] {
        if is && rules.items_of_person().contains(item) && !record.wrong.contains(item) {
            missing.insert(item);
        }
    }
    let [pension, medical] = insurances;
    Facts {
        birth: record.birth,
        population: record.population,
        life: record.life,
        pension,
        medical,
        missing,
        wrong: record.wrong,
    }
}

/// Decides, on the day `as_of`. `has_number`: a social security number or another certificate.
pub fn derive(
    record: &Record,
    has_number: bool,
    insurances: [InsuranceFacts; 2],
    rules: &Rules,
    as_of: Date,
) -> Derived {
    let facts = facts(record, has_number, insurances, rules);
    let verdict = classify(&facts, rules, as_of);
    Derived {
        pension: verdict.pension,
        medical: verdict.medical,
        schemes: facts.pension.live | facts.medical.live,
        category: verdict.category,
        reasons: verdict.reasons,
    }
}

/// The facts of insurance rows.
pub(crate) fn of_rows<'a>(rows: impl IntoIterator<Item = &'a Enrolment>, rules: &Rules) -> [InsuranceFacts; 2] {
    let mut facts = [InsuranceFacts::default(); 2];
    for row in rows {
        let (status, benefit) = (row.status.as_deref(), row.benefit.as_deref());
        add_row(&mut facts, row.insurance, &row.scheme, status, benefit, rules);
    }
    facts
}
