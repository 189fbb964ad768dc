//! Small judgements about a row and a person: what differs, what speaks alone, why a row stays without a person.

use super::decide::{FirstRow, Ranking};
use crate::stage::RowId;
use canbao_domain::Sex;
use canbao_domain::number::CitizenNumber;
use canbao_linkage::dates::DateAgreement;
use canbao_linkage::explain::{Notes, Rival, Why};
use canbao_linkage::model::agreement::{Agreement, NumberClass, Same};
use canbao_linkage::model::record::{Claim, Record};
use canbao_linkage::names::NameAgreement;

/// The birth date and sex of a person: of the first row, else of the number.
pub(super) fn own_values(
    first: Option<FirstRow<'_>>,
    number: Option<CitizenNumber>,
) -> (Option<canbao_domain::date::Date>, Sex) {
    let birth = first.and_then(|f| f.birth).or(number.map(CitizenNumber::birth));
    let sex = match first.map(|f| f.sex) {
        Some(s @ (Sex::Male | Sex::Female)) => s,
        _ => number.map_or(Sex::Unknown, CitizenNumber::sex),
    };
    (birth, sex)
}

pub(super) fn differs<T: PartialEq>(a: Option<T>, b: Option<T>) -> bool {
    a.is_some() && b.is_some() && a != b
}

pub(super) fn sex_differs(a: Sex, b: Sex) -> bool {
    let stated = |s| matches!(s, Sex::Male | Sex::Female);
    stated(a) && stated(b) && a != b
}

/// Whether two names are not the same; variant characters and dots are writings of one name.
pub(super) fn name_differs(name: NameAgreement) -> bool {
    !matches!(name, NameAgreement::Equal | NameAgreement::Variant | NameAgreement::Missing)
}

/// Whether a name has a character that could not be written: a question mark, or one of private use.
pub(super) fn broken(name: &str) -> bool {
    name.chars().any(|c| matches!(u32::from(c), 0x3F | 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF))
}

/// Whether nothing but the number speaks for a person: the name is another, and no date, household, phone or unit agrees.
pub(super) fn number_alone(a: &Agreement) -> bool {
    let another = matches!(a.name, NameAgreement::SurnameOnly | NameAgreement::GivenOnly | NameAgreement::Different);
    let dated = a.birth != DateAgreement::Missing && a.birth <= DateAgreement::OneDigit;
    another && !dated && ![a.household, a.phone, a.unit].contains(&Same::Yes)
}

pub(super) fn repaired(class: NumberClass) -> bool {
    matches!(
        class,
        NumberClass::CheckOnly
            | NumberClass::OneDigit
            | NumberClass::Swap
            | NumberClass::Shortened
            | NumberClass::Truncated
    )
}

pub(super) fn notes(foreign: bool, of_another: bool, agreement: Option<Agreement>) -> Notes {
    let mut notes = Notes::NONE;
    if of_another {
        let relative = agreement.is_some_and(|a| matches!(a.number, NumberClass::Household | NumberClass::Neighbour));
        notes = notes.with(if relative { Notes::RELATIVE } else { Notes::ANOTHERS });
    } else if foreign {
        notes = notes.with(Notes::FORMER_NUMBER);
    }
    notes
}

pub(super) fn rival(ranking: &Ranking, person: Option<RowId>) -> Rival {
    let (first, second) = (ranking.people.first().map_or(0.0, |p| p.1), ranking.people.get(1).map_or(0.0, |p| p.1));
    let close = ranking.people.iter().skip(1).filter(|p| p.1 > 0.1 * first).count();
    match (person.is_some(), close) {
        (_, 0) if second > 1e-4 => Rival::Behind,
        (_, 0) => Rival::None,
        (_, 1) => Rival::Close,
        _ => Rival::Several,
    }
}

pub(super) fn why(record: &Record, ranking: &Ranking, agreement: Option<Agreement>) -> Option<Why> {
    if record.name.is_empty() && record.claim == Claim::Missing {
        return Some(Why::Empty);
    }
    let (Some(agreement), Some(best)) = (agreement, ranking.people.first()) else { return Some(Why::NoCandidate) };
    let second = ranking.people.get(1).map_or(0.0, |p| p.1);
    if second > 0.1 * best.1 && best.1 + second > ranking.other {
        return Some(Why::Alike);
    }
    let named = agreement.name <= NameAgreement::Reordered;
    let dated = agreement.birth == DateAgreement::Equal;
    Some(match (named, dated) {
        (true, false) if !repaired(agreement.number) => Why::NameOnly,
        (false, _) if repaired(agreement.number) => Why::NumberOnly,
        _ => Why::Weak,
    })
}
