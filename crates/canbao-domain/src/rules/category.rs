//! The words that a verdict is made of.

/// Declares an enum of words with its conversions.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $chinese:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value, in the order of the discriminants.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the run's files.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            /// What a clerk calls it.
            pub const fn chinese(self) -> &'static str {
                match self {
                    $(Self::$variant => $chinese,)+
                }
            }

            /// The value of a word in the run's files; `None` for any other word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

pub(super) use words;

words! {
    /// Whether a person is of the city's population.
    Population {
        /// In the household register (户籍人口).
        Registered = "registered", "户籍人口";
        /// Among the residents from elsewhere (非户籍常住人口).
        Resident = "resident", "非户籍常住人口";
        /// In no population file.
        Outside = "outside", "不在人口库";
    }
}

words! {
    /// Whether a person is alive and here, by the population files.
    PersonLife {
        /// 在世
        Alive = "alive", "正常";
        /// 死亡
        Deceased = "deceased", "死亡";
        /// 迁出
        MovedOut = "moved-out", "迁出";
    }
}

words! {
    /// Whether a person is insured, of one insurance.
    InsuranceState {
        /// A row is live.
        Enrolled = "enrolled", "已参保";
        /// None is live, one is suspended.
        Interrupted = "interrupted", "中断参保";
        /// No row, or ended rows alone.
        None = "none", "未参保";
        /// None is live or suspended, one's state is blank or unknown.
        Unclear = "unclear", "状态不明";
        /// As none, of an insurance that nobody of this age must have.
        NotRequired = "not-required", "不要求参保";
        /// Insured in another place.
        Elsewhere = "elsewhere", "异地参保";
    }
}

words! {
    /// What is to be done about a person, first that holds.
    Category {
        /// Dead by a population file.
        Deceased = "deceased", "死亡";
        /// Moved out of the city.
        MovedOut = "moved-out", "迁出";
        /// Insured, in no population file.
        Outside = "outside", "参保但不在人口库";
        /// Lacks every insurance required.
        Uninsured = "uninsured", "未参保";
        /// Lacks one of them.
        Partial = "partial", "部分参保";
        /// Lacks none, one is interrupted.
        Interrupted = "interrupted", "中断参保";
        /// A state is unclear, or an item that counts is missing or wrong.
        Information = "information", "信息待核实";
        /// 直接确认参保登记
        Confirmed = "confirmed", "直接确认参保登记";
    }
}

impl Category {
    /// Those whose people must be visited (入户调查): see [`must_visit`].
    pub const VISITED: [Self; 4] = [Self::Uninsured, Self::Partial, Self::Interrupted, Self::Information];

    /// Whether people of the category are the city's living population, which the totals of areas count.
    pub const fn is_population(self) -> bool {
        !matches!(self, Self::Deceased | Self::MovedOut | Self::Outside)
    }
}

/// Whether people of a category must be visited (入户调查).
pub const fn must_visit(category: Category) -> bool {
    matches!(category, Category::Uninsured | Category::Partial | Category::Interrupted | Category::Information)
}
