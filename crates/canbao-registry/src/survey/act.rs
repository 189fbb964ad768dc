//! What a device can say that it did, and what it is answered.

use serde::Deserialize;
use serde_json::Value as Json;

use crate::query::Asker;

/// Who hands operations in.
#[derive(Clone, Debug)]
pub struct Bearer<'a> {
    /// Whose scope holds.
    pub asker: &'a Asker,
    /// The account.
    pub account: i64,
    /// The device; blank where an office enters what a paper says.
    pub device: &'a str,
}

/// One thing that was done.
#[derive(Clone, Debug, Deserialize)]
pub struct Operation {
    /// Its name, which nothing else has.
    pub id: String,
    /// The device's running number.
    pub n: i64,
    /// When, milliseconds since 1970, by the device's clock.
    pub at: i64,
    /// What.
    #[serde(flatten)]
    pub act: Act,
}

/// What was done. Personal.
#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Act {
    /// An item was answered.
    Set {
        /// The task's or household's key.
        task: String,
        /// The item, or its explanation.
        item: String,
        /// What was said.
        value: Json,
        /// The versions that were seen.
        #[serde(default)]
        bases: Vec<String>,
    },
    /// Somebody was sought.
    Visit {
        /// The task's or household's key.
        task: String,
        /// `met`, `absent`, `phone`.
        found: String,
        /// A word about it.
        #[serde(default)]
        note: String,
    },
    /// A picture was taken.
    Photo {
        /// The task's or household's key.
        task: String,
        /// The item.
        item: String,
        /// The picture's identifier.
        photo: String,
        /// Its digest, in hexadecimal digits.
        sha256: String,
        /// Its size.
        bytes: i64,
        /// What it is.
        media: String,
    },
    /// A picture was taken away.
    Unphoto {
        /// The task's or household's key.
        task: String,
        /// The picture's identifier.
        photo: String,
    },
    /// A household was found that is on no list.
    Household {
        /// Its key, which the device made.
        household: String,
        /// Its village.
        village: String,
    },
    /// Somebody was found who is on no list.
    Person {
        /// The task's key, which the device made.
        task: String,
        /// The household's key.
        household: String,
    },
    /// A form was handed in.
    Submit {
        /// The task's key.
        task: String,
    },
    /// It was taken back.
    Reopen {
        /// The task's key.
        task: String,
    },
}

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kind())
    }
}

impl Act {
    /// Its word.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Set { .. } => "set",
            Self::Visit { .. } => "visit",
            Self::Photo { .. } => "photo",
            Self::Unphoto { .. } => "unphoto",
            Self::Household { .. } => "household",
            Self::Person { .. } => "person",
            Self::Submit { .. } => "submit",
            Self::Reopen { .. } => "reopen",
        }
    }

    /// The key that it is about.
    pub(super) fn subject(&self) -> &str {
        match self {
            Self::Set { task, .. }
            | Self::Visit { task, .. }
            | Self::Photo { task, .. }
            | Self::Unphoto { task, .. }
            | Self::Person { task, .. }
            | Self::Submit { task }
            | Self::Reopen { task } => task,
            Self::Household { household, .. } => household,
        }
    }
}

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenState {
    /// It was done.
    Done,
    /// It was kept, but the task is no longer open here.
    Kept,
    /// What it rests on has not come yet.
    Later,
    /// It cannot be.
    Refused,
}

impl TakenState {
    /// The word in the database and for devices.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Kept => "kept",
            Self::Later => "later",
            Self::Refused => "refused",
        }
    }

    pub(super) fn from_word(word: &str) -> Self {
        match word {
            "kept" => Self::Kept,
            "refused" => Self::Refused,
            _ => Self::Done,
        }
    }
}

/// What is answered to an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The operation.
    pub id: String,
    /// What became of it.
    pub state: TakenState,
    /// Why, where it is not simply done.
    pub says: String,
}
