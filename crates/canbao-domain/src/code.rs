//! The states that the logic branches on, as small numbers for Arrow columns.
//!
//! Departments write many more words for them; the mapping from what they write is data (a profile of each source).
//! A word that no mapping knows becomes `Unknown`: it is kept and counted, and is never read as live.

/// Declares a code enum with its conversions.
macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal, $word:literal, $chinese:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant = $code,)+
        }

        impl $name {
            /// Every state, in the order of the codes.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The state of a code in an Arrow column; a code that is none of ours is [`Self::Unknown`].
            pub const fn from_code(code: u8) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    _ => Self::Unknown,
                }
            }

            /// The code in an Arrow column.
            pub const fn code(self) -> u8 {
                self as u8
            }

            /// The state's word in city files, mappings and the run's files; blank for a blank.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// The state of a canonical word (not of what a department writes); `None` for any other.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }

            /// What a clerk calls it.
            pub const fn chinese(self) -> &'static str {
                match self {
                    $(Self::$variant => $chinese,)+
                }
            }
        }
    };
}

codes! {
    /// State of an enrolment (人员参保状态, AAC008), of a row of aid, and of an employer
    /// (there `Ended` is 注销, cancelled, and `Suspended` 吊销 or 歇业).
    Status {
        /// Nothing is written.
        #[default]
        Blank = 0, "", "空白";
        /// 正常参保; an employer in being.
        Normal = 1, "normal", "正常";
        /// 暂停参保
        Suspended = 2, "suspended", "暂停";
        /// 终止参保; a cancelled employer.
        Ended = 3, "ended", "终止";
        /// A word that no mapping knows.
        Unknown = 255, "unknown", "不明";
    }
}

codes! {
    /// State of a row of a population file.
    Life {
        /// Nothing is written: reads as alive.
        #[default]
        Blank = 0, "", "空白";
        /// 正常
        Normal = 1, "normal", "正常";
        /// 死亡, 死亡注销
        Deceased = 2, "deceased", "死亡";
        /// 迁出, 迁出注销
        MovedOut = 3, "moved-out", "迁出";
        /// A word that no mapping knows.
        Unknown = 255, "unknown", "不明";
    }
}

codes! {
    /// State of a benefit (待遇状态).
    Benefit {
        /// Nothing is written: no benefit.
        #[default]
        Blank = 0, "", "空白";
        /// 领取
        Drawing = 1, "drawing", "领取";
        /// 暂停
        Suspended = 2, "suspended", "暂停";
        /// A word that no mapping knows.
        Unknown = 255, "unknown", "不明";
    }
}
