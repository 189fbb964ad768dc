//! Forms (登记表) as data: a versioned definition in TOML says which items there are, which are shown and required when,
//! what is checked, what is prefilled from the registry, and what becomes of an approved answer. The same definition is
//! drawn on paper, in a workbook, on an office page and on a phone.

mod condition;
mod effect;
mod error;
mod facts;
mod format;
mod judge;
mod read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use condition::{Bound, Clause, Condition, Test};
pub use effect::{Claim, Effect, Fate};
pub use error::FormError;
pub use facts::Facts;
pub use format::Format;
pub use judge::{Fault, Verdict, fate, judge, why};
pub use read::Forms;

/// An answer: one text, or several where several may be chosen. Blank where nothing is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// One text.
    One(String),
    /// Several, as chosen.
    Several(Vec<String>),
}

impl Answer {
    /// Whether nothing is in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::One(text) => text.is_empty(),
            Self::Several(texts) => texts.is_empty(),
        }
    }

    /// What is in it.
    pub fn texts(&self) -> &[String] {
        match self {
            Self::One(text) if text.is_empty() => &[],
            Self::One(text) => std::slice::from_ref(text),
            Self::Several(texts) => texts,
        }
    }

    /// The one text, or all of several with 、 between.
    pub fn told(&self) -> String {
        self.texts().join("、")
    }
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::One(text.to_owned())
    }
}

/// Answers by item; an explanation stands under the item's name with `.why` behind.
pub type Answers = BTreeMap<String, Answer>;

/// A form, whole: what a phone gets, and from what everything else is drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Form {
    /// `person`, `household`, `unit`.
    pub id: String,
    /// Counts up with each change.
    pub version: i64,
    /// 《全民参保登记表》
    pub title: String,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// Its items, in order; each refers to earlier ones alone.
    pub items: Vec<Item>,
    /// What is checked besides.
    pub checks: Vec<Check>,
    /// What becomes of the person, by the answers.
    #[serde(skip)]
    pub effects: Vec<Effect>,
}

/// A part of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its word.
    pub id: String,
    /// Its heading.
    pub title: String,
}

/// What an item takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One of its options.
    Choice,
    /// Any of its options.
    Choices,
    /// A line.
    Text,
    /// Several lines.
    Note,
    /// A social security number.
    Number,
    /// A telephone number.
    Phone,
    /// `2016-11-01`
    Date,
    /// `2016-11`
    Month,
    /// Pictures, by their identifiers.
    Photo,
    /// A picture of a signature.
    Signature,
    /// Where the device was: `纬度,经度,±米`.
    Position,
}

impl Kind {
    /// Whether it is a picture that is sent apart.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Photo | Self::Signature)
    }
}

/// What can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its code.
    pub code: String,
    /// What is read.
    pub name: String,
}

/// An item of a form.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// Its word.
    pub id: String,
    /// The section that it stands in.
    pub section: String,
    /// What is asked.
    pub label: String,
    /// What it takes.
    pub kind: Kind,
    /// What can be chosen; blank where it is no choice.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// A word of help.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// The longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<usize>,
    /// The registry's item that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// Whether what is known is put in at first.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub prefill: bool,
    /// When it is shown; always where none is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<Condition>,
    /// When it must be filled; never where none is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required: Option<Condition>,
    /// What becomes of an approved answer.
    #[serde(skip)]
    pub becomes: Becomes,
}

/// What becomes of an approved answer (besides [`Effect`]s).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Becomes {
    /// The registry's item that it is.
    pub record: Option<String>,
    /// What it says of an insurance.
    pub claim: Option<Claim>,
    /// It is kept as what the survey found.
    pub result: bool,
}

/// How grave a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// 强制: it cannot be handed in so.
    Must,
    /// 核实: it needs an explanation in writing.
    Verify,
    /// 提示: it is only said.
    Inform,
}

/// A check of answers against each other and against what is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// At which item it is said.
    pub item: String,
    /// How grave.
    pub level: Level,
    /// When it is said.
    pub when: Condition,
    /// What is said; `{item}` stands for a value.
    pub says: String,
}

impl Form {
    /// An item by its word.
    pub fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// What a choice's code is called; the code itself where it is none.
    pub fn named(&self, id: &str, code: &str) -> String {
        let option = self.item(id).and_then(|item| item.options.iter().find(|option| option.code == code));
        option.map_or_else(|| code.to_owned(), |option| option.name.clone())
    }
}
