//! A person's own items, as one version holds them.

use std::fmt;

use canbao_domain::date::Date;
use canbao_domain::rules::{ItemSet, PersonLife, Population};
use canbao_domain::standard;

/// 户主 in the table of relations.
const HEAD: &str = "02";

/// Whether a record is of somebody who is known today.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Known.
    Current,
    /// No extract knows them any more.
    Ended,
    /// Merged into another record.
    Merged,
}

impl State {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Ended => "ended",
            Self::Merged => "merged",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Current => "在册",
            Self::Ended => "已不在册",
            Self::Merged => "已合并",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        match word {
            "current" => Self::Current,
            "merged" => Self::Merged,
            _ => Self::Ended,
        }
    }
}

/// Where a row of a record comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A department's extract, by a comparison run.
    Extract,
    /// A procedure.
    Hand,
}

impl Origin {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::Hand => "hand",
        }
    }

    pub(crate) fn from_word(word: &str) -> Self {
        if word == "hand" { Self::Hand } else { Self::Extract }
    }
}

/// A person's items. `Debug` shows none that is personal.
#[derive(Clone, PartialEq, Eq)]
pub struct Record {
    /// Whether they are known today.
    pub state: State,
    /// Into whom they were merged.
    pub merged_into: Option<i64>,
    /// The finest area that is known: a village's, town's, county's code, blank for none.
    pub area: String,
    /// 姓名, normalised.
    pub name: Option<String>,
    /// GB/T 2261.1: 1 male, 2 female, 0 unknown, 9 not told.
    pub sex: String,
    /// 出生日期
    pub birth: Option<Date>,
    /// 民族
    pub ethnic: Option<String>,
    /// 户口性质
    pub hukou: Option<String>,
    /// 户号
    pub household: Option<String>,
    /// 与户主关系
    pub relation: Option<String>,
    /// 住址
    pub address: Option<String>,
    /// 电话
    pub phone: Option<String>,
    /// Of a certificate that is no citizen number.
    pub certificate_type: Option<String>,
    /// Which population file has them.
    pub population: Population,
    /// Alive, dead, moved out.
    pub life: PersonLife,
    /// Since when they are dead or have moved out, where it is known.
    pub life_date: Option<Date>,
    /// 低保、五保
    pub subsistence: bool,
    /// 残疾人补助
    pub disability: bool,
    /// Items that are filled, but not credible.
    pub wrong: ItemSet,
}

impl Record {
    /// Whether they head their household (户主).
    pub fn is_head(&self) -> bool {
        let head = |relation: &str| standard::relations().find(relation).is_some_and(|entry| entry.code() == HEAD);
        self.relation.as_deref().is_some_and(head)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("state", &self.state)
            .field("area", &self.area)
            .field("population", &self.population)
            .field("life", &self.life)
            .finish_non_exhaustive()
    }
}
