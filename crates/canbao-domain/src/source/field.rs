//! The canonical fields of rows.

use std::fmt;
use std::str::FromStr;

use super::UnknownWord;

/// A canonical field of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// 公民身份号码, or the number of another certificate
    Number,
    /// 证件类型
    CertificateType,
    /// 姓名; of an employer its 名称
    Name,
    /// 性别
    Sex,
    /// 出生日期
    BirthDate,
    /// 民族
    Ethnic,
    /// 户口性质
    Hukou,
    /// 户号
    Household,
    /// 与户主关系
    Relation,
    /// 村居代码 (12 digits), or the code of a town or county
    AreaCode,
    /// 地址
    Address,
    /// 联系电话
    Phone,
    /// 参保状态, 人员状态, 登记状态
    Status,
    /// 待遇状态
    Benefit,
    /// 单位编号
    UnitCode,
    /// 单位名称
    UnitName,
    /// 统筹区
    PoolingArea,
    /// 首次参保年月; of a population row 登记日期
    Since,
    /// 险种 of a row of insurance elsewhere
    Scheme,
    /// 统一社会信用代码
    CreditCode,
    /// 工商注册号
    RegistrationNumber,
    /// 单位类型
    Type,
}

impl Field {
    /// Every field, in order.
    pub const ALL: [Self; 22] = [
        Self::Number,
        Self::CertificateType,
        Self::Name,
        Self::Sex,
        Self::BirthDate,
        Self::Ethnic,
        Self::Hukou,
        Self::Household,
        Self::Relation,
        Self::AreaCode,
        Self::Address,
        Self::Phone,
        Self::Status,
        Self::Benefit,
        Self::UnitCode,
        Self::UnitName,
        Self::PoolingArea,
        Self::Since,
        Self::Scheme,
        Self::CreditCode,
        Self::RegistrationNumber,
        Self::Type,
    ];

    /// The field's name in city files and as a column.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::CertificateType => "certificate_type",
            Self::Name => "name",
            Self::Sex => "sex",
            Self::BirthDate => "birth_date",
            Self::Ethnic => "ethnic",
            Self::Hukou => "hukou",
            Self::Household => "household",
            Self::Relation => "relation",
            Self::AreaCode => "area_code",
            Self::Address => "address",
            Self::Phone => "phone",
            Self::Status => "status",
            Self::Benefit => "benefit",
            Self::UnitCode => "unit_code",
            Self::UnitName => "unit_name",
            Self::PoolingArea => "pooling_area",
            Self::Since => "since",
            Self::Scheme => "scheme",
            Self::CreditCode => "credit_code",
            Self::RegistrationNumber => "registration_number",
            Self::Type => "type",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Number => "证件号码",
            Self::CertificateType => "证件类型",
            Self::Name => "姓名",
            Self::Sex => "性别",
            Self::BirthDate => "出生日期",
            Self::Ethnic => "民族",
            Self::Hukou => "户口性质",
            Self::Household => "户号",
            Self::Relation => "与户主关系",
            Self::AreaCode => "村居代码",
            Self::Address => "地址",
            Self::Phone => "联系电话",
            Self::Status => "状态",
            Self::Benefit => "待遇状态",
            Self::UnitCode => "单位编号",
            Self::UnitName => "单位名称",
            Self::PoolingArea => "统筹区",
            Self::Since => "起始年月",
            Self::Scheme => "险种",
            Self::CreditCode => "统一社会信用代码",
            Self::RegistrationNumber => "注册号",
            Self::Type => "类型",
        }
    }

    /// Whether its values are personal data, which never stand in a log, an error or a URL.
    pub const fn is_personal(self) -> bool {
        matches!(self, Self::Number | Self::Name | Self::BirthDate | Self::Household | Self::Address | Self::Phone)
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Field {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|field| field.as_str() == word).ok_or_else(|| UnknownWord {
            word: word.to_owned(),
            what: "字段名",
            known: format!("可用的字段：{}。", Self::ALL.map(Self::as_str).join("、")),
        })
    }
}

pub(super) const POPULATION_FIELDS: &[Field] = &[
    Field::Number,
    Field::CertificateType,
    Field::Name,
    Field::Sex,
    Field::BirthDate,
    Field::Ethnic,
    Field::Hukou,
    Field::Household,
    Field::Relation,
    Field::AreaCode,
    Field::Address,
    Field::Phone,
    Field::Status,
    Field::Since,
];

pub(super) const AID_FIELDS: &[Field] = &[
    Field::Number,
    Field::CertificateType,
    Field::Name,
    Field::Sex,
    Field::BirthDate,
    Field::Ethnic,
    Field::Hukou,
    Field::Household,
    Field::Relation,
    Field::AreaCode,
    Field::Address,
    Field::Phone,
    Field::Status,
];

pub(super) const SCHEME_FIELDS: &[Field] = &[
    Field::Number,
    Field::CertificateType,
    Field::Name,
    Field::Sex,
    Field::BirthDate,
    Field::Ethnic,
    Field::Hukou,
    Field::Household,
    Field::Relation,
    Field::AreaCode,
    Field::Address,
    Field::Phone,
    Field::Status,
    Field::Benefit,
    Field::UnitCode,
    Field::UnitName,
    Field::PoolingArea,
    Field::Since,
];

pub(super) const ELSEWHERE_FIELDS: &[Field] = &[
    Field::Number,
    Field::CertificateType,
    Field::Name,
    Field::Sex,
    Field::BirthDate,
    Field::AreaCode,
    Field::Phone,
    Field::Status,
    Field::Benefit,
    Field::UnitCode,
    Field::UnitName,
    Field::PoolingArea,
    Field::Since,
    Field::Scheme,
];

pub(super) const EMPLOYER_FIELDS: &[Field] = &[
    Field::CreditCode,
    Field::RegistrationNumber,
    Field::Name,
    Field::Type,
    Field::Address,
    Field::Status,
    Field::UnitCode,
];
