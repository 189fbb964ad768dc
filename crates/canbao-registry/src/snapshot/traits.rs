//! What people of a cell have in common, in one integer.

use canbao_domain::rules::{Category, InsuranceState, Population, SchemeSet};

use super::AgeBand;

/// 男、女, or not known: what GB/T 2261.1 calls unknown and unstated is one in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SexKind {
    /// 不明
    Unknown = 0,
    /// 男
    Male = 1,
    /// 女
    Female = 2,
}

impl SexKind {
    /// Every one, in the order of the codes.
    pub const ALL: [Self; 3] = [Self::Unknown, Self::Male, Self::Female];
}

/// What is counted of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// 人员类别
    pub category: Category,
    /// 养老保险
    pub pension: InsuranceState,
    /// 医疗保险
    pub medical: InsuranceState,
    /// 人口类别
    pub population: Population,
    /// 性别
    pub sex: SexKind,
    /// 年龄段
    pub age: AgeBand,
    /// 低保、五保
    pub subsistence: bool,
    /// 残疾人补助
    pub disability: bool,
    /// Schemes with a live row (在保险种).
    pub schemes: SchemeSet,
    /// 户口性质, by its number in the snapshot.
    pub hukou: u8,
    /// 未参保原因, by its number in the snapshot; 0 where nothing is known or somebody is insured.
    pub reason: u8,
    /// Whether the visit to them was approved (已登记).
    pub registered: bool,
}

/// [`Facts`] as bits, which sort and compare as one integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Traits(u64);

/// Where a fact stands: the first bit, and how many.
#[derive(Clone, Copy)]
pub(super) struct Bits(u32, u32);

impl Bits {
    pub(super) const CATEGORY: Self = Self(0, 4);
    pub(super) const PENSION: Self = Self(4, 4);
    pub(super) const MEDICAL: Self = Self(8, 4);
    pub(super) const POPULATION: Self = Self(12, 2);
    pub(super) const SEX: Self = Self(14, 2);
    pub(super) const AGE: Self = Self(16, 4);
    pub(super) const SUBSISTENCE: Self = Self(20, 1);
    pub(super) const DISABILITY: Self = Self(21, 1);
    pub(super) const SCHEMES: Self = Self(22, 16);
    pub(super) const HUKOU: Self = Self(38, 8);
    pub(super) const REASON: Self = Self(46, 6);
    pub(super) const REGISTERED: Self = Self(52, 1);
    /// Bits of all of them.
    const ALL: u32 = 53;

    /// What the fact's value is multiplied with.
    pub(super) const fn times(self) -> u64 {
        1 << self.0
    }

    /// The value that stands for a word which this program does not know.
    pub(super) const fn unknown(self) -> u64 {
        (1 << self.1) - 1
    }

    const fn read(self, bits: u64) -> usize {
        (bits >> self.0 & self.unknown()) as usize
    }
}

impl Traits {
    /// Of facts.
    pub fn of(facts: &Facts) -> Self {
        let parts = [
            (Bits::CATEGORY, facts.category as u64),
            (Bits::PENSION, facts.pension as u64),
            (Bits::MEDICAL, facts.medical as u64),
            (Bits::POPULATION, facts.population as u64),
            (Bits::SEX, facts.sex as u64),
            (Bits::AGE, facts.age as u64),
            (Bits::SUBSISTENCE, facts.subsistence.into()),
            (Bits::DISABILITY, facts.disability.into()),
            (Bits::SCHEMES, facts.schemes.bits().into()),
            (Bits::HUKOU, facts.hukou.into()),
            (Bits::REASON, facts.reason.into()),
            (Bits::REGISTERED, facts.registered.into()),
        ];
        Self(parts.iter().map(|(bits, value)| value * bits.times()).sum())
    }

    /// Of bits; none where they stand for no facts.
    pub(super) fn read(bits: u64) -> Option<Self> {
        let fits = bits >> Bits::ALL == 0
            && Bits::CATEGORY.read(bits) < Category::ALL.len()
            && Bits::PENSION.read(bits) < InsuranceState::ALL.len()
            && Bits::MEDICAL.read(bits) < InsuranceState::ALL.len()
            && Bits::POPULATION.read(bits) < Population::ALL.len()
            && Bits::SEX.read(bits) < SexKind::ALL.len()
            && Bits::AGE.read(bits) < AgeBand::ALL.len();
        fits.then_some(Self(bits))
    }

    /// As bits.
    pub(super) const fn bits(self) -> u64 {
        self.0
    }

    /// 人员类别
    pub fn category(self) -> Category {
        Category::ALL.get(Bits::CATEGORY.read(self.0)).copied().unwrap_or(Category::Information)
    }

    /// 养老保险
    pub fn pension(self) -> InsuranceState {
        InsuranceState::ALL.get(Bits::PENSION.read(self.0)).copied().unwrap_or(InsuranceState::Unclear)
    }

    /// 医疗保险
    pub fn medical(self) -> InsuranceState {
        InsuranceState::ALL.get(Bits::MEDICAL.read(self.0)).copied().unwrap_or(InsuranceState::Unclear)
    }

    /// 人口类别
    pub fn population(self) -> Population {
        Population::ALL.get(Bits::POPULATION.read(self.0)).copied().unwrap_or(Population::Outside)
    }

    /// 性别
    pub fn sex(self) -> SexKind {
        SexKind::ALL.get(Bits::SEX.read(self.0)).copied().unwrap_or(SexKind::Unknown)
    }

    /// 年龄段
    pub fn age(self) -> AgeBand {
        AgeBand::ALL.get(Bits::AGE.read(self.0)).copied().unwrap_or(AgeBand::Unknown)
    }

    /// 低保、五保
    pub fn subsistence(self) -> bool {
        Bits::SUBSISTENCE.read(self.0) != 0
    }

    /// 残疾人补助
    pub fn disability(self) -> bool {
        Bits::DISABILITY.read(self.0) != 0
    }

    /// Schemes with a live row.
    pub fn schemes(self) -> SchemeSet {
        SchemeSet(u16::try_from(Bits::SCHEMES.read(self.0)).unwrap_or_default())
    }

    /// The number of the kind of household registration in the snapshot.
    pub fn hukou(self) -> usize {
        Bits::HUKOU.read(self.0)
    }

    /// The number of the reason for not being insured in the snapshot.
    pub fn reason(self) -> usize {
        Bits::REASON.read(self.0)
    }

    /// Whether the visit to them was approved.
    pub fn registered(self) -> bool {
        Bits::REGISTERED.read(self.0) != 0
    }
}
