//! The insurances that schemes belong to.

use std::fmt;
use std::str::FromStr;

use super::UnknownWord;

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
