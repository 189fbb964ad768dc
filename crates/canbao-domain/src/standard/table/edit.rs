//! A table as rows that a clerk edits in a spreadsheet, and what may not come back from there.

use std::collections::BTreeMap;

use super::{Codes, Entry, Table, fold};
use crate::date::Date;
use crate::standard::StandardError;

/// One row of an edited table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Where it stands in the file, 1-based.
    pub row: usize,
    /// 代码
    pub code: String,
    /// 名称
    pub name: String,
    /// 别名, several parted by [`Table::PART`].
    pub aliases: String,
    /// 分组
    pub group: String,
    /// 备注
    pub remark: String,
}

/// Why a row cannot be taken. The message is a Chinese sentence; [`EditError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The code or the name is blank.
    #[error("第{row}行的{what}是空的。")]
    Blank {
        /// 1-based row.
        row: usize,
        /// 代码 or 名称.
        what: &'static str,
    },
    /// The code stands in an earlier row.
    #[error("第{row}行的代码“{code}”与第{first}行重复。")]
    Repeated {
        /// 1-based row.
        row: usize,
        /// The row where it stands first.
        first: usize,
        /// The code.
        code: String,
    },
    /// What a spreadsheet does to a code that it takes for a number.
    #[error("第{row}行的{what}“{found}”丢了前面的零，应是“{expected}”。")]
    LostZeros {
        /// 1-based row.
        row: usize,
        /// 代码 or 别名.
        what: &'static str,
        /// What stands there.
        found: String,
        /// What it seems to have been.
        expected: String,
    },
    /// One way of writing for two codes.
    #[error("第{row}行的“{text}”已经是第{first}行的写法。")]
    TwoMeanings {
        /// 1-based row.
        row: usize,
        /// The row that has it already.
        first: usize,
        /// The written form.
        text: String,
    },
    /// A group that the table does not have.
    #[error("第{row}行的分组“{group}”不认识。")]
    Group {
        /// 1-based row.
        row: usize,
        /// The group.
        group: String,
        /// The groups of the table.
        known: String,
    },
    /// A table of fixed codes that lacks one, or has one more.
    #[error("{}。", match row { Some(row) => format!("第{row}行的代码“{code}”不能新增"), None => format!("缺少代码“{code}”") })]
    Fixed {
        /// 1-based row of a code that is none; `None` of a code that is missing.
        row: Option<usize>,
        /// The code.
        code: String,
    },
    /// No rows at all, or what only the whole table shows.
    #[error("{0}")]
    Table(StandardError),
}

impl EditError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Blank { .. } => "代码和名称都要填写；整行不要的，把整行删去。".to_owned(),
            Self::Repeated { .. } => "每个代码只写一行。".to_owned(),
            Self::LostZeros { .. } => {
                "表格软件把代码当成了数字。请先把整列设为“文本”格式再填写，或从“数据—自文本”导入并选“文本”列。"
                    .to_owned()
            }
            Self::TwoMeanings { .. } => "每种写法只属于一个代码（大小写、全角半角、空格不计）。".to_owned(),
            Self::Group { known, .. } => format!("可用的分组：{known}。"),
            Self::Fixed { .. } => "本表的代码由程序使用，不能增删；名称、别名和备注可以改。".to_owned(),
            Self::Table(error) => error.hint(),
        }
    }
}

impl Table {
    /// What parts one alias from the next in a cell; the half-width one does as well.
    pub const PART: char = '；';

    /// The entries as rows under a head; the first row is 2.
    pub fn lines(&self) -> Vec<Line> {
        let line = |(at, entry): (usize, &Entry)| Line {
            row: at + 2,
            code: entry.code.clone(),
            name: entry.name.clone(),
            aliases: entry.aliases.join(&Self::PART.to_string()),
            group: entry.group.clone().unwrap_or_default(),
            remark: entry.remark.clone().unwrap_or_default(),
        };
        self.entries.iter().enumerate().map(line).collect()
    }

