//! 性别, GB/T 2261.1.

use crate::standard;

/// Sex as GB/T 2261.1 codes it. The discriminants are the standard's codes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Sex {
    /// 未知的性别
    #[default]
    Unknown = 0,
    /// 男性
    Male = 1,
    /// 女性
    Female = 2,
    /// 未说明的性别
    Unstated = 9,
}

impl Sex {
    /// The sex of a GB/T 2261.1 code (0, 1, 2, 9); `None` for any other.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::Male),
            2 => Some(Self::Female),
            9 => Some(Self::Unstated),
            _ => None,
        }
    }

    /// What a clerk wrote: a code, 男, 女性, M … by the table `standard/sexes.toml`; `None` where the table has nothing.
    pub fn read(text: &str) -> Option<Self> {
        let code = standard::sexes().find(text)?.code();
        Self::from_code(code.parse().ok()?)
    }

    /// The code as number.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The code as the run's files hold it: `0`, `1`, `2` or `9`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "0",
            Self::Male => "1",
            Self::Female => "2",
            Self::Unstated => "9",
        }
    }

    /// 男, 女, 未知 or 未说明.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Unknown => "未知",
            Self::Male => "男",
            Self::Female => "女",
            Self::Unstated => "未说明",
        }
    }

    /// Whether the sex is stated as male or female, so that two rows can agree or differ in it.
    pub const fn is_known(self) -> bool {
        matches!(self, Self::Male | Self::Female)
    }
}
