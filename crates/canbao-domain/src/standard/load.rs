//! The built-in standard, and a city's files over it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::item::{Item, Items, Verdict};
use super::table::{Codes, Table};
use super::{StandardError, tables};

/// The items' file, without `.toml`.
const ITEMS: &str = "items";

/// Items and code tables that belong together: every coded item's table is among them.
#[derive(Clone, Debug)]
pub struct Standard {
    items: Items,
    tables: Vec<Cow<'static, Table>>,
    overridden: Vec<String>,
    added: Vec<String>,
}

impl Standard {
    /// What the program comes with.
    pub fn embedded() -> &'static Self {
        static STANDARD: LazyLock<Standard> = LazyLock::new(|| {
            let tables: Vec<_> = tables().into_iter().map(Cow::Borrowed).collect();
            #[expect(clippy::expect_used, reason = "the file is compiled in, and a test reads it")]
            let items =
                Items::parse(include_str!("../../standard/items.toml"), &tables).expect("the embedded items are sound");
            Standard { items, tables, overridden: Vec::new(), added: Vec::new() }
        });
        &STANDARD
    }

    /// The built-in standard with a city's files over it: each is a name such as `sexes.toml` and its text. A file
    /// takes the place of the built-in one of its name; `items.toml` takes that of the items; a table of another name
    /// is a further one, which some item must use.
    ///
    /// # Errors
    /// Where a file cannot be read, a table lacks a code that the program uses, or an item names a table that is none.
    pub fn with<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, StandardError> {
        let mut standard = Self::embedded().clone();
        let mut items = None;
        for (file, text) in files {
            let name = file.strip_suffix(".toml").unwrap_or(file);
            if name == ITEMS {
                items = Some(text);
                continue;
            }
            let table = Table::parse(name, text)?;
            match standard.tables.iter_mut().find(|known| known.name() == name) {
                Some(known) => {
                    fixed_codes_stay(known, &table)?;
                    *known = Cow::Owned(table);
                    standard.overridden.push(name.to_owned());
                }
                None => {
                    standard.tables.push(Cow::Owned(table));
                    standard.added.push(name.to_owned());
                }
            }
        }
        if let Some(text) = items {
            standard.items = Items::parse(text, &standard.tables)?;
            standard.overridden.push(ITEMS.to_owned());
        }
        standard.every_added_table_is_used()?;
        standard.overridden.sort();
        Ok(standard)
    }

    /// The items.
    pub const fn items(&self) -> &Items {
        &self.items
    }

    /// Every table, in the order of the dictionary.
    pub fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.iter().map(Cow::as_ref)
    }

    /// The table of a name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables().find(|table| table.name() == name)
    }

    /// What a city's files took the place of: names of tables, and `items`; sorted.
    pub fn overridden(&self) -> &[String] {
        &self.overridden
    }

    /// Tables that only the city has.
    pub fn added(&self) -> &[String] {
        &self.added
    }

    /// Whether a value is one that an item may have. A blank is fine here: whether an item must be there is a rule
    /// ([`Rules::counts`](crate::rules::Rules::counts)). An unknown code is told, and stays as it is written.
    pub fn check<'a>(&'a self, item: &'a Item, value: &str) -> Verdict<'a> {
        let table = item.table().and_then(|name| self.table(name));
        self.items.verdict(item, table, value)
    }

    /// A misspelt file name would otherwise pass for a table that nobody looks at.
    fn every_added_table_is_used(&self) -> Result<(), StandardError> {
        let used: BTreeSet<&str> = self.items.all().iter().filter_map(Item::table).collect();
        match self.added.iter().find(|name| !used.contains(name.as_str())) {
            None => Ok(()),
            Some(name) => {
                let known = self.tables().map(Table::name).filter(|known| known != name).collect::<Vec<_>>().join("、");
                let hint = format!(
                    "要替换内置的代码表，请用它的名字（{known}）；要新增代码表，请在 items.toml 里让一个项目使用它。"
                );
                Err(StandardError::unsound(
                    &format!("{name}.toml"),
                    "没有这个代码表，也没有项目使用它".to_owned(),
                    hint,
                ))
            }
        }
    }
}

/// A table of the program's own codes may say them in other words, and nothing else.
fn fixed_codes_stay(known: &Table, new: &Table) -> Result<(), StandardError> {
    let codes = |table: &Table| table.entries().iter().map(|entry| entry.code().to_owned()).collect::<BTreeSet<_>>();
    if known.codes() != Codes::System || codes(known) == codes(new) {
        return Ok(());
    }
    let file = format!("{}.toml", known.name());
    let differ: Vec<String> = codes(known).symmetric_difference(&codes(new)).cloned().collect();
    Err(StandardError::unsound(
        &file,
        format!("增删了程序使用的代码：{}", differ.join("、")),
        "本表的代码由程序使用，不能增删；名称、别的写法和说明可以改。",
    ))
}
