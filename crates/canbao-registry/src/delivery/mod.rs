//! Deliveries (报送): the extracts that departments hand over. Their files stand in the server's data folder; here stands
//! what they are, who handed them over and when, and what was found in them, masked.

mod record;
mod step;

use canbao_domain::date::Date;
use canbao_domain::source::SourceKind;

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// Its files are there; it is looked at, and not handed over yet.
    Open,
    /// Handed over (已报送).
    Sent,
    /// Taken back before a comparison used it (已撤回).
    Withdrawn,
    /// Given up before it was handed over (已丢弃).
    Discarded,
}

/// What became of the look at its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checked {
    /// Nobody has looked yet, or its files or settings changed since.
    Waiting,
    /// It can be read.
    Sound,
    /// It cannot, and the report says why.
    Refused,
}

macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $type {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word in the database.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            pub(crate) fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

pub(crate) use words;

words!(DeliveryState { Open = "open", Sent = "sent", Withdrawn = "withdrawn", Discarded = "discarded" });
words!(Checked { Waiting = "waiting", Sound = "sound", Refused = "refused" });

impl DeliveryState {
    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Open => "还没有报送",
            Self::Sent => "已报送",
            Self::Withdrawn => "已撤回",
            Self::Discarded => "已丢弃",
        }
    }
}

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: i64,
    /// Its source, by the name in the city's plan.
    pub source: String,
    /// What it is an extract of.
    pub kind: SourceKind,
    /// Where it stands.
    pub state: DeliveryState,
    /// The day that its data stand for; none until it is sent.
    pub as_of: Option<Date>,
    /// Who put its files there.
    pub maker: String,
    /// When, in milliseconds since 1970 (UTC).
    pub made_at: i64,
    /// Who handed it over, took it back or gave it up.
    pub ended_by: Option<String>,
    /// When.
    pub ended_at: Option<i64>,
    /// Why it differs so much from the one before, or why it was taken back.
    pub note: String,
    /// What became of the look at its rows.
    pub checked: Checked,
    /// What was found.
    pub found: Found,
    /// What was said by hand of its columns and codes, as JSON; blank where nothing was.
    pub settings: String,
    /// The comparison that took it first.
    pub used_by: Option<i64>,
    /// Its files, in the order in which they came.
    pub files: Vec<DeliveryFile>,
}

/// The counts of a delivery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Data rows, those that cannot be read among them.
    pub rows: i64,
    /// Rows that cannot be read.
    pub unreadable: i64,
    /// Rows that can be read, with something doubtful in them.
    pub doubtful: i64,
    /// Whom it tells apart, roughly.
    pub people: i64,
}

/// A file of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFile {
    /// What its sender calls it.
    pub name: String,
    /// Its path in the data folder.
    pub stored: String,
    /// Its size.
    pub bytes: i64,
    /// SHA-256, as 64 hexadecimal digits.
    pub sha256: String,
}
