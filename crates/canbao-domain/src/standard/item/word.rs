//! The words of the items' file that the logic branches on.

/// Declares an enum of words with its conversions.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal, $chinese:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word in the file.
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
        }
    };
}

words! {
    /// The record that an item belongs to.
    Record {
        /// A person.
        Person = "person", "人员";
        /// An insurance row of a person.
        Enrolment = "enrolment", "参保登记";
        /// An employer.
        Employer = "employer", "单位";
        /// A household.
        Household = "household", "家庭";
        /// What somebody must look at.
        Finding = "finding", "问题";
    }
}

words! {
    /// What an item's values are.
    Form {
        /// Text.
        Text = "text", "文字";
        /// A day, or a month where no day is known.
        Date = "date", "日期";
        /// A code of a table.
        Code = "code", "代码";
        /// A whole number.
        Number = "number", "数字";
        /// Yes or no.
        Flag = "flag", "是否";
    }
}

words! {
    /// Whose value stands where two differ.
    Wins {
        /// The owner's extract, always; what a visit says otherwise is a finding.
        Agency = "agency", "归口数据为准";
        /// What a visit or an approved change confirmed; only an extract of a later date may propose a change.
        Confirmed = "confirmed", "确认值为准";
        /// Nobody's: it is computed.
        Derived = "derived", "自动得出";
    }
}
