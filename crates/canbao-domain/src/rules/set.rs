//! Small sets, as bits: they travel in integer columns and join by a bitwise or.

use std::fmt;
use std::ops::{BitAnd, BitOr, BitOrAssign};

use crate::source::SourceKind;

/// Declares the operations that the sets share.
macro_rules! set {
    ($name:ident, $bits:ty, $member:ty) => {
        impl $name {
            /// The set of nothing.
            pub const EMPTY: Self = Self(0);

            /// The set of one member.
            pub const fn of(member: $member) -> Self {
                Self(1 << member as u8)
            }

            /// The bits, one a member.
            pub const fn bits(self) -> $bits {
                self.0
            }

            /// Whether a member is in the set.
            pub const fn contains(self, member: $member) -> bool {
                self.0 & (1 << member as u8) != 0
            }

            /// Whether the set has no member.
            pub const fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// The number of members.
            pub const fn len(self) -> u32 {
                self.0.count_ones()
            }

            /// Puts a member in.
            pub const fn insert(&mut self, member: $member) {
                self.0 |= 1 << member as u8;
            }

            /// The members of this set that are not in another.
            #[must_use]
            pub const fn without(self, other: Self) -> Self {
                Self(self.0 & !other.0)
            }

            /// The members, in the order of their codes.
            pub fn iter(self) -> impl Iterator<Item = $member> {
                <$member>::ALL.into_iter().filter(move |member| self.contains(*member))
            }
        }

        impl BitOr for $name {
            type Output = Self;

            fn bitor(self, other: Self) -> Self {
                Self(self.0 | other.0)
            }
        }

        impl BitOrAssign for $name {
            fn bitor_assign(&mut self, other: Self) {
                self.0 |= other.0;
            }
        }

        impl BitAnd for $name {
            type Output = Self;

            fn bitand(self, other: Self) -> Self {
                Self(self.0 & other.0)
            }
        }

        impl FromIterator<$member> for $name {
            fn from_iter<T: IntoIterator<Item = $member>>(members: T) -> Self {
                members.into_iter().fold(Self::EMPTY, |set, member| set | Self::of(member))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_set().entries(self.iter()).finish()
            }
        }
    };
}

/// A set of kinds of extract, mostly of schemes: bit *n* is the kind of code *n*.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemeSet(pub u16);

set!(SchemeSet, u16, SourceKind);

/// An item of a row that can be missing or wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Item {
    /// 公民身份号码
    Number = 0,
    /// 姓名
    Name = 1,
    /// 性别
    Sex = 2,
    /// 出生日期
    BirthDate = 3,
    /// 村居
    Village = 4,
    /// 状态
    Status = 5,
}

impl Item {
    /// Every item, in order.
    pub const ALL: [Self; 6] = [Self::Number, Self::Name, Self::Sex, Self::BirthDate, Self::Village, Self::Status];

    /// The word in rule files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Name => "name",
            Self::Sex => "sex",
            Self::BirthDate => "birth-date",
            Self::Village => "village",
            Self::Status => "status",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Number => "身份证号码",
            Self::Name => "姓名",
            Self::Sex => "性别",
            Self::BirthDate => "出生日期",
            Self::Village => "所在村居",
            Self::Status => "状态",
        }
    }
}

/// A set of items: bit *n* is the item of discriminant *n*.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemSet(pub u8);

set!(ItemSet, u8, Item);
