//! The procedures, and what each is told.

use std::fmt;

use canbao_domain::source::SourceKind;
use canbao_domain::standard;
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

/// Each kind's word, and what a clerk calls it, in the order of [`Procedure::at`].
const NAMES: [(&str, &str); 19] = [
    ("death", "死亡"),
    ("move-out", "迁出"),
    ("move-in", "迁入"),
    ("arrival", "迁入"),
    ("birth", "出生"),
    ("enrolment-begun", "新参保"),
    ("enrolment-interrupted", "中断参保"),
    ("enrolment-resumed", "恢复参保"),
    ("enrolment-ended", "终止参保"),
    ("enrolment-transferred", "关系转移"),
    ("number-corrected", "号码更正"),
    ("name-changed", "姓名变更"),
    ("merged", "合并"),
    ("split", "拆分"),
    ("left-country", "出国（境）定居"),
    ("conscripted", "参军"),
    ("imprisoned", "服刑"),
    ("released", "释放或退役"),
    ("extract-differs", "采用部门数据"),
];

impl Procedure {
    /// The word in the database and on the audit.
    pub fn kind(&self) -> &'static str {
        NAMES.get(self.at()).map_or("", |(kind, _)| kind)
    }

    /// What a clerk calls it.
    pub fn chinese(&self) -> &'static str {
        NAMES.get(self.at()).map_or("", |(_, chinese)| chinese)
    }

    /// What a clerk calls a kind, by its word in the database; `None` for one that this program does not know.
    pub fn chinese_of(kind: &str) -> Option<&'static str> {
        NAMES.iter().find(|(word, _)| *word == kind).map(|(_, chinese)| *chinese)
    }

    /// The place in [`NAMES`].
    const fn at(&self) -> usize {
        match self {
            Self::Death => 0,
            Self::MoveOut { .. } => 1,
            Self::MoveIn { .. } => 2,
            Self::Arrival(_) => 3,
            Self::Birth(_) => 4,
            Self::EnrolmentBegun { .. } => 5,
            Self::EnrolmentInterrupted { .. } => 6,
            Self::EnrolmentResumed { .. } => 7,
            Self::EnrolmentEnded { .. } => 8,
            Self::EnrolmentTransferred { .. } => 9,
            Self::NumberCorrected { .. } => 10,
            Self::NameChanged { .. } => 11,
            Self::Merged { .. } => 12,
            Self::Split { .. } => 13,
            Self::LeftCountry => 14,
            Self::Conscripted => 15,
            Self::Imprisoned => 16,
            Self::Released => 17,
            Self::ExtractDiffers { .. } => 18,
        }
    }

    /// Its particulars for who decides on it: what each is called, and what is told. Personal where the procedure is.
    pub fn told(&self) -> Vec<(&'static str, String)> {
        let scheme = |scheme: &str| {
            let kind = scheme.parse::<SourceKind>();
            ("险种", kind.map_or_else(|_| scheme.to_owned(), |kind| kind.chinese().to_owned()))
        };
        let reason = |code: &str| {
            let entry = standard::interruptions().find(code);
            ("原因", entry.map_or_else(|| code.to_owned(), |entry| entry.name().to_owned()))
        };
        let maybe = |label, value: &Option<String>| value.clone().map(|value| (label, value));
        let place = |code: &Option<String>, name: &Option<String>, area: &Option<String>| {
            [maybe("单位编码", code), maybe("单位名称", name), maybe("统筹区", area)]
        };
        let mut told = Vec::new();
        match self {
            Self::MoveOut { to } => told.extend(maybe("迁往", to)),
            Self::MoveIn { area, household, address, registered } => {
                told.push(("迁入", area.clone()));
                told.extend([maybe("户号", household), maybe("住址", address)].into_iter().flatten());
                told.push(("户口", if *registered { "迁入户口" } else { "只来居住" }.to_owned()));
            }
            Self::Arrival(new) | Self::Birth(new) | Self::Split { other: new, .. } => {
                told.push(("姓名", new.name.clone()));
                told.extend(maybe("号码", &new.number));
                told.push(("出生日期", new.birth_date.clone()));
                told.push(("所在区划", new.area.clone()));
                told.extend(maybe("户号", &new.household));
            }
            Self::EnrolmentBegun { scheme: kind, unit_code, unit_name, pooling_area }
            | Self::EnrolmentTransferred { scheme: kind, unit_code, unit_name, pooling_area } => {
                told.push(scheme(kind));
                told.extend(place(unit_code, unit_name, pooling_area).into_iter().flatten());
            }
            Self::EnrolmentInterrupted { scheme: kind, reason: code }
            | Self::EnrolmentEnded { scheme: kind, reason: code } => told.extend([scheme(kind), reason(code)]),
            Self::EnrolmentResumed { scheme: kind } => told.push(scheme(kind)),
            Self::NumberCorrected { number } => told.push(("正确的号码", number.clone())),
            Self::NameChanged { name } => told.push(("新姓名", name.clone())),
            Self::Merged { into } => told.push(("并入记录", into.to_string())),
            Self::ExtractDiffers { item, before, after } => {
                let name = super::history::item_name(item).unwrap_or(item).to_owned();
                told.push(("项目", name));
                told.extend([maybe("已核实的值", before), maybe("部门数据的值", after)].into_iter().flatten());
            }
            Self::Death | Self::LeftCountry | Self::Conscripted | Self::Imprisoned | Self::Released => {}
        }
        told
    }

    /// Whether it makes a record of somebody new, and so concerns none that is there.
    pub const fn is_new(&self) -> bool {
        matches!(self, Self::Arrival(_) | Self::Birth(_))
    }

    /// The area of somebody new.
    pub fn new_area(&self) -> Option<&str> {
        match self {
            Self::Arrival(new) | Self::Birth(new) => Some(&new.area),
            _ => None,
        }
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
