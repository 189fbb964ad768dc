//! What two editions of a table say differently.

use std::collections::BTreeSet;

use super::{Entry, Table};

/// What the second of two tables says differently from the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Codes that are new.
    pub added: Vec<Entry>,
    /// Codes that are gone.
    pub removed: Vec<Entry>,
    /// Codes that stayed and say something else, each once.
    pub changed: Vec<Change>,
}

/// What a code that stayed says differently; `None` and empty where it says the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The code.
    pub code: String,
    /// Its Chinese name, as the second table has it.
    pub name: String,
    /// Another name.
    pub renamed: Option<Move>,
    /// Other ways of writing that are new.
    pub aliases_added: Vec<String>,
    /// Other ways of writing that are gone.
    pub aliases_removed: Vec<String>,
    /// Another group; no group is an empty text.
    pub group: Option<Move>,
    /// Another remark; no remark is an empty text.
    pub remark: Option<Move>,
}

/// What was, and what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// In the first table.
    pub from: String,
    /// In the second.
    pub to: String,
}

impl Difference {
    /// Whether the tables say the same; the order of codes and of aliases does not count.
    pub fn is_none(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Codes that stayed and have another name.
    pub fn renamed(&self) -> impl Iterator<Item = &Change> {
        self.changed.iter().filter(|change| change.renamed.is_some())
    }
}

impl Table {
    /// What `newer` says differently. Title, standard and edition are the tables' own and no difference of codes.
    pub fn compare(&self, newer: &Self) -> Difference {
        let absent = |table: &Self, entry: &&Entry| table.get(&entry.code).is_none();
        Difference {
            added: newer.entries.iter().filter(|entry| absent(self, entry)).cloned().collect(),
            removed: self.entries.iter().filter(|entry| absent(newer, entry)).cloned().collect(),
            changed: self
                .entries
                .iter()
                .filter_map(|old| {
                    let new = newer.get(&old.code)?;
                    (!same(old, new)).then(|| change(old, new))
                })
                .collect(),
        }
    }
}

fn same(old: &Entry, new: &Entry) -> bool {
    let aliases = |entry: &Entry| entry.aliases.iter().cloned().collect::<BTreeSet<_>>();
    old.name == new.name && old.group == new.group && old.remark == new.remark && aliases(old) == aliases(new)
}

fn change(old: &Entry, new: &Entry) -> Change {
    let moved = |from: &str, to: &str| (from != to).then(|| Move { from: from.to_owned(), to: to.to_owned() });
    let maybe = |from: &Option<String>, to: &Option<String>| {
        moved(from.as_deref().unwrap_or_default(), to.as_deref().unwrap_or_default())
    };
    let beyond = |of: &Entry, other: &Entry| {
        of.aliases.iter().filter(|alias| !other.aliases.contains(alias)).cloned().collect::<Vec<_>>()
    };
    Change {
        code: new.code.clone(),
        name: new.name.clone(),
        renamed: moved(&old.name, &new.name),
        aliases_added: beyond(new, old),
        aliases_removed: beyond(old, new),
        group: maybe(&old.group, &new.group),
        remark: maybe(&old.remark, &new.remark),
    }
}
