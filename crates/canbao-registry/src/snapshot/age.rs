//! Age bands (年龄段).

use canbao_domain::date::Date;

/// An age band, in full years (周岁). The discriminants stand in snapshots; their order is fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AgeBand {
    /// 不满 16 岁: no pension is asked of them.
    Under16 = 0,
    /// 16–24 岁
    From16 = 1,
    /// 25–34 岁
    From25 = 2,
    /// 35–44 岁
    From35 = 3,
    /// 45–54 岁
    From45 = 4,
    /// 55–59 岁
    From55 = 5,
    /// 60–69 岁
    From60 = 6,
    /// 70 岁及以上
    From70 = 7,
    /// No birth date is known.
    Unknown = 8,
}

impl AgeBand {
    /// Every band, the youngest first.
    pub const ALL: [Self; 9] = [
        Self::Under16,
        Self::From16,
        Self::From25,
        Self::From35,
        Self::From45,
        Self::From55,
        Self::From60,
        Self::From70,
        Self::Unknown,
    ];

    /// The age from which a band begins; none for the youngest and the unknown.
    pub const fn from(self) -> Option<i32> {
        match self {
            Self::Under16 | Self::Unknown => None,
            Self::From16 => Some(16),
            Self::From25 => Some(25),
            Self::From35 => Some(35),
            Self::From45 => Some(45),
            Self::From55 => Some(55),
            Self::From60 => Some(60),
            Self::From70 => Some(70),
        }
    }

    /// The band of somebody on a day.
    pub fn of(birth: Option<Date>, on: Date) -> Self {
        let Some(birth) = birth else { return Self::Unknown };
        let age = birth.age_on(on);
        let begun = |band: &Self| band.from().is_some_and(|from| from <= age);
        Self::ALL.into_iter().rev().find(begun).unwrap_or(Self::Under16)
    }

    /// The word in addresses and files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Under16 => "0-15",
            Self::From16 => "16-24",
            Self::From25 => "25-34",
            Self::From35 => "35-44",
            Self::From45 => "45-54",
            Self::From55 => "55-59",
            Self::From60 => "60-69",
            Self::From70 => "70+",
            Self::Unknown => "unknown",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Under16 => "不满 16 岁",
            Self::From16 => "16–24 岁",
            Self::From25 => "25–34 岁",
            Self::From35 => "35–44 岁",
            Self::From45 => "45–54 岁",
            Self::From55 => "55–59 岁",
            Self::From60 => "60–69 岁",
            Self::From70 => "70 岁及以上",
            Self::Unknown => "年龄不明",
        }
    }
}
