//! A code table: codes, their Chinese names, and other ways in which they are written.

use serde::Deserialize;

/// A code table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    title: String,
    standard: String,
    #[serde(rename = "entry")]
    entries: Vec<Entry>,
    #[serde(skip)]
    index: Vec<(String, usize)>,
}

/// One code of a table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    code: String,
    name: String,
    group: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
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
}

impl Table {
    /// A table compiled into the program.
    pub(crate) fn embedded(toml: &str) -> Self {
        #[expect(clippy::expect_used, reason = "the tables are compiled in, and a test reads each of them")]
        let mut table: Self = toml::from_str(toml).expect("an embedded table is well formed");
        let mut index = Vec::new();
        for (at, entry) in table.entries.iter().enumerate() {
            for text in [&entry.code, &entry.name].into_iter().chain(&entry.aliases) {
                index.push((fold(text), at));
            }
        }
        index.sort();
        index.dedup();
        table.index = index;
        table
    }

    /// What the table is of, in Chinese.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The standard, or the practice, that the codes come from.
    pub fn standard(&self) -> &str {
        &self.standard
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

/// Width and case folded, spaces left out.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// One character folded; `None` for a space or an invisible character.
pub(crate) fn fold_char(c: char) -> Option<char> {
    match c {
        'a'..='z' => Some(c.to_ascii_uppercase()),
        '\u{ff01}'..='\u{ff5e}' => Some(char::from((c as u32 - 0xff01 + 0x21) as u8).to_ascii_uppercase()),
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' => None,
        _ if c.is_whitespace() => None,
        _ => Some(c),
    }
}
