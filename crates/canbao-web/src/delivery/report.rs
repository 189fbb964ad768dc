//! What was found in a delivery, as it is kept: JSON, in which nothing shows anybody's data.

use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Report {
    pub(crate) tables: Vec<Table>,
    /// The columns of the first table; the others are as alike as their headers.
    pub(crate) columns: Vec<Column>,
    pub(crate) reasons: Vec<Reason>,
    /// Words of coded fields that no mapping knows: field, word, rows.
    pub(crate) unknown: Vec<(String, String, u64)>,
    pub(crate) before: Option<Before>,
    /// The kind that the columns look more like, where that is another.
    pub(crate) looks_like: Option<String>,
    /// Whether more rows have something wrong than are listed.
    pub(crate) cut: bool,
    pub(crate) seconds: f64,
    /// Why it cannot be read.
    pub(crate) error: String,
    pub(crate) hint: String,
}

/// A file or a sheet of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table {
    pub(crate) file: String,
    pub(crate) sheet: Option<String>,
    pub(crate) format: String,
    pub(crate) encoding: Option<String>,
    pub(crate) separator: Option<char>,
    pub(crate) header_row: i64,
    pub(crate) rows: u64,
    pub(crate) blank: u64,
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Column {
    pub(crate) header: String,
    pub(crate) field: Option<String>,
    pub(crate) sample: String,
    pub(crate) blank: u64,
    pub(crate) invalid: u64,
}

/// Rows with one thing wrong.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// A problem's word; blank for rows that cannot be read.
    pub(crate) problem: String,
    /// Of rows that cannot be read, why.
    pub(crate) why: String,
    pub(crate) rows: u64,
    /// The first of them: which table, which line, what stands there, covered.
    pub(crate) table: usize,
    pub(crate) line: i64,
    pub(crate) shown: String,
}

/// How it differs from the delivery that held before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Before {
    pub(crate) delivery: i64,
    pub(crate) rows: i64,
    pub(crate) people: i64,
    /// People of this one who are not in that.
    pub(crate) new: i64,
    /// People of that one who are not in this.
    pub(crate) gone: i64,
}

/// A row with something wrong, as it is listed: a line of JSON in a file beside the delivery's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// Which table.
    pub(crate) t: usize,
    /// Which line of it.
    pub(crate) l: i64,
    /// A problem's word, or why it cannot be read.
    pub(crate) p: String,
    /// What stands there, covered.
    pub(crate) s: String,
}

impl Report {
    pub(crate) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// `名册.csv`, `名册.xlsx，工作表“一月”`.
    pub(crate) fn table_shown(&self, table: usize) -> String {
        self.tables.get(table).map_or_else(String::new, |table| match &table.sheet {
            Some(sheet) => format!("{}，工作表“{sheet}”", table.file),
            None => table.file.clone(),
        })
    }
}