    /// The table with other entries: `lines` in their order. Title, standard and groups stay.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the rows; then nothing of it may be used.
    pub fn edited(&self, lines: &[Line], version: &str, valid_from: Date) -> Result<Self, Vec<EditError>> {
        let mut wrong = Vec::new();
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        let mut meaning: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        let mut entries = Vec::new();
        let width = self.common_width();
        for (at, line) in lines.iter().enumerate() {
            let (row, entry) = (line.row, entry(line));
            for (what, text) in [("代码", &entry.code), ("名称", &entry.name)] {
                if fold(text).is_empty() {
                    wrong.push(EditError::Blank { row, what });
                }
            }
            if let Some(first) = first.insert(fold(&entry.code), row)
                && !entry.code.is_empty()
            {
                wrong.push(EditError::Repeated { row, first, code: entry.code.clone() });
                continue;
            }
            wrong.extend(self.lost_zeros(row, &entry, lines, width));
            if self.codes == Codes::System && self.get(&entry.code).is_none() && !entry.code.is_empty() {
                wrong.push(EditError::Fixed { row: Some(row), code: entry.code.clone() });
            }
            if let Some(group) = entry.group.as_ref().filter(|group| !self.knows_group(group)) {
                wrong.push(EditError::Group { row, group: group.clone(), known: self.known_groups() });
            }
            for text in entry.written().filter(|text| !fold(text).is_empty()) {
                match meaning.get(&fold(text)) {
                    Some((other, first)) if *other != at => {
                        wrong.push(EditError::TwoMeanings { row, first: *first, text: text.to_owned() });
                    }
                    Some(_) => {}
                    None => drop(meaning.insert(fold(text), (at, row))),
                }
            }
            entries.push(entry);
        }
        if self.codes == Codes::System {
            let gone = self.entries.iter().filter(|old| !entries.iter().any(|new| new.code == old.code));
            wrong.extend(gone.map(|old| EditError::Fixed { row: None, code: old.code.clone() }));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        let table = Self { entries, version: version.to_owned(), valid_from, index: Vec::new(), ..self.clone() };
        table.sound().map_err(|error| vec![EditError::Table(error)])
    }

    /// How many digits every code has, where all are digits and as long as each other.
    fn common_width(&self) -> Option<usize> {
        let width = self.entries.first()?.code.len();
        let same = |entry: &Entry| entry.code.len() == width && entry.code.bytes().all(|byte| byte.is_ascii_digit());
        self.entries.iter().all(same).then_some(width)
    }

    /// A code or an alias that was taken for a number: shorter than all others, or as one of before without its zeros.
    fn lost_zeros(&self, row: usize, entry: &Entry, lines: &[Line], width: Option<usize>) -> Vec<EditError> {
        let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let bare = |text: &str| text.trim_start_matches('0').to_owned();
        let mut wrong = Vec::new();
        let code = &entry.code;
        if number(code) && self.get(code).is_none() {
            let of_before = self.entries.iter().map(|old| &old.code).find(|old| {
                number(old)
                    && old.len() > code.len()
                    && bare(old) == bare(code)
                    && !lines.iter().any(|line| line.code.trim() == old.as_str())
            });
            let expected = match (of_before, width) {
                (Some(old), _) => Some(old.clone()),
                (None, Some(width)) if code.len() < width => Some(format!("{code:0>width$}")),
                _ => None,
            };
            if let Some(expected) = expected {
                wrong.push(EditError::LostZeros { row, what: "代码", found: code.clone(), expected });
            }
        }
        if let Some(old) = self.get(code) {
            for alias in entry.aliases.iter().filter(|alias| number(alias) && !old.aliases.contains(alias)) {
                let lost = |before: &&String| {
                    number(before)
                        && before.len() > alias.len()
                        && bare(before) == bare(alias)
                        && !entry.aliases.contains(before)
                };
                if let Some(before) = old.aliases.iter().find(lost) {
                    let (found, expected) = (alias.clone(), before.clone());
                    wrong.push(EditError::LostZeros { row, what: "别名", found, expected });
                }
            }
        }
        wrong
    }

    /// Whether a group is one of the table's; a table without names for its groups takes any.
    fn knows_group(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.contains_key(group)
    }

    fn known_groups(&self) -> String {
        let named = self.groups.iter().map(|(group, name)| format!("{group}（{name}）"));
        named.collect::<Vec<_>>().join("、")
    }
}

fn entry(line: &Line) -> Entry {
    let maybe = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Entry {
        code: line.code.trim().to_owned(),
        name: line.name.trim().to_owned(),
        group: maybe(&line.group),
        aliases: line.aliases.split([Table::PART, ';']).filter_map(maybe).collect(),
        remark: maybe(&line.remark),
    }
}
