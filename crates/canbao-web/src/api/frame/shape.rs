//! What is sent, held against the very schema that the document shows: what is told there is what is enforced.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use canbao_domain::date::Date;
use regex::Regex;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Schemas by their names in the document.
type Named = HashMap<String, Value>;

/// A schema with all that it refers to.
#[derive(Debug)]
pub struct Shape {
    root: Value,
    named: Named,
    patterns: HashMap<String, Regex>,
}

/// A place that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amiss {
    /// A JSON pointer; of names that were sent, only such as the schema knows.
    pub pointer: String,
    /// What is wrong, a Chinese sentence.
    pub detail: String,
}

impl Shape {
    /// The shape of a type.
    pub(crate) fn of<T: ToSchema>() -> Self {
        let mut all = Vec::new();
        T::schemas(&mut all);
        let value = |schema| serde_json::to_value(schema).unwrap_or_default();
        let named = all.into_iter().map(|(name, schema)| (name, value(schema))).collect();
        Self::new(value(T::schema()), named)
    }

    /// A schema of a whole document.
    pub fn in_document(document: &Value, schema: &Value) -> Self {
        let named = document.pointer("/components/schemas").and_then(Value::as_object);
        let named = named.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())).collect();
        Self::new(schema.clone(), named)
    }

    fn new(root: Value, named: Named) -> Self {
        let mut patterns = HashMap::new();
        for schema in named.values().chain([&root]) {
            collect(schema, &mut patterns);
        }
        Self { root, named, patterns }
    }

    /// The schemas of an object's members, in order.
    pub(crate) fn members(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.root.get("properties").and_then(Value::as_object).into_iter().flatten()
    }

    /// Whether an object must have a member.
    pub(crate) fn is_required(&self, name: &str) -> bool {
        let required = self.root.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|required| required == name))
    }

    /// A parameter's text as the value that its schema wants; as a text where it is none such.
    pub(crate) fn read(&self, schema: &Value, text: &str) -> Value {
        let schema = self.resolved(schema);
        let one_of = schema.get("oneOf").and_then(Value::as_array);
        if let Some(schema) = one_of.and_then(|all| all.iter().find(|one| !is_null(one))) {
            return self.read(schema, text);
        }
        let plain = text.strip_prefix('-').unwrap_or(text);
        let is_number = !plain.is_empty() && plain.bytes().all(|byte| byte.is_ascii_digit());
        match text {
            "true" | "false" if is_of(schema, "boolean") => Value::Bool(text == "true"),
            _ if is_number && is_of(schema, "integer") => {
                text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from)
            }
            _ => Value::from(text),
        }
    }

    /// All that is wrong with a value.
    pub fn amiss(&self, value: &Value) -> Vec<Amiss> {
        let mut found = Vec::new();
        self.check(&self.root, value, "", &mut found);
        found
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.rsplit('/').next());
        name.and_then(|name| self.named.get(name)).unwrap_or(schema)
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<Amiss>) {
        let schema = self.resolved(schema);
        if let Some(all) = schema.get("oneOf").and_then(Value::as_array) {
            return self.one_of(all, value, at, found);
        }
        if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
            return all.iter().for_each(|one| self.check(one, value, at, found));
        }
        let mut say = |detail: String| found.push(Amiss { pointer: at.to_owned(), detail });
        if let Some(kinds) = schema.get("type")
            && !self.is_of_kind(kinds, value)
        {
            return say(format!("应当是{}。", chinese(kinds)));
        }
        if let Some(words) = schema.get("enum").and_then(Value::as_array)
            && !words.contains(value)
        {
            let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
            return say(format!("不是可用的值；可用的有 {}。", words.join("、")));
        }
        match value {
            Value::String(text) => self.check_text(schema, text, say),
            Value::Number(number) => check_number(schema, number.as_i64(), say),
            Value::Array(items) => {
                let (least, most) = (limit(schema, "minItems"), limit(schema, "maxItems"));
                if least.is_some_and(|least| items.len() < least) || most.is_some_and(|most| items.len() > most) {
                    say(between(least, most, "项"));
                }
                if let Some(of) = schema.get("items") {
                    for (place, item) in items.iter().enumerate() {
                        self.check(of, item, &format!("{at}/{place}"), found);
                    }
                }
            }
            Value::Object(members) => self.check_members(schema, members, at, found),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn one_of(&self, all: &[Value], value: &Value, at: &str, found: &mut Vec<Amiss>) {
        let mut nearest: Option<Vec<Amiss>> = None;
        for one in all.iter().filter(|one| value.is_null() || !is_null(one)) {
            let schema = self.resolved(one);
            // a member that has one word alone says which is meant
            let is_meant = |(name, schema): (&String, &Value)| match schema.get("enum").and_then(Value::as_array) {
                Some(words) if words.len() == 1 => value.get(name).is_some_and(|given| words.contains(given)),
                _ => true,
            };
            let members = schema.get("properties").and_then(Value::as_object);
            if !members.is_none_or(|members| members.iter().all(is_meant)) {
                continue;
            }
            let mut amiss = Vec::new();
            self.check(one, value, at, &mut amiss);
            if amiss.is_empty() {
                return;
            }
            nearest = nearest.or(Some(amiss));
        }
        let unknown =
            || vec![Amiss { pointer: at.to_owned(), detail: "不是文档所列的任何一种。".to_owned() }];
        found.extend(nearest.unwrap_or_else(unknown));
    }

    fn is_of_kind(&self, kinds: &Value, value: &Value) -> bool {
        let is = |kind: &str| match kind {
            "string" => value.is_string(),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            "null" => value.is_null(),
            _ => false,
        };
        match kinds {
            Value::String(kind) => is(kind),
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(is),
            _ => true,
        }
    }

    fn check_text(&self, schema: &Value, text: &str, mut say: impl FnMut(String)) {
        let (least, most) = (limit(schema, "minLength"), limit(schema, "maxLength"));
        let length = text.chars().count();
        if least.is_some_and(|least| length < least) || most.is_some_and(|most| length > most) {
            return say(between(least, most, "个字符"));
        }
        let pattern = schema.get("pattern").and_then(Value::as_str);
        if let Some(pattern) = pattern
            && !self.patterns.get(pattern).is_some_and(|pattern| pattern.is_match(text))
        {
            return say(format!("写法不对，应符合 {pattern}。"));
        }
        let is_date = schema.get("format").is_some_and(|format| format == "date");
        if is_date && Date::parse(text).is_none_or(|date| date.to_string() != text) {
            say("不是日期；请写成 2016-11-01 的样子。".to_owned());
        }
    }

    fn check_members(&self, schema: &Value, members: &Map<String, Value>, at: &str, found: &mut Vec<Amiss>) {
        let empty = Map::new();
        let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                found.push(Amiss { pointer: format!("{at}/{name}"), detail: "没有填写。".to_owned() });
            }
        }
        // the name that was sent is not repeated: it may be anything
        if schema.get("additionalProperties") == Some(&Value::Bool(false))
            && members.keys().any(|name| !known.contains_key(name))
        {
            let names: Vec<&str> = known.keys().map(String::as_str).collect();
            let detail = if names.is_empty() {
                "有多余的字段；这里不带字段。".to_owned()
            } else {
                format!("有不认识的字段；可用的有 {}。", names.join("、"))
            };
            found.push(Amiss { pointer: at.to_owned(), detail });
        }
        for (name, schema) in known {
            if let Some(value) = members.get(name) {
                self.check(schema, value, &format!("{at}/{name}"), found);
            }
        }
        if let Some(of) = schema.get("additionalProperties").filter(|of| of.is_object()) {
            for (_, value) in members.iter().filter(|(name, _)| !known.contains_key(*name)) {
                self.check(of, value, at, found);
            }
        }
    }
}

