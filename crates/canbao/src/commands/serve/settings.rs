//! The settings of `canbao serve`: from its file, from the environment, checked one by one, each wrong one told by where it
//! stands.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::de::DeTable;
use toml::{Table, Value};

use crate::output::failure::Failure;
use crate::output::memory::MemoryLimit;

/// The file with everything, and what each setting means.
pub(super) const EXAMPLE: &str = include_str!("../../../../../deploy/canbao.example.toml");

/// All settings. Empty text: not set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Settings {
    pub(super) listen: String,
    pub(super) database: String,
    pub(super) key_file: String,
    pub(super) identity_file: String,
    pub(super) office: String,
    pub(super) data: String,
    pub(super) tls: String,
    pub(super) tls_names: Vec<String>,
    pub(super) tls_certificate: String,
    pub(super) tls_key: String,
    pub(super) tls_folder: String,
    pub(super) http: String,
    pub(super) secure: bool,
    pub(super) metrics: String,
    pub(super) log_level: String,
    pub(super) log_format: String,
    pub(super) session_idle_minutes: u64,
    pub(super) session_idle_collector_minutes: u64,
    pub(super) session_hours: u64,
    pub(super) upload_extract_mb: u64,
    pub(super) upload_paper_mb: u64,
    pub(super) upload_free_mb: u64,
    pub(super) upload_at_once: usize,
    pub(super) survey_unlock_hours: u64,
    pub(super) survey_keep_days: u64,
    pub(super) withhold_below: u64,
    pub(super) memory_limit: String,
    pub(super) head_seconds: u64,
    pub(super) body_seconds: u64,
    pub(super) body_bytes_per_second: u64,
    pub(super) api_calls_a_minute: u64,
    pub(super) connections: usize,
    pub(super) connections_per_address: usize,
    pub(super) end_seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            listen: text("127.0.0.1:8080"),
            database: String::new(),
            key_file: String::new(),
            identity_file: String::new(),
            office: text("社会保险经办机构"),
            data: String::new(),
            tls: text("off"),
            tls_names: Vec::new(),
            tls_certificate: String::new(),
            tls_key: String::new(),
            tls_folder: String::new(),
            http: String::new(),
            secure: false,
            metrics: String::new(),
            log_level: text("info"),
            log_format: text("plain"),
            session_idle_minutes: 30,
            session_idle_collector_minutes: 120,
            session_hours: 12,
            upload_extract_mb: 2_048,
            upload_paper_mb: 20,
            upload_free_mb: 512,
            upload_at_once: 8,
            survey_unlock_hours: 72,
            survey_keep_days: 14,
            withhold_below: 5,
            memory_limit: text("2GB"),
            head_seconds: 15,
            body_seconds: 60,
            body_bytes_per_second: 4_096,
            api_calls_a_minute: 600,
            connections: 1_000,
            connections_per_address: 200,
            end_seconds: 20,
        }
    }
}

/// Settings that are one of a few words.
const CHOICES: [(&str, &[&str]); 3] = [
    ("tls", &["off", "files", "city-ca"]),
    ("log_level", &["off", "error", "warn", "info"]),
    ("log_format", &["plain", "json"]),
];

/// From and to which number the others go.
const RANGES: [(&str, i64, i64); 17] = [
    ("session_idle_minutes", 1, 720),
    ("session_idle_collector_minutes", 1, 1_440),
    ("session_hours", 1, 168),
    ("upload_extract_mb", 1, 1_048_576),
    ("upload_paper_mb", 1, 10_240),
    ("upload_free_mb", 0, 1_048_576),
    ("upload_at_once", 1, 1_000),
    ("survey_unlock_hours", 1, 720),
    ("survey_keep_days", 1, 365),
    ("withhold_below", 0, 1_000),
    ("head_seconds", 1, 600),
    ("body_seconds", 1, 3_600),
    ("body_bytes_per_second", 1, 1_073_741_824),
    ("api_calls_a_minute", 1, 1_000_000),
    ("connections", 1, 100_000),
    ("connections_per_address", 1, 100_000),
    ("end_seconds", 0, 3_600),
];

/// Where a setting was said.
#[derive(Clone, Debug)]
enum Place {
    Line(String, usize),
    Environment(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(file, line) => write!(f, "配置文件 {file} 第 {line} 行"),
            Self::Environment(name) => write!(f, "环境变量 {name}"),
        }
    }
}

const HINT: &str = "运行 canbao serve --print-config 可以看到全部设置和说明。";

