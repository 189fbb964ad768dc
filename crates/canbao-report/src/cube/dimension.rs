//! By what people are told apart.

use canbao_domain::rules::{Category, InsuranceState, Population};
use canbao_domain::source::SourceKind;
use canbao_domain::standard;
use canbao_registry::snapshot::{AgeBand, SexKind, Traits};

use super::Cube;
use crate::ReportError;
use crate::indicator::Indicator;

/// Which areas are rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Depth {
    /// Those right under the area that is looked at.
    Below,
    /// All counties (县区) in it.
    County,
    /// All towns (镇办).
    Town,
    /// All villages (村居).
    Village,
}

/// What people are told apart by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dimension {
    /// 区划
    Area(Depth),
    /// 人员类别
    Category,
    /// 养老保险
    Pension,
    /// 医疗保险
    Medical,
    /// 在保险种: one person can be in several, so its values do not add up to everybody.
    Scheme,
    /// 性别
    Sex,
    /// 年龄段
    Age,
    /// 户口性质
    Hukou,
    /// 低保、五保
    Subsistence,
    /// 残疾人补助
    Disability,
    /// 人口类别
    Population,
    /// 未参保原因
    Reason,
    /// 入户登记: whether the visit was approved.
    Registered,
    /// 单位类型: of employers, not of people.
    Employer,
}

/// One value of a dimension: a row or column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The word in addresses: an area's code, a category's word. Blank for those who are in none of the others.
    pub key: String,
    /// What a clerk calls it.
    pub label: String,
}

impl Value {
    pub(super) fn new(key: impl Into<String>, label: impl Into<String>) -> Self {
        Self { key: key.into(), label: label.into() }
    }
}

/// The schemes that can be live, and those that another place told of.
const SCHEMES: [SourceKind; 7] = [
    SourceKind::EmployeePension,
    SourceKind::ResidentPension,
    SourceKind::InstitutionPension,
    SourceKind::EmployeeMedical,
    SourceKind::ResidentMedical,
    SourceKind::RuralMedical,
    SourceKind::Elsewhere,
];

impl Dimension {
    /// Every dimension.
    pub const ALL: [Self; 17] = [
        Self::Area(Depth::Below),
        Self::Area(Depth::County),
        Self::Area(Depth::Town),
        Self::Area(Depth::Village),
        Self::Category,
        Self::Pension,
        Self::Medical,
        Self::Scheme,
        Self::Sex,
        Self::Age,
        Self::Hukou,
        Self::Subsistence,
        Self::Disability,
        Self::Population,
        Self::Reason,
        Self::Registered,
        Self::Employer,
    ];

