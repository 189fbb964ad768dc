//! Why a person is not confirmed: short stable codes, their Chinese texts in `standard/reasons.toml`.

use std::sync::LazyLock;

use super::Item;
use crate::standard;

/// Declares the reasons.
macro_rules! reasons {
    ($($(#[$doc:meta])* $variant:ident = $code:literal;)+) => {
        /// A reason why a person must be visited, or is not of the living population.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Reason {
            $($(#[$doc])* $variant,)+
        }

        impl Reason {
            /// Every reason, in the order in which lists give them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code in the run's files.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$variant => $code,)+
                }
            }
        }
    };
}

reasons! {
    /// No live, suspended or unclear pension row.
    NoPension = "no-pension";
    /// No live, suspended or unclear medical row.
    NoMedical = "no-medical";
    /// The pension is suspended.
    PensionInterrupted = "pension-interrupted";
    /// The medical insurance is suspended.
    MedicalInterrupted = "medical-interrupted";
    /// The pension row's state is blank or unknown.
    PensionUnclear = "pension-unclear";
    /// The medical row's state is blank or unknown.
    MedicalUnclear = "medical-unclear";
    /// No number anywhere.
    MissingNumber = "missing-number";
    /// No name anywhere.
    MissingName = "missing-name";
    /// No sex anywhere.
    MissingSex = "missing-sex";
    /// No birth date anywhere.
    MissingBirthDate = "missing-birth-date";
    /// No village anywhere.
    MissingVillage = "missing-village";
    /// A state is blank that must be known.
    MissingStatus = "missing-status";
    /// The number is not valid, and nothing certain stands instead.
    WrongNumber = "wrong-number";
    /// The name cannot be right.
    WrongName = "wrong-name";
    /// The sex cannot be right.
    WrongSex = "wrong-sex";
    /// The birth date cannot be right.
    WrongBirthDate = "wrong-birth-date";
    /// The village is none of the city's.
    WrongVillage = "wrong-village";
    /// The state is a code that nobody knows.
    WrongStatus = "wrong-status";
    /// Dead by a population file.
    Deceased = "deceased";
    /// Moved out by a population file.
    MovedOut = "moved-out";
    /// In no population file.
    NotInPopulation = "not-in-population";
    /// An insurance row whose person is not known; of rows in the survey list, never of a person.
    RowUnresolved = "row-unresolved";
}

impl Reason {
    /// The reason of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// The reason that an item is missing.
    pub const fn missing(item: Item) -> Self {
        match item {
            Item::Number => Self::MissingNumber,
            Item::Name => Self::MissingName,
            Item::Sex => Self::MissingSex,
            Item::BirthDate => Self::MissingBirthDate,
            Item::Village => Self::MissingVillage,
            Item::Status => Self::MissingStatus,
        }
    }

    /// The reason that an item is wrong.
    pub const fn wrong(item: Item) -> Self {
        match item {
            Item::Number => Self::WrongNumber,
            Item::Name => Self::WrongName,
            Item::Sex => Self::WrongSex,
            Item::BirthDate => Self::WrongBirthDate,
            Item::Village => Self::WrongVillage,
            Item::Status => Self::WrongStatus,
        }
    }

    /// The text for a list or a form; the code where the table has none.
    pub fn chinese(self) -> &'static str {
        static TEXTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
            let text =
                |reason: &Reason| standard::reasons().get(reason.code()).map_or(reason.code(), |entry| entry.name());
            Reason::ALL.iter().map(text).collect()
        });
        TEXTS.get(self as usize).copied().unwrap_or(self.code())
    }
}

/// A set of reasons, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReasonSet(u32);

impl ReasonSet {
    /// No reason.
    pub const EMPTY: Self = Self(0);

    /// The set of one reason.
    pub const fn of(reason: Reason) -> Self {
        Self(1 << reason as u8)
    }

    /// The set of some bits, as [`ReasonSet::bits`] gave them; bits of no reason fall away.
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & ((1 << Reason::ALL.len()) - 1))
    }

    /// The bits, for an integer column.
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// Puts a reason in.
    pub const fn insert(&mut self, reason: Reason) {
        self.0 |= 1 << reason as u8;
    }

    /// Whether a reason is in the set.
    pub const fn contains(self, reason: Reason) -> bool {
        self.0 & (1 << reason as u8) != 0
    }

    /// Whether there is no reason.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons, in order.
    pub fn reasons(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |reason| self.contains(*reason))
    }

    /// The codes, in order.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        self.reasons().map(Reason::code)
    }

    /// The Chinese texts, in order.
    pub fn chinese(self) -> impl Iterator<Item = &'static str> {
        self.reasons().map(Reason::chinese)
    }
}
