//! The sentence that tells a clerk why.

use crate::links::Method;
use canbao_linkage::dates::DateAgreement;
use canbao_linkage::explain::{AreaLevel, Explanation, KnownFrom, Notes, Rival, Why, constant, sentence as compose};
use canbao_linkage::model::agreement::{Agreement, AreaAgreement, NumberClass, Same};
use canbao_linkage::names::NameAgreement;
use canbao_linkage::numbers::NumberAgreement;

/// What a sentence is made from.
pub(crate) struct Story {
    pub(crate) method: Method,
    pub(crate) agreement: Option<Agreement>,
    pub(crate) notes: Notes,
    pub(crate) rival: Rival,
    pub(crate) known: KnownFrom,
    pub(crate) why: Option<Why>,
    pub(crate) confidence: f64,
    pub(crate) name: NameAgreement,
    /// The rows under a number that no population file knows stay by themselves.
    pub(crate) stays: bool,
}

/// The sentence.
pub(crate) fn sentence(story: &Story) -> String {
    if story.notes == Notes::NONE
        && let Some(constant) = constant(story.method, story.name)
    {
        return if story.stays {
            "号码校验无误，但户籍和常住人口库中均无此号，也未找到相符的人，按本地参保的外来人员列出。".to_owned()
        } else {
            constant.to_owned()
        };
    }
    let mut e = Explanation::new(story.method);
    if let Some(a) = story.agreement {
        e.number = number(a.number);
        e.name = a.name;
        e.birth = a.birth;
        e.sex = same(a.sex);
        e.area = area(a.area);
        e.household = same(a.household);
        e.phone = same(a.phone);
        e.unit = same(a.unit);
    } else {
        e.birth = DateAgreement::Missing;
    }
    e.notes = story.notes;
    e.rival = story.rival;
    e.known = story.known;
    e.why = if story.method == Method::Unresolved { story.why } else { None };
    e.confidence = story.confidence;
    compose(&e)
}

fn same(s: Same) -> Option<bool> {
    match s {
        Same::Missing => None,
        Same::Yes => Some(true),
        Same::No => Some(false),
    }
}

fn area(a: AreaAgreement) -> AreaLevel {
    match a {
        AreaAgreement::Village => AreaLevel::Village,
        AreaAgreement::Town => AreaLevel::Town,
        AreaAgreement::County | AreaAgreement::CountyAlone => AreaLevel::County,
        AreaAgreement::Differs | AreaAgreement::CountyAloneDiffers => AreaLevel::Differs,
        AreaAgreement::Missing => AreaLevel::Missing,
    }
}

fn number(class: NumberClass) -> NumberAgreement {
    match class {
        NumberClass::Nothing => NumberAgreement::Missing,
        NumberClass::Equal => NumberAgreement::Equal,
        NumberClass::CheckOnly => NumberAgreement::CheckOnly,
        NumberClass::OneDigit => NumberAgreement::OneDigit,
        NumberClass::Swap => NumberAgreement::Swap,
        NumberClass::Truncated => NumberAgreement::Truncated,
        NumberClass::Shortened => NumberAgreement::Shortened,
        NumberClass::BirthDigits => NumberAgreement::BirthDigits,
        NumberClass::AreaDigits => NumberAgreement::AreaDigits,
        NumberClass::TwoDigits => NumberAgreement::TwoDigits,
        NumberClass::Sequence => NumberAgreement::Sequence,
        NumberClass::SameBirth => NumberAgreement::SameBirth,
        NumberClass::Household | NumberClass::Neighbour | NumberClass::Unrelated => NumberAgreement::Unrelated,
    }
}
