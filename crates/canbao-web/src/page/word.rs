//! States as tags, and what is said of people in lists.

use canbao_domain::rules::{Category, InsuranceState};

/// A state with its colour, always with its word.
pub(crate) struct Tag {
    pub(crate) word: String,
    /// `red`, `amber`, `green`, or none.
    pub(crate) colour: &'static str,
}

impl Tag {
    pub(crate) fn new(word: impl Into<String>, colour: &'static str) -> Self {
        Self { word: word.into(), colour }
    }

    pub(crate) fn category(category: Category) -> Self {
        let colour = match category {
            Category::Uninsured => "red",
            Category::Partial | Category::Interrupted | Category::Information => "amber",
            Category::Confirmed => "green",
            _ => "",
        };
        Self::new(category.chinese(), colour)
    }

    pub(crate) fn insurance(state: InsuranceState) -> Self {
        let colour = match state {
            InsuranceState::Enrolled => "green",
            InsuranceState::None => "red",
            InsuranceState::Interrupted | InsuranceState::Unclear => "amber",
            _ => "",
        };
        Self::new(state.chinese(), colour)
    }
}

/// 低保、五保; 残疾: what somebody is assisted by.
pub(crate) fn assistance(subsistence: bool, disability: bool) -> &'static str {
    match (subsistence, disability) {
        (true, true) => "低保、残疾",
        (true, false) => "低保",
        (false, true) => "残疾",
        (false, false) => "",
    }
}
