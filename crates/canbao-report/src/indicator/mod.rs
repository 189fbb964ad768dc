//! What is counted (指标), each defined once.

mod definition;
mod table;

use canbao_domain::rules::{Category, InsuranceState};
use canbao_registry::snapshot::Traits;

pub use definition::{Definition, Unit};
pub use table::{Row, Table};

/// An indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Indicator {
    /// 应登记人口
    Population,
    /// 已参保
    Enrolled,
    /// 参保率
    Coverage,
    /// 未参保
    Uninsured,
    /// 部分参保
    Partial,
    /// 中断参保
    Interrupted,
    /// 状态不明
    Unclear,
    /// 信息待核
    Information,
    /// 直接确认
    Confirmed,
    /// 养老保险参保率
    PensionCoverage,
    /// 医疗保险参保率
    MedicalCoverage,
}

/// Whether somebody is insured, or need not be.
const fn has(state: InsuranceState) -> bool {
    matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere | InsuranceState::NotRequired)
}

const fn is_insured(state: InsuranceState) -> bool {
    matches!(state, InsuranceState::Enrolled | InsuranceState::Elsewhere)
}

impl Indicator {
    /// Every indicator.
    pub const ALL: [Self; 11] = [
        Self::Population,
        Self::Enrolled,
        Self::Coverage,
        Self::Uninsured,
        Self::Partial,
        Self::Interrupted,
        Self::Unclear,
        Self::Information,
        Self::Confirmed,
        Self::PensionCoverage,
        Self::MedicalCoverage,
    ];

    /// The indicator of a word in addresses.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|indicator| indicator.definition().code == word)
    }

    /// Whether people are in the numerator; of those who are in the population or, for [`Self::Population`], on the record.
    pub(crate) fn counts(self, traits: Traits) -> bool {
        let (category, pension, medical) = (traits.category(), traits.pension(), traits.medical());
        let of_population = match self {
            Self::Population => true,
            Self::Enrolled | Self::Coverage => has(pension) && has(medical),
            Self::Uninsured => category == Category::Uninsured,
            Self::Partial => category == Category::Partial,
            Self::Interrupted => category == Category::Interrupted,
            Self::Unclear => category == Category::Information && !(has(pension) && has(medical)),
            Self::Information => category == Category::Information,
            Self::Confirmed => category == Category::Confirmed,
            Self::PensionCoverage => is_insured(pension),
            Self::MedicalCoverage => is_insured(medical),
        };
        of_population && category.is_population()
    }

    /// Whether people are in the denominator.
    pub(crate) fn is_of(self, traits: Traits) -> bool {
        let population = traits.category().is_population();
        match self {
            Self::Population => true,
            Self::PensionCoverage => population && traits.pension() != InsuranceState::NotRequired,
            Self::MedicalCoverage => population && traits.medical() != InsuranceState::NotRequired,
            _ => population,
        }
    }
}
