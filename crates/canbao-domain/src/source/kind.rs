//! The kinds of extract.

use std::fmt;
use std::str::FromStr;

use super::field::{AID_FIELDS, ELSEWHERE_FIELDS, EMPLOYER_FIELDS, POPULATION_FIELDS, SCHEME_FIELDS};
use super::{Field, Insurance, UnknownWord};

/// A kind of extract. The discriminants are codes in Arrow columns and bits of
/// [`SchemeSet`](crate::rules::SchemeSet); their order is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum SourceKind {
    /// 城镇企业职工养老保险
    EmployeePension = 0,
    /// 城乡居民养老保险
    ResidentPension = 1,
    /// 机关事业单位养老保险
    InstitutionPension = 2,
    /// 城镇职工医疗保险
    EmployeeMedical = 3,
    /// 城镇居民医疗保险
    ResidentMedical = 4,
    /// 新型农村合作医疗
    RuralMedical = 5,
    /// 失业保险
    Unemployment = 6,
    /// 工伤保险
    WorkInjury = 7,
    /// 生育保险
    Maternity = 8,
    /// 户籍人口
    HouseholdRegister = 9,
    /// 非户籍常住人口
    NonlocalResidents = 10,
    /// 城乡低保五保
    Subsistence = 11,
    /// 残疾人补助
    Disability = 12,
    /// 企业及个体工商户
    BusinessRegister = 13,
    /// 参保单位
    InsuredUnits = 14,
    /// 省、部级比对返回的异地参保信息
    Elsewhere = 15,
}

impl SourceKind {
    /// Every kind, in the order of the codes.
    pub const ALL: [Self; 16] = [
        Self::EmployeePension,
        Self::ResidentPension,
        Self::InstitutionPension,
        Self::EmployeeMedical,
        Self::ResidentMedical,
        Self::RuralMedical,
        Self::Unemployment,
        Self::WorkInjury,
        Self::Maternity,
        Self::HouseholdRegister,
        Self::NonlocalResidents,
        Self::Subsistence,
        Self::Disability,
        Self::BusinessRegister,
        Self::InsuredUnits,
        Self::Elsewhere,
    ];

    /// The kind of a code in an Arrow column.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The code in an Arrow column, 0..=15.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The kind's word in city files and in the run's files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EmployeePension => "employee-pension",
            Self::ResidentPension => "resident-pension",
            Self::InstitutionPension => "institution-pension",
            Self::EmployeeMedical => "employee-medical",
            Self::ResidentMedical => "resident-medical",
            Self::RuralMedical => "rural-medical",
            Self::Unemployment => "unemployment",
            Self::WorkInjury => "work-injury",
            Self::Maternity => "maternity",
            Self::HouseholdRegister => "household-register",
            Self::NonlocalResidents => "nonlocal-residents",
            Self::Subsistence => "subsistence",
            Self::Disability => "disability",
            Self::BusinessRegister => "business-register",
            Self::InsuredUnits => "insured-units",
            Self::Elsewhere => "elsewhere",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::EmployeePension => "城镇企业职工养老保险",
            Self::ResidentPension => "城乡居民养老保险",
            Self::InstitutionPension => "机关事业单位养老保险",
            Self::EmployeeMedical => "城镇职工医疗保险",
            Self::ResidentMedical => "城镇居民医疗保险",
            Self::RuralMedical => "新型农村合作医疗",
            Self::Unemployment => "失业保险",
            Self::WorkInjury => "工伤保险",
            Self::Maternity => "生育保险",
            Self::HouseholdRegister => "户籍人口",
            Self::NonlocalResidents => "非户籍常住人口",
            Self::Subsistence => "城乡低保五保",
            Self::Disability => "残疾人补助",
            Self::BusinessRegister => "企业及个体工商户",
            Self::InsuredUnits => "参保单位",
            Self::Elsewhere => "异地参保信息",
        }
    }

    /// The department that supplies it, in its short Chinese name.
    pub const fn supplier(self) -> &'static str {
        match self {
            Self::RuralMedical => "卫计",
            Self::HouseholdRegister | Self::NonlocalResidents => "公安",
            Self::Subsistence => "民政",
            Self::Disability => "残联",
            Self::BusinessRegister => "工商",
            Self::Elsewhere => "上级",
            _ => "人社",
        }
    }

    /// Whether its rows say who lives here: the two files of the police.
    pub const fn is_population(self) -> bool {
        matches!(self, Self::HouseholdRegister | Self::NonlocalResidents)
    }

    /// Whether its rows are of people (else of employers).
    pub const fn is_person(self) -> bool {
        !matches!(self, Self::BusinessRegister | Self::InsuredUnits)
    }

    /// Whether its rows are enrolments in a scheme here; [`Self::Elsewhere`] is none, its rows name their insurance themselves.
    pub const fn is_scheme(self) -> bool {
        self.insurance().is_some()
    }

    /// The insurance of a scheme here; `None` for every extract that is no scheme.
    pub const fn insurance(self) -> Option<Insurance> {
        match self {
            Self::EmployeePension | Self::ResidentPension | Self::InstitutionPension => Some(Insurance::Pension),
            Self::EmployeeMedical | Self::ResidentMedical | Self::RuralMedical => Some(Insurance::Medical),
            Self::Unemployment | Self::WorkInjury | Self::Maternity => Some(Insurance::Other),
            _ => None,
        }
    }

    /// The canonical fields of its rows, in a fixed order.
    pub const fn fields(self) -> &'static [Field] {
        match self {
            Self::HouseholdRegister | Self::NonlocalResidents => POPULATION_FIELDS,
            Self::Subsistence | Self::Disability => AID_FIELDS,
            Self::BusinessRegister | Self::InsuredUnits => EMPLOYER_FIELDS,
            Self::Elsewhere => ELSEWHERE_FIELDS,
            _ => SCHEME_FIELDS,
        }
    }

    /// Whether its rows have a field.
    pub fn has(self, field: Field) -> bool {
        self.fields().contains(&field)
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for SourceKind {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or_else(|| UnknownWord {
            word: word.to_owned(),
            what: "数据种类",
            known: format!("可用的种类：{}。", Self::ALL.map(Self::as_str).join("、")),
        })
    }
}
