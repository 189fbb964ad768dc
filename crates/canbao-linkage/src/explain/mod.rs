//! Why a row belongs to a person, or to nobody yet, in one Chinese sentence as an experienced clerk would say it.
//!
//! A sentence names fields and positions, never a value: no number, name, date, address or phone stands in it.

mod constant;
mod field;
mod sentence;
mod short;

pub use constant::{constant, unresolved};
pub use sentence::{sentence, write_sentence};
pub use short::{short_date, short_name, short_number};

use crate::dates::DateAgreement;
use crate::names::NameAgreement;
use crate::numbers::NumberAgreement;

/// By which way a row came to its person (the run's `method`).
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Method {
    /// The number as written.
    Exact = 0,
    /// The number without spaces, width, case and quotes.
    Normalised = 1,
    /// The 15-digit number raised to 18.
    Upgraded = 2,
    /// One certain repair of the number.
    Corrected = 3,
    /// Evidence of several fields.
    Matched = 4,
    /// A clerk's decision.
    Decided = 5,
    /// Nobody yet.
    Unresolved = 6,
    /// The row could not be read.
    Rejected = 7,
}

impl Method {
    /// The code of the contract: `exact`, `normalised` …
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Normalised => "normalised",
            Self::Upgraded => "upgraded",
            Self::Corrected => "corrected",
            Self::Matched => "matched",
            Self::Decided => "decided",
            Self::Unresolved => "unresolved",
            Self::Rejected => "rejected",
        }
    }
}

/// Down to which level two areas agree.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AreaLevel {
    /// The same village or community (12 digits).
    Village = 0,
    /// The same town or street office (9 digits).
    Town = 1,
    /// The same county (6 digits).
    County = 2,
    /// Different counties.
    Differs = 3,
    /// One of them is blank.
    Missing = 4,
}

/// Where the person is known from, in the order of precedence.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KnownFrom {
    /// The police household register (户籍人口).
    HouseholdRegister = 0,
    /// The police register of residents without local household (非户籍常住人口).
    Residents = 1,
    /// Other departments' extracts only.
    Extracts = 2,
}

/// Is there a second person whom the row might mean?
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Rival {
    /// Nobody else fits.
    None = 0,
    /// Somebody else fits, clearly worse.
    Behind = 1,
    /// Somebody else fits about as well.
    Close = 2,
    /// Several others fit about as well.
    Several = 3,
}

/// Why a row stays without a person.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Why {
    /// Nobody fits, neither by the number's repairs nor by name and birth date.
    NoCandidate = 0,
    /// Two or more people fit alike.
    Alike = 1,
    /// Of the best candidate only the name agrees.
    NameOnly = 2,
    /// Of the best candidate only the number, or most of it, agrees; the name is another's.
    NumberOnly = 3,
    /// A candidate fits in part; the evidence does not suffice.
    Weak = 4,
    /// The row has neither a usable number nor a name.
    Empty = 5,
    /// A passport or permit that no other row bears.
    OtherCertificate = 6,
}

/// Further facts about a link, as bits.
#[derive(Copy, Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Notes(u8);

impl Notes {
    /// Nothing further.
    pub const NONE: Self = Self(0);
    /// The row's number is the person's former or second one (曾用号码、一人多号).
    pub const FORMER_NUMBER: Self = Self(1);
    /// The row's number is valid and belongs to a relative in the same household.
    pub const RELATIVE: Self = Self(2);
    /// The row's number is valid and belongs to somebody else.
    pub const ANOTHERS: Self = Self(4);
    /// The person already stands in this source with another row.
    pub const ALREADY_LISTED: Self = Self(8);
    /// Other departments' rows of this person agree with the row.
    pub const OTHER_SOURCES: Self = Self(16);
    /// The person is not yet in a row of this kind of source, as would be expected.
    pub const FILLS_GAP: Self = Self(32);

    /// Both notes.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// True where all of `other` is in these.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What is known about a link, or about the best candidate of an unresolved row.
#[derive(Copy, Clone, Debug, PartialEq)]
pub struct Explanation {
    /// By which way the row was linked.
    pub method: Method,
    /// How the row's number relates to the person's.
    pub number: NumberAgreement,
    /// How the names agree.
    pub name: NameAgreement,
    /// How the birth dates agree.
    pub birth: DateAgreement,
    /// Same sex; none where one is blank.
    pub sex: Option<bool>,
    /// Down to which level the areas agree.
    pub area: AreaLevel,
    /// Same household; none where one is blank.
    pub household: Option<bool>,
    /// Same phone; none where one is blank.
    pub phone: Option<bool>,
    /// Same employer; none where one is blank.
    pub unit: Option<bool>,
    /// Further facts.
    pub notes: Notes,
    /// Whether a second person fits.
    pub rival: Rival,
    /// Where the person is known from.
    pub known: KnownFrom,
    /// For an unresolved row, why; none where nothing but weak evidence is to be said.
    pub why: Option<Why>,
    /// The probability that the link is right, 0 to 1; a link below 0.995 is said to be worth a look.
    pub confidence: f64,
}

impl Explanation {
    /// An explanation in which nothing agrees and nothing is known; fill what is.
    pub const fn new(method: Method) -> Self {
        Self {
            method,
            number: NumberAgreement::Missing,
            name: NameAgreement::Missing,
            birth: DateAgreement::Missing,
            sex: None,
            area: AreaLevel::Missing,
            household: None,
            phone: None,
            unit: None,
            notes: Notes::NONE,
            rival: Rival::None,
            known: KnownFrom::HouseholdRegister,
            why: None,
            confidence: 0.0,
        }
    }
}
