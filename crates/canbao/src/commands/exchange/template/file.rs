//! The template's file: TOML, version 1.

use std::collections::BTreeMap;
use std::path::Path;

use canbao_domain::source::{Field, Insurance, SourceKind};
use serde::Deserialize;

use super::write::filled;
use crate::output::failure::Failure;

/// The built-in templates, by name.
pub(super) const BUILT_IN: [(&str, &str); 1] = [("hunan-pension", include_str!("hunan-pension.toml"))];

const VERSION: u32 = 1;

/// How files are written and answers read. Its facts are the receiver's, so all of them are data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Template {
    version: u32,
    pub(super) name: String,
    pub(super) title: String,
    /// Whose word an answer is.
    pub(super) answerer: String,
    /// Our own area, 6 digits.
    pub(super) area: String,
    pub(super) insurance: Asked,
    pub(super) export: Export,
    pub(super) answer: Answer,
}

/// What is asked about.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Asked {
    Pension,
    Medical,
    Both,
}

impl Asked {
    pub(super) const fn only(self) -> Option<Insurance> {
        match self {
            Self::Pension => Some(Insurance::Pension),
            Self::Medical => Some(Insurance::Medical),
            Self::Both => None,
        }
    }
}

/// The files that are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Export {
    pub(super) format: Format,
    #[serde(default = "utf8")]
    pub(super) encoding: String,
    #[serde(default = "sheet")]
    pub(super) sheet: String,
    pub(super) file_name: String,
    #[serde(default)]
    pub(super) titles: Vec<String>,
    #[serde(default = "yes")]
    pub(super) header: bool,
    /// 1-based; rows before it that nothing stands in stay blank.
    pub(super) data_row: usize,
    pub(super) rows_per_file: usize,
    #[serde(rename = "column")]
    pub(super) columns: Vec<Column>,
}

fn utf8() -> String {
    "utf-8".to_owned()
}

fn sheet() -> String {
    "Sheet1".to_owned()
}

const fn yes() -> bool {
    true
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Format {
    Xlsx,
    Csv,
}

/// A column: what a person has, or a fixed text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    #[serde(default)]
    pub(super) title: String,
    pub(super) field: Option<ColumnField>,
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) codes: BTreeMap<String, String>,
    #[serde(default = "width")]
    pub(super) width: f64,
}