    /// The word in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Area(Depth::Below) => "area",
            Self::Area(Depth::County) => "county",
            Self::Area(Depth::Town) => "town",
            Self::Area(Depth::Village) => "village",
            Self::Category => "category",
            Self::Pension => "pension",
            Self::Medical => "medical",
            Self::Scheme => "scheme",
            Self::Sex => "sex",
            Self::Age => "age",
            Self::Hukou => "hukou",
            Self::Subsistence => "subsistence",
            Self::Disability => "disability",
            Self::Population => "population",
            Self::Reason => "reason",
            Self::Registered => "registered",
            Self::Employer => "employer",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Area(Depth::Below) => "下级区划",
            Self::Area(Depth::County) => "县(市、区)",
            Self::Area(Depth::Town) => "镇(办)",
            Self::Area(Depth::Village) => "村(社区)",
            Self::Category => "人员类别",
            Self::Pension => "养老保险",
            Self::Medical => "医疗保险",
            Self::Scheme => "在保险种",
            Self::Sex => "性别",
            Self::Age => "年龄段",
            Self::Hukou => "户口性质",
            Self::Subsistence => "低保五保",
            Self::Disability => "残疾补助",
            Self::Population => "人口类别",
            Self::Reason => "未参保原因",
            Self::Registered => "入户登记",
            Self::Employer => "单位类型",
        }
    }

    /// The dimension of a word in addresses.
    ///
    /// # Errors
    /// Where there is none.
    pub fn from_word(word: &str) -> Result<Self, ReportError> {
        let found = Self::ALL.into_iter().find(|dimension| dimension.as_str() == word);
        found.ok_or_else(|| ReportError::NoDimension(word.to_owned()))
    }

    /// Whether everybody has exactly one of its values, so that they add up.
    pub const fn adds_up(self) -> bool {
        !matches!(self, Self::Scheme)
    }

    /// Whether its values are areas.
    pub const fn is_area(self) -> bool {
        matches!(self, Self::Area(_))
    }

    /// Whether its values are something that people have.
    pub const fn is_of_people(self) -> bool {
        !matches!(self, Self::Area(_) | Self::Employer)
    }

    /// Whether an indicator can be told by its values.
    pub fn tells(self, indicator: Indicator) -> bool {
        match self {
            Self::Area(_) => true,
            Self::Employer => indicator.is_of_employers(),
            _ => indicator.is_of_people(),
        }
    }

    /// Whether a key is one of its values; none where each snapshot has its own.
    pub(crate) fn knows(self, key: &str) -> Option<bool> {
        match self {
            Self::Area(_) | Self::Hukou | Self::Reason | Self::Employer => None,
            _ => Some(self.fixed().iter().any(|value| value.key == key)),
        }
    }

    /// Its values in their order, but for areas; of at most 64, for [`Dimension::places`] is as many bits.
    pub(crate) fn values(self, cube: &Cube) -> Vec<Value> {
        let told = |table: &[(String, String)], most| -> Vec<Value> {
            let key = |code: &str| if code.is_empty() { "none".to_owned() } else { code.to_owned() };
            table.iter().take(most).map(|(code, name)| Value::new(key(code), name.clone())).collect()
        };
        match self {
            Self::Hukou => told(&cube.hukou, 32),
            Self::Reason => told(&cube.reasons, 64),
            Self::Employer => told(&cube.employers, 64),
            _ => self.fixed(),
        }
    }

    /// Its values where they are the same in every snapshot.
    fn fixed(self) -> Vec<Value> {
        let yes_and_no = |yes: &str, no: &str| vec![Value::new("yes", yes), Value::new("no", no)];
        match self {
            Self::Area(_) | Self::Hukou | Self::Reason | Self::Employer => Vec::new(),
            Self::Category => Category::ALL.iter().map(|value| Value::new(value.as_str(), value.chinese())).collect(),
            Self::Pension | Self::Medical => {
                InsuranceState::ALL.iter().map(|value| Value::new(value.as_str(), value.chinese())).collect()
            }
            Self::Scheme => {
                let schemes = SCHEMES.iter().map(|value| Value::new(value.as_str(), value.chinese()));
                schemes.chain([Value::new("none", "没有在保险种")]).collect()
            }
            Self::Sex => vec![Value::new("male", "男"), Value::new("female", "女"), Value::new("unknown", "性别不明")],
            Self::Age => AgeBand::ALL.iter().map(|band| Value::new(band.as_str(), band.chinese())).collect(),
            Self::Subsistence => yes_and_no("低保五保对象", "不是低保五保对象"),
            Self::Disability => yes_and_no("领取残疾人补助", "不领取残疾人补助"),
            Self::Population => {
                Population::ALL.iter().map(|value| Value::new(value.as_str(), value.chinese())).collect()
            }
            Self::Registered => yes_and_no("登记表已核准", "没有核准的登记表"),
        }
    }

    /// Which of its values a word of a snapshot counts, as bits; none where it is of people.
    pub(crate) fn of_word(self, cube: &Cube, word: &str) -> u64 {
        let Some(code) = employer(word).filter(|_| self == Self::Employer) else { return 0 };
        let at = cube.employers.iter().take(64).position(|(known, _)| known == code);
        at.map_or(0, |at| 1 << at)
    }

    /// Which of its values people have, as bits; none for areas.
    pub(crate) fn places(self, traits: Traits) -> u64 {
        let flag = |yes: bool| if yes { 1 } else { 2 };
        match self {
            Self::Area(_) | Self::Employer => 0,
            Self::Category => 1 << traits.category() as u32,
            Self::Pension => 1 << traits.pension() as u32,
            Self::Medical => 1 << traits.medical() as u32,
            Self::Scheme => schemes(traits),
            Self::Sex => match traits.sex() {
                SexKind::Male => 1,
                SexKind::Female => 2,
                SexKind::Unknown => 4,
            },
            Self::Age => 1 << traits.age() as u32,
            Self::Hukou => 1 << traits.hukou().min(31),
            Self::Subsistence => flag(traits.subsistence()),
            Self::Disability => flag(traits.disability()),
            Self::Population => 1 << traits.population() as u32,
            Self::Reason => 1 << traits.reason().min(63),
            Self::Registered => flag(traits.registered()),
        }
    }
}

/// The type of employer that a word of a snapshot counts ([`Dimension::Employer`]); none where it counts something else.
pub(super) fn employer(word: &str) -> Option<&str> {
    let rest = word.strip_prefix("unit/").or_else(|| word.strip_prefix("unit-people/"))?;
    rest.split('/').next()
}

/// The types of employer that a snapshot counts, code and name, in the order of their table.
pub(super) fn employers(words: &[String]) -> Vec<(String, String)> {
    let table = standard::unit_types();
    let known = table.entries().iter().map(|entry| (entry.code(), entry.name()));
    let all = known.chain([("other", "其他类型"), ("none", "没有写类型")]);
    let counted = |code: &str| words.iter().any(|word| employer(word) == Some(code));
    all.filter(|(code, _)| counted(code)).map(|(code, name)| (code.to_owned(), name.to_owned())).collect()
}

/// Who is insured in another place has no row of a scheme here, so their state says it.
fn schemes(traits: Traits) -> u64 {
    let mut live = traits.schemes();
    if [traits.pension(), traits.medical()].contains(&InsuranceState::Elsewhere) {
        live.insert(SourceKind::Elsewhere);
    }
    let found = SCHEMES.iter().enumerate().filter(|(_, scheme)| live.contains(**scheme));
    match found.fold(0, |bits, (at, _)| bits | 1 << at) {
        0 => 1 << SCHEMES.len(),
        bits => bits,
    }
}