impl Settings {
    /// Those of the file, where there is one, under those of the environment.
    ///
    /// # Errors
    /// Where the file cannot be read, or a setting is not known or not possible: which, and where it stands.
    pub(super) fn read(file: Option<&Path>, environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, Failure> {
        let mut said = BTreeMap::new();
        if let Some(file) = file {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failure::new(format!("配置文件 {} 读不出来：{error}。", file.display()))
                    .hint("请核对 --config 的路径和权限，文件要用 UTF-8 编码。")
            })?;
            said = of_file(&file.display().to_string(), &text)?;
        }
        let mut all = defaults();
        for (key, usual) in all.clone() {
            let name = format!("CANBAO_{}", key.to_uppercase());
            if let Some(text) = environment(&name).filter(|text| !text.is_empty()) {
                let place = Place::Environment(name);
                let value = of_text(&text, &usual).ok_or_else(|| wrong(&place, &key, &usual))?;
                said.insert(key, (value, place));
            }
        }
        for (key, (value, place)) in said {
            check(&key, &value, &place)?;
            all.insert(key, value);
        }
        all.try_into()
            .map_err(|error: toml::de::Error| Failure::new(format!("设置有误：{}。", error.message())).hint(HINT))
    }
}

/// All settings by their names, as they are unless said otherwise.
fn defaults() -> Table {
    // a plain struct of texts, numbers and lists
    Table::try_from(Settings::default()).unwrap_or_default()
}

fn of_file(file: &str, text: &str) -> Result<BTreeMap<String, (Value, Place)>, Failure> {
    let line = |at: usize| 1 + text.get(..at).unwrap_or_default().matches('\n').count();
    let unread = |error: &toml::de::Error| {
        let line = error.span().map_or(1, |span| line(span.start));
        Failure::new(format!("配置文件 {file} 第 {line} 行看不懂（{}）。", error.message()))
            .hint("每行写成 项名 = 值；文字要加英文双引号。")
            .hint(HINT)
    };
    let placed = DeTable::parse(text).map_err(|error| unread(&error))?;
    let values: Table = text.parse().map_err(|error| unread(&error))?;
    let usual = defaults();
    let mut said = BTreeMap::new();
    for key in placed.get_ref().keys() {
        let place = Place::Line(file.to_owned(), line(key.span().start));
        let name = key.get_ref().to_string();
        let Some(usual) = usual.get(&name) else { return Err(unknown(&name, &place)) };
        let value = values.get(&name).filter(|value| value.same_type(usual)).cloned();
        said.insert(name.clone(), (value.ok_or_else(|| wrong(&place, &name, usual))?, place));
    }
    Ok(said)
}

/// What a text of the environment means, by the kind of the usual value.
fn of_text(text: &str, usual: &Value) -> Option<Value> {
    match usual {
        Value::String(_) => Some(text.into()),
        Value::Boolean(_) => text.parse::<bool>().ok().map(Value::from),
        Value::Integer(_) => text.parse::<i64>().ok().map(Value::from),
        Value::Array(_) => {
            let parts = text.split([',', '，']).map(str::trim).filter(|part| !part.is_empty());
            Some(Value::Array(parts.map(Value::from).collect()))
        }
        _ => None,
    }
}

fn check(key: &str, value: &Value, place: &Place) -> Result<(), Failure> {
    if let Some((_, words)) = CHOICES.iter().find(|(known, _)| *known == key)
        && !value.as_str().is_some_and(|word| words.contains(&word))
    {
        return Err(Failure::new(format!("{place}：{key} 不能这样写。"))
            .hint(format!("{key} 应当是其中之一：{}。", quoted(words))));
    }
    if let Some((_, from, to)) = RANGES.iter().find(|(known, ..)| *known == key)
        && !value.as_integer().is_some_and(|number| (*from..=*to).contains(&number))
    {
        return Err(Failure::new(format!("{place}：{key} 超出范围。")).hint(format!("{key} 应当从 {from} 到 {to}。")));
    }
    if key == "memory_limit"
        && let Err(error) = value.as_str().unwrap_or_default().parse::<MemoryLimit>()
    {
        return Err(
            Failure::new(format!("{place}：memory_limit {}。", error.chinese())).hint("例：memory_limit = \"2GB\"")
        );
    }
    if let Value::Array(parts) = value
        && !parts.iter().all(Value::is_str)
    {
        return Err(wrong(place, key, value));
    }
    Ok(())
}

fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join("、")
}

fn wrong(place: &Place, key: &str, usual: &Value) -> Failure {
    let (what, example) = match usual {
        Value::String(_) => ("加引号的文字", format!("{key} = \"…\"")),
        Value::Boolean(_) => (" true 或 false", format!("{key} = true")),
        Value::Integer(_) => ("整数", format!("{key} = {usual}")),
        _ => ("一列文字", format!("{key} = [\"…\", \"…\"]")),
    };
    Failure::new(format!("{place}：{key} 应当是{what}。")).hint(format!("例：{example}")).hint(HINT)
}

fn unknown(name: &str, place: &Place) -> Failure {
    let usual = defaults();
    let near = usual.keys().map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
    let shown = if name.chars().all(|c| c.is_ascii_graphic()) && name.len() <= 40 { name } else { "…" };
    let failure = Failure::new(format!("{place}：没有“{shown}”这个设置。"));
    match near {
        Some((distance, near)) if distance <= 2.max(name.chars().count() / 3) => {
            failure.hint(format!("是不是 {near}？")).hint(HINT)
        }
        _ => failure.hint(HINT),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests;