fn check_number(schema: &Value, number: Option<i64>, mut say: impl FnMut(String)) {
    let limit = |name: &str| schema.get(name).and_then(|limit| limit.as_i64().or(limit.as_f64().map(|n| n as i64)));
    let (least, most) = (limit("minimum"), limit("maximum"));
    let Some(number) = number else { return };
    if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
        say(match (least, most) {
            (Some(least), Some(most)) => format!("应当在 {least} 到 {most} 之间。"),
            (Some(least), None) => format!("应当不小于 {least}。"),
            (_, most) => format!("应当不大于 {}。", most.unwrap_or_default()),
        });
    }
}

fn limit(schema: &Value, name: &str) -> Option<usize> {
    schema.get(name).and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok())
}

fn between(least: Option<usize>, most: Option<usize>, what: &str) -> String {
    match (least, most) {
        (Some(least), Some(most)) if least == most => format!("应当是 {least} {what}。"),
        (Some(least), Some(most)) => format!("应当有 {least} 到 {most} {what}。"),
        (Some(least), None) => format!("至少要有 {least} {what}。"),
        (_, most) => format!("最多 {} {what}。", most.unwrap_or_default()),
    }
}

fn is_of(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(one)) => one == kind,
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        _ => false,
    }
}

/// Whether a schema lets nothing but null through.
fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

fn chinese(kinds: &Value) -> String {
    let name = |kind: &str| match kind {
        "string" => "字符串",
        "integer" => "整数",
        "number" => "数字",
        "boolean" => "true 或 false",
        "array" => "数组",
        "object" => "对象",
        _ => "空",
    };
    match kinds {
        Value::String(kind) => name(kind).to_owned(),
        Value::Array(kinds) => kinds
            .iter()
            .filter_map(Value::as_str)
            .filter(|kind| *kind != "null")
            .map(name)
            .collect::<Vec<_>>()
            .join("或"),
        _ => "别的类型".to_owned(),
    }
}

/// A pattern, compiled once for all the schemas that have it: most calls hold the same ones.
fn compiled(pattern: &str) -> Option<Regex> {
    static ALL: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok()).clone()
}

fn collect(schema: &Value, patterns: &mut HashMap<String, Regex>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::String(pattern)) = members.get("pattern")
                && let Some(compiled) = compiled(pattern)
            {
                patterns.insert(pattern.clone(), compiled);
            }
            members.values().for_each(|member| collect(member, patterns));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, patterns)),
        _ => {}
    }
}