const fn width() -> f64 {
    12.0
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum ColumnField {
    Number,
    Name,
    County,
    Area,
    Insurance,
}

/// The files that come back.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    #[serde(default)]
    pub(super) columns: BTreeMap<String, String>,
    pub(super) header_row: Option<u32>,
    #[serde(default)]
    pub(super) sheets: Vec<String>,
    pub(super) encoding: Option<String>,
    #[serde(default)]
    pub(super) unknown_area: UnknownArea,
    pub(super) schemes: BTreeMap<String, Asked>,
    #[serde(default)]
    pub(super) areas: BTreeMap<String, String>,
    /// What the state's words mean: `normal`, `suspended`, `ended`.
    #[serde(default)]
    pub(super) statuses: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum UnknownArea {
    #[default]
    Reject,
    Keep,
}

/// The text of a built-in template.
pub(super) fn built_in(name: &str) -> Option<&'static str> {
    BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The refusal of a name that is none.
pub(super) fn unknown(name: &str) -> Failure {
    let known: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
    Failure::new(format!("没有模板“{name}”。"))
        .hint(format!("内置的有：{}；自己修改的模板请写出文件路径。", known.join("、")))
}

impl Template {
    /// A template by its file or its name.
    pub(super) fn load(name: &str) -> Result<Self, Failure> {
        let text = match built_in(name) {
            Some(text) => text.to_owned(),
            None if !Path::new(name).is_file() => return Err(unknown(name)),
            None => std::fs::read_to_string(name).map_err(|error| {
                Failure::new(format!("不能读模板 {name}：{error}。")).hint("模板应是 UTF-8 编码的 TOML 文件。")
            })?,
        };
        let wrong = |what: String| {
            Failure::new(format!("模板 {name} 不能使用：{what}"))
                .hint("请对照 canbao exchange template show 列出的内置模板改正。")
        };
        let template: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().lines().count().max(1));
            wrong(format!("{}{}。", line.map_or_else(String::new, |line| format!("第{line}行附近：")), error.message()))
        })?;
        template.check().map_err(wrong)?;
        Ok(template)
    }

    fn check(&self) -> Result<(), String> {
        if self.version != VERSION {
            return Err(format!("version 是 {}，本程序只认识 {VERSION}。", self.version));
        }
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=64).contains(&self.answerer.len()) || !self.answerer.bytes().all(plain) {
            return Err("answerer 只能用小写字母、数字和连字符，不超过64个。".to_owned());
        }
        let digits = |text: &str| matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(&self.area) {
            return Err("area 应是6、9或12位区划代码。".to_owned());
        }
        let export = &self.export;
        if export.columns.is_empty() || export.rows_per_file == 0 || export.rows_per_file > 1_000_000 {
            return Err("export 至少要有一列，rows_per_file 在1到1000000之间。".to_owned());
        }
        let head = export.titles.len() + usize::from(export.header);
        if export.data_row <= head || export.data_row > 1000 {
            return Err(format!("标题和表头共 {head} 行，data_row 应大于它，且不超过1000。"));
        }
        let both = export.columns.iter().any(|column| column.field.is_some() == column.value.is_some());
        if both {
            return Err("每一列写 field 或 value 之一。".to_owned());
        }
        if !export.columns.iter().any(|column| column.field == Some(ColumnField::Number)) {
            return Err("没有 field = \"number\" 的列，对方无从比对。".to_owned());
        }
        if self.encoding().is_none() {
            return Err("encoding 只能是 utf-8、gbk 或 gb18030。".to_owned());
        }
        let values = export.columns.iter().filter_map(|column| column.value.as_ref());
        for text in export.titles.iter().chain(values).chain([&export.file_name]) {
            filled(text, self, "2016-01-01", 1, 1)?;
        }
        let name = filled(&export.file_name, self, "2016-01-01", 1, 1)?;
        if name.contains(['/', '\\']) || name.starts_with('.') || name.is_empty() {
            return Err("file_name 不能是路径，也不能以点开头。".to_owned());
        }
        if !export.file_name.contains("{sequence") {
            return Err("file_name 必须有 {sequence:6}，否则同一天的文件会重名。".to_owned());
        }
        if self.answer.schemes.values().any(|of| *of == Asked::Both) {
            return Err("answer.schemes 的险种只能属于 pension 或 medical。".to_owned());
        }
        if let Some(bad) = self.answer.areas.values().find(|code| !digits(code)) {
            return Err(format!("answer.areas 的“{bad}”不是区划代码。"));
        }
        self.fields().map(|_| ())
    }

    /// What the answer's columns mean.
    pub(super) fn fields(&self) -> Result<BTreeMap<String, Field>, String> {
        let of = |(title, word): (&String, &String)| {
            let field = Field::ALL.into_iter().find(|field| field.as_str() == word.as_str());
            let field = field.filter(|field| SourceKind::Elsewhere.has(*field));
            field
                .map(|field| (title.clone(), field))
                .ok_or_else(|| format!("answer.columns 的“{word}”不是可用的字段。"))
        };
        self.answer.columns.iter().map(of).collect()
    }

    /// The encoding of CSV.
    pub(super) fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        match self.export.encoding.to_ascii_lowercase().as_str() {
            "utf-8" => Some(encoding_rs::UTF_8),
            "gbk" => Some(encoding_rs::GBK),
            "gb18030" => Some(encoding_rs::GB18030),
            _ => None,
        }
    }
}
