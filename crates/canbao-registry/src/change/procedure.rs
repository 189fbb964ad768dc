//! The procedures, and what each is told.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What somebody new is told to be. Personal.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// 姓名
    pub name: String,
    /// 社会保障号码; a newborn may have none yet.
    #[serde(default)]
    pub number: Option<String>,
    /// 1 male, 2 female.
    pub sex: String,
    /// `yyyy-mm-dd`
    pub birth_date: String,
    /// The village's code.
    pub area: String,
    /// 户号
    #[serde(default)]
    pub household: Option<String>,
    /// 与户主关系
    #[serde(default)]
    pub relation: Option<String>,
    /// 民族
    #[serde(default)]
    pub ethnic: Option<String>,
    /// 住址
    #[serde(default)]
    pub address: Option<String>,
    /// 电话
    #[serde(default)]
    pub phone: Option<String>,
    /// Of the household register; else a resident from elsewhere.
    #[serde(default)]
    pub registered: bool,
}

/// A procedure with its particulars. The day from which it holds stands beside it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "procedure", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Procedure {
    /// 死亡
    Death,
    /// 迁出
    MoveOut {
        /// Where to, as the papers say.
        #[serde(default)]
        to: Option<String>,
    },
    /// 迁入 of somebody whom the registry knows.
    MoveIn {
        /// The village's code.
        area: String,
        /// 户号
        #[serde(default)]
        household: Option<String>,
        /// 住址
        #[serde(default)]
        address: Option<String>,
        /// Into the household register; else to live here.
        #[serde(default)]
        registered: bool,
    },
    /// 迁入 of somebody whom the registry does not know.
    Arrival(NewPerson),
    /// 出生
    Birth(NewPerson),
    /// 新参保
    EnrolmentBegun {
        /// The kind of extract, `resident-pension` and so on.
        scheme: String,
        /// 单位编码
        #[serde(default)]
        unit_code: Option<String>,
        /// 单位名称
        #[serde(default)]
        unit_name: Option<String>,
        /// 统筹区
        #[serde(default)]
        pooling_area: Option<String>,
    },
    /// 中断参保
    EnrolmentInterrupted {
        /// Which scheme.
        scheme: String,
        /// A code of the table of interruptions.
        reason: String,
    },
    /// 恢复参保
    EnrolmentResumed {
        /// Which scheme.
        scheme: String,
    },
    /// 终止参保
    EnrolmentEnded {
        /// Which scheme.
        scheme: String,
        /// A code of the table of interruptions.
        reason: String,
    },
    /// 关系转移: to another employer or pooling area.
    EnrolmentTransferred {
        /// Which scheme.
        scheme: String,
        /// 单位编码
        #[serde(default)]
        unit_code: Option<String>,
        /// 单位名称
        #[serde(default)]
        unit_name: Option<String>,
        /// 统筹区
        #[serde(default)]
        pooling_area: Option<String>,
    },
    /// 号码更正; personal.
    NumberCorrected {
        /// The number that is right.
        number: String,
    },
    /// 姓名变更; personal.
    NameChanged {
        /// The new name.
        name: String,
    },
    /// 合并: this record and another are one person's; the other stays.
    Merged {
        /// The record that stays.
        into: i64,
    },
    /// 拆分: some of what this record holds is another person's.
    Split {
        /// The other person.
        other: NewPerson,
        /// Insurance rows that are the other's, by their identifiers.
        #[serde(default)]
        enrolments: Vec<i64>,
        /// Numbers that are the other's, by their identifiers.
        #[serde(default)]
        numbers: Vec<i64>,
    },
    /// 出国（境）定居
    LeftCountry,
    /// 参军
    Conscripted,
    /// 服刑
    Imprisoned,
    /// 刑满释放、退伍
    Released,
    /// 采用部门数据: an extract's later value for what was confirmed by hand; made by an apply. Personal.
    ExtractDiffers {
        /// The item.
        item: String,
        /// What was confirmed.
        #[serde(default)]
        before: Option<String>,
        /// What the extract says.
        #[serde(default)]
        after: Option<String>,
    },
}

impl Procedure {
    /// The word in the database and on the audit.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Death => "death",
            Self::MoveOut { .. } => "move-out",
            Self::MoveIn { .. } => "move-in",
            Self::Arrival(_) => "arrival",
            Self::Birth(_) => "birth",
            Self::EnrolmentBegun { .. } => "enrolment-begun",
            Self::EnrolmentInterrupted { .. } => "enrolment-interrupted",
            Self::EnrolmentResumed { .. } => "enrolment-resumed",
            Self::EnrolmentEnded { .. } => "enrolment-ended",
            Self::EnrolmentTransferred { .. } => "enrolment-transferred",
            Self::NumberCorrected { .. } => "number-corrected",
            Self::NameChanged { .. } => "name-changed",
            Self::Merged { .. } => "merged",
            Self::Split { .. } => "split",
            Self::LeftCountry => "left-country",
            Self::Conscripted => "conscripted",
            Self::Imprisoned => "imprisoned",
            Self::Released => "released",
            Self::ExtractDiffers { .. } => "extract-differs",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(&self) -> &'static str {
        match self {
            Self::Death => "死亡",
            Self::MoveOut { .. } => "迁出",
            Self::MoveIn { .. } | Self::Arrival(_) => "迁入",
            Self::Birth(_) => "出生",
            Self::EnrolmentBegun { .. } => "新参保",
            Self::EnrolmentInterrupted { .. } => "中断参保",
            Self::EnrolmentResumed { .. } => "恢复参保",
            Self::EnrolmentEnded { .. } => "终止参保",
            Self::EnrolmentTransferred { .. } => "关系转移",
            Self::NumberCorrected { .. } => "号码更正",
            Self::NameChanged { .. } => "姓名变更",
            Self::Merged { .. } => "合并",
            Self::Split { .. } => "拆分",
            Self::LeftCountry => "出国（境）定居",
            Self::Conscripted => "参军",
            Self::Imprisoned => "服刑",
            Self::Released => "释放或退役",
            Self::ExtractDiffers { .. } => "采用部门数据",
        }
    }

    /// Whether it makes a record of somebody new, and so concerns none that is there.
    pub const fn is_new(&self) -> bool {
        matches!(self, Self::Arrival(_) | Self::Birth(_))
    }

    /// The other record that it concerns.
    pub const fn other(&self) -> Option<i64> {
        match self {
            Self::Merged { into } => Some(*into),
            _ => None,
        }
    }
}

impl fmt::Debug for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind())
    }
}

impl fmt::Debug for NewPerson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPerson(…)")
    }
}
