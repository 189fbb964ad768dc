//! A code table: codes, their Chinese names, and other ways in which they are written.

mod compare;
mod edit;
mod file;
mod fold;

use std::collections::BTreeMap;

use crate::date::Date;

pub use compare::{Change, Difference, Move};
pub use edit::{EditError, Line};
pub(crate) use fold::{fold, fold_char};

/// A code table. Made from a file that was checked as a whole; cheap to ask.
#[derive(Clone, Debug)]
pub struct Table {
    name: String,
    title: String,
    standard: String,
    version: String,
    valid_from: Date,
    codes: Codes,
    remark: Option<String>,
    groups: BTreeMap<String, String>,
    entries: Vec<Entry>,
    /// Folded code, name or alias → place in `entries`, sorted.
    index: Vec<(String, usize)>,
}

/// One code of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) group: Option<String>,
    pub(super) aliases: Vec<String>,
    pub(super) remark: Option<String>,
}

/// Where a table's codes come from, and so who may change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Codes {
    /// A national standard (GB/T).
    National,
    /// Common to the agencies' systems, which differ in parts.
    Practice,
    /// No table of the whole country exists; each city has its own.
    Local,
    /// The program's own, which its logic branches on: codes neither come nor go.
    System,
}

impl Codes {
    /// Every origin.
    pub const ALL: [Self; 4] = [Self::National, Self::Practice, Self::Local, Self::System];

    /// The word in a table's file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::National => "national",
            Self::Practice => "practice",
            Self::Local => "local",
            Self::System => "system",
        }
    }

    /// What a clerk calls it.
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::National => "国家标准",
            Self::Practice => "业务系统通用",
            Self::Local => "本地可配置",
            Self::System => "系统固定代码",
        }
    }
}

impl Entry {
    /// The code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The Chinese name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the code belongs to, in tables that are grouped.
    pub fn group(&self) -> Option<&str> {
        self.group.as_deref()
    }

    /// Other ways in which the code is written.
    pub fn aliases(&self) -> &[String] {
        &self.aliases
    }

    /// What else is to be known of it, in Chinese.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// Every way in which the code is written: itself, its name, the others.
    pub fn written(&self) -> impl Iterator<Item = &str> {
        [&self.code, &self.name].into_iter().chain(&self.aliases).map(String::as_str)
    }
}

impl Table {
    /// The name by which items and commands call it: that of its file, without `.toml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the table is of, in Chinese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The standard, or the practice, that the codes come from.
    pub fn standard(&self) -> &str {
        &self.standard
    }

    /// The edition, such as `2016.1`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The first day on which this edition holds.
    pub const fn valid_from(&self) -> Date {
        self.valid_from
    }

    /// Where the codes come from.
    pub const fn codes(&self) -> Codes {
        self.codes
    }

    /// What is to be known of the whole table, in Chinese.
    pub fn remark(&self) -> Option<&str> {
        self.remark.as_deref()
    }

    /// What a clerk calls a group of entries; the group's own word where the table has no other.
    pub fn group_name<'a>(&'a self, group: &'a str) -> &'a str {
        self.groups.get(group).map_or(group, String::as_str)
    }

    /// The codes in the table's order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry of a code.
    pub fn get(&self, code: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.code == code)
    }

    /// The entry of a code, a name or another way of writing it; width, case and spaces do not count.
    pub fn find(&self, text: &str) -> Option<&Entry> {
        let folded = fold(text);
        let at = self.index.binary_search_by(|(known, _)| known.as_str().cmp(&folded)).ok()?;
        self.index.get(at).and_then(|(_, entry)| self.entries.get(*entry))
    }
}
