//! The levels of areas.

/// The level of an area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Level {
    /// 市, 6 digits
    City = 0,
    /// 县区, 6 digits
    County = 1,
    /// 乡镇街道, 9 digits
    Town = 2,
    /// 村居, 12 digits
    Village = 3,
}

impl Level {
    /// The word in a region file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Town => "town",
            Self::Village => "village",
        }
    }

    /// The number of digits of its codes.
    pub const fn digits(self) -> usize {
        match self {
            Self::City | Self::County => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }

    /// The level of a word in a region file.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        [Self::City, Self::County, Self::Town, Self::Village].into_iter().find(|level| level.as_str() == word)
    }
}
