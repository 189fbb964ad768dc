//! The one function that decides a category, for the run and for the registry.

use super::{
    Category, Facts, InsuranceFacts, InsuranceState, PersonLife, Population, Reason, ReasonSet, Rules, SchemeSet,
};
use crate::date::Date;
use crate::source::{Insurance, SourceKind};

/// What is decided of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    /// 养老保险
    pub pension: InsuranceState,
    /// 医疗保险
    pub medical: InsuranceState,
    /// What is to be done.
    pub category: Category,
    /// Why; empty if and only if the person is confirmed.
    pub reasons: ReasonSet,
}

/// Decides whether a person is insured on the day `as_of`, and what is to be done.
pub fn classify(facts: &Facts, rules: &Rules, as_of: Date) -> Verdict {
    let pension = insurance_state(&facts.pension, Insurance::Pension, facts.birth, rules, as_of);
    let medical = insurance_state(&facts.medical, Insurance::Medical, facts.birth, rules, as_of);
    let reasons = match (facts.life, facts.population) {
        (PersonLife::Deceased, _) => ReasonSet::of(Reason::Deceased),
        (PersonLife::MovedOut, _) => ReasonSet::of(Reason::MovedOut),
        (PersonLife::Alive, Population::Outside) => ReasonSet::of(Reason::NotInPopulation),
        (PersonLife::Alive, _) => living_reasons(facts, rules, pension, medical),
    };
    Verdict { pension, medical, category: category(facts, pension, medical, reasons), reasons }
}

fn insurance_state(
    facts: &InsuranceFacts,
    insurance: Insurance,
    birth: Option<Date>,
    rules: &Rules,
    as_of: Date,
) -> InsuranceState {
    let schemes = rules.schemes(insurance);
    let here_or_elsewhere = schemes | SchemeSet::of(SourceKind::Elsewhere);
    if !(facts.live & schemes).is_empty() {
        InsuranceState::Enrolled
    } else if facts.elsewhere || facts.live.contains(SourceKind::Elsewhere) {
        InsuranceState::Elsewhere
    } else if !(facts.suspended & here_or_elsewhere).is_empty() {
        InsuranceState::Interrupted
    } else if !(facts.unclear & here_or_elsewhere).is_empty() {
        InsuranceState::Unclear
    } else if rules.is_required(insurance, birth, as_of) {
        InsuranceState::None
    } else {
        InsuranceState::NotRequired
    }
}

/// First that holds. Whatever is not required is not lacked.
fn category(facts: &Facts, pension: InsuranceState, medical: InsuranceState, reasons: ReasonSet) -> Category {
    match (facts.life, facts.population) {
        (PersonLife::Deceased, _) => return Category::Deceased,
        (PersonLife::MovedOut, _) => return Category::MovedOut,
        (PersonLife::Alive, Population::Outside) => return Category::Outside,
        (PersonLife::Alive, _) => {}
    }
    let states = [pension, medical];
    let count = |state| states.iter().filter(|known| **known == state).count();
    let lacked = count(InsuranceState::None);
    if lacked > 0 && lacked == states.len() - count(InsuranceState::NotRequired) {
        Category::Uninsured
    } else if lacked > 0 {
        Category::Partial
    } else if count(InsuranceState::Interrupted) > 0 {
        Category::Interrupted
    } else if !reasons.is_empty() {
        Category::Information
    } else {
        Category::Confirmed
    }
}

fn living_reasons(facts: &Facts, rules: &Rules, pension: InsuranceState, medical: InsuranceState) -> ReasonSet {
    let mut reasons = ReasonSet::EMPTY;
    match pension {
        InsuranceState::None => reasons.insert(Reason::NoPension),
        InsuranceState::Interrupted => reasons.insert(Reason::PensionInterrupted),
        InsuranceState::Unclear => reasons.insert(Reason::PensionUnclear),
        InsuranceState::Enrolled | InsuranceState::NotRequired | InsuranceState::Elsewhere => {}
    }
    match medical {
        InsuranceState::None => reasons.insert(Reason::NoMedical),
        InsuranceState::Interrupted => reasons.insert(Reason::MedicalInterrupted),
        InsuranceState::Unclear => reasons.insert(Reason::MedicalUnclear),
        InsuranceState::Enrolled | InsuranceState::NotRequired | InsuranceState::Elsewhere => {}
    }
    let counting = rules.items_of_person();
    for item in (facts.missing & counting).iter() {
        reasons.insert(Reason::missing(item));
    }
    for item in (facts.wrong & counting).iter() {
        reasons.insert(Reason::wrong(item));
    }
    reasons
}
