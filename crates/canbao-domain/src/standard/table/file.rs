//! The file of a table: read, checked as a whole, written.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use super::{Codes, Entry, Table, fold};
use crate::date::Date;
use crate::standard::StandardError;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    standard: String,
    version: String,
    valid_from: String,
    codes: String,
    remark: Option<String>,
    #[serde(default)]
    groups: BTreeMap<String, String>,
    #[serde(rename = "entry")]
    entries: Vec<EntryFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryFile {
    code: String,
    name: String,
    group: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    remark: Option<String>,
}

impl Table {
    /// Reads a table (TOML text, laid out as `standard/sexes.toml`) that will be called `name`.
    ///
    /// # Errors
    /// Where the text is no such file, or the table says two things of one code: the sentence names `NAME.toml`.
    pub fn parse(name: &str, text: &str) -> Result<Self, StandardError> {
        let file_name = format!("{name}.toml");
        let file: File = toml::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| StandardError::toml(&file_name, text, &error))?;
        let codes = Codes::ALL.into_iter().find(|codes| codes.as_str() == file.codes).ok_or_else(|| {
            let known = Codes::ALL.map(|codes| format!("{}（{}）", codes.as_str(), codes.chinese())).join("、");
            let place = "开头".to_owned();
            StandardError::Word { file: file_name.clone(), place, key: "codes", word: file.codes.clone(), known }
        })?;
        let valid_from = Date::parse(&file.valid_from).ok_or_else(|| StandardError::Date {
            file: file_name.clone(),
            key: "valid_from",
            text: file.valid_from.clone(),
        })?;
        let entry = |entry: EntryFile| Entry {
            code: entry.code,
            name: entry.name,
            group: entry.group,
            aliases: entry.aliases,
            remark: entry.remark,
        };
        Self {
            name: name.to_owned(),
            title: file.title,
            standard: file.standard,
            version: file.version,
            valid_from,
            codes,
            remark: file.remark,
            groups: file.groups,
            entries: file.entries.into_iter().map(entry).collect(),
            index: Vec::new(),
        }
        .sound()
    }

    /// A table compiled into the program.
    pub(crate) fn embedded(name: &str, text: &str) -> Self {
        #[expect(clippy::expect_used, reason = "the tables are compiled in, and a test reads each of them")]
        Self::parse(name, text).expect("an embedded table is well formed")
    }

    /// The table with its index, if every code is once and every written form means one code.
    pub(super) fn sound(mut self) -> Result<Self, StandardError> {
        let file = format!("{}.toml", self.name);
        let unsound = |what: String, hint: &str| Err(StandardError::unsound(&file, what, hint));
        if [&self.title, &self.standard, &self.version].iter().any(|text| text.trim().is_empty()) {
            return unsound("title、standard 或 version 是空的".to_owned(), "请写上名称、依据和版本。");
        }
        if self.entries.is_empty() {
            return unsound("一个代码也没有".to_owned(), "请至少写一段 [[entry]]。");
        }
        let mut index = Vec::new();
        for (at, entry) in self.entries.iter().enumerate() {
            let code = &entry.code;
            if fold(code).is_empty() || fold(&entry.name).is_empty() {
                return unsound(format!("第{}个代码“{code}”的代码或名称是空的", at + 1), "代码和名称都要写。");
            }
            if let Some(group) = &entry.group
                && !self.groups.is_empty()
                && !self.groups.contains_key(group)
            {
                let known = self.groups.keys().map(String::as_str).collect::<Vec<_>>().join("、");
                let place = format!("代码“{code}”");
                return Err(StandardError::Word { file, place, key: "group", word: group.clone(), known });
            }
            for text in entry.written() {
                let folded = fold(text);
                if folded.is_empty() {
                    return unsound(format!("代码“{code}”有空白的别名"), "删去空白的别名。");
                }
                index.push((folded, at));
            }
        }
        index.sort();
        index.dedup();
        for (one, other) in index.iter().zip(index.iter().skip(1)) {
            let codes = [one.1, other.1].map(|at| self.entries.get(at).map_or("", |entry| entry.code.as_str()));
            if one.0 == other.0 {
                let [a, b] = codes;
                let what = if a == b {
                    format!("代码“{a}”写了两次")
                } else {
                    format!("“{}”既是代码“{a}”又是代码“{b}”的写法", one.0)
                };
                return unsound(what, "每个代码写一次，每种写法只属于一个代码（大小写、全角半角、空格不计）。");
            }
        }
        self.index = index;
        Ok(self)
    }

    /// The table as the text of its file; reads back as the same table.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        let quoted = |text: &str| toml::Value::from(text).to_string();
        let remark = self.remark.as_deref().map(|remark| ("remark", remark));
        let valid_from = self.valid_from.to_string();
        let head = [
            ("title", self.title.as_str()),
            ("standard", &self.standard),
            ("version", &self.version),
            ("valid_from", &valid_from),
            ("codes", self.codes.as_str()),
        ];
        for (key, value) in head.into_iter().chain(remark) {
            // writing to a string cannot fail
            let _ = writeln!(out, "{key} = {}", quoted(value));
        }
        if !self.groups.is_empty() {
            out.push_str("\n[groups]\n");
            for (group, name) in &self.groups {
                let _ = writeln!(out, "{} = {}", quoted(group), quoted(name));
            }
        }
        for entry in &self.entries {
            let _ = writeln!(out, "\n[[entry]]\ncode = {}\nname = {}", quoted(&entry.code), quoted(&entry.name));
            if let Some(group) = &entry.group {
                let _ = writeln!(out, "group = {}", quoted(group));
            }
            if !entry.aliases.is_empty() {
                let aliases: Vec<String> = entry.aliases.iter().map(|alias| quoted(alias)).collect();
                let _ = writeln!(out, "aliases = [{}]", aliases.join(", "));
            }
            if let Some(remark) = &entry.remark {
                let _ = writeln!(out, "remark = {}", quoted(remark));
            }
        }
        out
    }
}
