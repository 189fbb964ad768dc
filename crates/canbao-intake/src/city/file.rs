//! Reading and checking `city.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use canbao_domain::date::Date;
use canbao_domain::source::{Field, SourceKind};
use serde::Deserialize;

use super::{City, SourceFile, SourceSpec};
use crate::error::IntakeError;

#[derive(Deserialize)]
struct CityFile {
    city: CityTable,
    #[serde(default)]
    source: Vec<SourceTable>,
}

#[derive(Deserialize)]
struct CityTable {
    code: String,
    name: String,
    as_of: Day,
    decisions: Option<PathBuf>,
    regions: Option<PathBuf>,
    rules: Option<PathBuf>,
    profiles: Option<PathBuf>,
}

/// A TOML date, or a text that is one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Day {
    Written(String),
    Toml(toml::value::Datetime),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceTable {
    kind: String,
    path: String,
    name: Option<String>,
    encoding: Option<String>,
    separator: Option<String>,
    sheet: Option<Sheets>,
    header_row: Option<u32>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    #[serde(default)]
    codes: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Sheets {
    One(String),
    Many(Vec<String>),
}

/// Reads the city file at `path`: paths in it are relative to it, and may be globs.
///
/// # Errors
/// A file that cannot be read or parsed, an unknown kind, field or code, a path that no file has, a name
/// that occurs twice.
pub fn load_city(path: &Path) -> Result<City, IntakeError> {
    let shown = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let text = std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::InvalidData => {
            IntakeError::new(&shown, "城市文件不是UTF-8编码").hinted("请用记事本另存为UTF-8编码")
        }
        _ => IntakeError::io(&shown, error),
    })?;
    let file: CityFile =
        toml::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| unparsed(&shown, &text, &error))?;
    let root = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    let as_of = day(&file.city.as_of)
        .ok_or_else(|| IntakeError::new(&shown, "as_of不是日期").hinted("请写成as_of = \"2016-11-01\""))?;
    let mut sources = Vec::new();
    for (k, table) in file.source.into_iter().enumerate() {
        sources.push(source(&shown, &root, k + 1, table)?);
    }
    if sources.is_empty() {
        return Err(IntakeError::new(&shown, "没有列出任何数据来源").hinted("请至少写一段[[source]]，给出kind和path"));
    }
    unique_names(&shown, &sources)?;
    let beside = |file: PathBuf| root.join(file);
    Ok(City {
        code: file.city.code,
        name: file.city.name,
        as_of,
        decisions: file.city.decisions.map(beside),
        regions: beside(file.city.regions.unwrap_or_else(|| PathBuf::from("regions.csv"))),
        rules: file.city.rules.map(beside),
        profiles: file.city.profiles.map(beside),
        root: root.clone(),
        sources,
    })
}

fn unparsed(shown: &str, text: &str, error: &toml::de::Error) -> IntakeError {
    let wrong = IntakeError::new(shown, format!("城市文件写法不对：{}", error.message()))
        .hinted("请对照说明检查这一行的引号、等号和字段名");
    match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or("");
            wrong.at_row(before.matches('\n').count() as i64 + 1)
        }
        None => wrong,
    }
}

fn day(written: &Day) -> Option<Date> {
    match written {
        Day::Written(text) => Date::parse(text),
        Day::Toml(value) => Date::parse(&value.date?.to_string()),
    }
}

