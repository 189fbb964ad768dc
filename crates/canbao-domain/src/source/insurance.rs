//! The insurances that schemes belong to.

use std::fmt;
use std::str::FromStr;

use super::UnknownWord;
use crate::standard;

/// The insurance that a scheme belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Insurance {
    /// 基本养老保险
    Pension = 0,
    /// 基本医疗保险
    Medical = 1,
    /// 失业、工伤、生育保险: accounted and shown, outside the category
    Other = 2,
}

impl Insurance {
    /// The insurance that a scheme belongs to, as a department or the province names the scheme: by the table
    /// `standard/schemes.toml`, else by the words 养老, 医疗 or 医保 in it. Supplements (补充, 补助, 大病) are no basic insurance.
    /// `None` where neither tells.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(entry) = standard::schemes().find(text) {
            return entry.group()?.parse().ok();
        }
        let holds = |words: &[&str]| words.iter().any(|word| text.contains(word));
        if holds(&["补充", "补助", "大额", "大病", "失业", "工伤", "生育", "年金", "护理"]) {
            Some(Self::Other)
        } else if holds(&["养老", "农保"]) {
            Some(Self::Pension)
        } else if holds(&["医疗", "医保", "农合"]) {
            Some(Self::Medical)
        } else {
            None
        }
    }

    /// `pension`, `medical` or `other`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pension => "pension",
            Self::Medical => "medical",
            Self::Other => "other",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Pension => "养老保险",
            Self::Medical => "医疗保险",
            Self::Other => "其他保险",
        }
    }
}

impl fmt::Display for Insurance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Insurance {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        match word {
            "pension" => Ok(Self::Pension),
            "medical" => Ok(Self::Medical),
            "other" => Ok(Self::Other),
            _ => Err(UnknownWord {
                word: word.to_owned(),
                what: "险种",
                known: "可用的险种：pension、medical、other。".to_owned(),
            }),
        }
    }
}