fn source(shown: &str, root: &Path, number: usize, table: SourceTable) -> Result<SourceSpec, IntakeError> {
    let wrong = |what: String| IntakeError::new(shown, format!("第{number}段[[source]]：{what}"));
    let kind = SourceKind::from_str(&table.kind)
        .map_err(|error| wrong(format!("kind = “{}”不是数据种类", table.kind)).hinted(error.hint().to_owned()))?;
    let mut columns = BTreeMap::new();
    for (header, field) in table.columns {
        columns.insert(header, field_of(kind, &field).map_err(|(what, hint)| wrong(what).hinted(hint))?);
    }
    let mut codes = BTreeMap::new();
    for (field, words) in table.codes {
        let field = field_of(kind, &field).map_err(|(what, hint)| wrong(what).hinted(hint))?;
        crate::profile::check_codes(kind, field, &words)
            .map_err(|code| wrong(format!("codes.{field}里的“{code}”不是{field}的代码")).hinted("状态用normal、suspended、ended（人口用normal、deceased、moved-out），待遇用drawing、suspended，性别用1、2、0、9"))?;
        codes.insert(field, words);
    }
    if let Some(label) = &table.encoding
        && encoding_rs::Encoding::for_label_no_replacement(label.as_bytes()).is_none()
    {
        return Err(
            wrong(format!("不认识编码“{label}”")).hinted("常用的有utf-8、gbk、gb18030、utf-16le、utf-16be、big5")
        );
    }
    let separator = match table.separator.as_deref() {
        None => None,
        Some("tab" | "\\t") => Some(b'\t'),
        Some(text) => match text.as_bytes() {
            [one] if one.is_ascii() && !matches!(one, b'"' | b'\n' | b'\r' | 0) => Some(*one),
            _ => return Err(wrong("separator不是一个字符".to_owned()).hinted("请写成\",\"、\"\\t\"、\";\"或\"|\"")),
        },
    };
    Ok(SourceSpec {
        kind,
        name: table.name.unwrap_or_else(|| kind.as_str().to_owned()),
        files: files(root, &table.path).map_err(|(what, hint)| wrong(what).hinted(hint))?,
        encoding: table.encoding,
        separator,
        sheets: match table.sheet {
            None => Vec::new(),
            Some(Sheets::One(sheet)) => vec![sheet],
            Some(Sheets::Many(sheets)) => sheets,
        },
        header_row: table.header_row,
        columns,
        codes,
    })
}

fn field_of(kind: SourceKind, word: &str) -> Result<Field, (String, String)> {
    let fields = || kind.fields().iter().map(|field| field.as_str()).collect::<Vec<_>>().join("、");
    match Field::from_str(word) {
        Ok(field) if kind.has(field) => Ok(field),
        _ => Err((format!("{}没有字段“{word}”", kind.chinese()), format!("可用的字段：{}", fields()))),
    }
}

/// The files of a path or glob, in name order.
fn files(root: &Path, path: &str) -> Result<Vec<SourceFile>, (String, String)> {
    let path = path.replace('\\', "/");
    let plain = root.join(&path);
    if plain.is_file() {
        return Ok(vec![SourceFile { path: plain, shown: path }]);
    }
    let missing = || (format!("找不到文件“{path}”"), "请核对文件名和所在文件夹，路径相对于城市文件".to_owned());
    if !path.contains(['*', '?', '[']) {
        return Err(missing());
    }
    let pattern = format!("{}/{path}", glob::Pattern::escape(&root.to_string_lossy()));
    let found = glob::glob(&pattern).map_err(|_| (format!("路径“{path}”写法不对"), "请检查*、?和方括号".to_owned()))?;
    let mut files = Vec::new();
    for entry in found.flatten().filter(|entry| entry.is_file() && !is_scratch(entry)) {
        let shown = entry.strip_prefix(root).unwrap_or(&entry).to_string_lossy().replace('\\', "/");
        files.push(SourceFile { path: entry, shown });
    }
    files.sort_by(|a, b| a.shown.cmp(&b.shown));
    if files.is_empty() { Err(missing()) } else { Ok(files) }
}

/// Files that office programs and systems leave beside the real ones.
fn is_scratch(path: &Path) -> bool {
    path.file_name().is_some_and(|name| {
        let name = name.to_string_lossy();
        name.starts_with("~$") || name.starts_with('.')
    })
}

fn unique_names(shown: &str, sources: &[SourceSpec]) -> Result<(), IntakeError> {
    let mut names = BTreeSet::new();
    for source in sources {
        if !names.insert(source.name.as_str()) {
            return Err(IntakeError::new(shown, format!("有两个来源都叫“{}”", source.name))
                .hinted("同一种数据出现两次时，请给每段[[source]]写上不同的name"));
        }
    }
    Ok(())
}
