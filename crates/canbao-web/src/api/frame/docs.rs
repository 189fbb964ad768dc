//! The document as a page: drawn here from the same text that programs read, without anything from elsewhere.

use std::sync::LazyLock;

use askama::Template;
use axum::extract::State;
use axum::response::Html;
use serde_json::Value;

use super::code::Code;
use super::document;
use crate::fault::Fault;
use crate::{App, asset};

#[derive(Clone)]
struct Group {
    /// Its place in the page.
    at: String,
    name: String,
    about: String,
    calls: Vec<Call>,
}

#[derive(Clone)]
struct Call {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: Vec<String>,
    parameters: Vec<Parameter>,
    request: String,
    fields: Vec<Parameter>,
    /// What an object may be, where it may be several: word, name, members.
    kinds: Vec<[String; 3]>,
    answer: String,
    answered: Vec<Parameter>,
    statuses: String,
}

#[derive(Clone)]
struct Parameter {
    name: String,
    place: &'static str,
    required: bool,
    kind: String,
    about: String,
}

struct Error {
    code: &'static str,
    status: u16,
    title: &'static str,
    hint: &'static str,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct Page {
    title: String,
    about: Vec<Vec<(bool, String)>>,
    groups: Vec<Group>,
    errors: Vec<Error>,
    example: String,
    office: String,
    style: String,
    script: String,
    icon: String,
}

/// What is the same for every reader.
static GROUPS: LazyLock<(Value, Vec<Group>)> = LazyLock::new(|| {
    let document: Value = serde_json::from_str(&document::TEXT).unwrap_or_default();
    let groups = groups(&document);
    (document, groups)
});

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Fault> {
    let (document, groups) = &*GROUPS;
    let error = |code: &Code| Error {
        code: code.as_str(),
        status: code.status().as_u16(),
        title: code.title(),
        hint: code.hint(),
    };
    let page = Page {
        title: text(document, "/info/title"),
        about: text(document, "/info/description").split("\n\n").map(marked).collect(),
        groups: groups.clone(),
        errors: Code::ALL.iter().map(error).collect(),
        example: pretty(&super::problem::Problem::new(Code::RecordChanged).json()),
        office: app.settings.office.clone(),
        style: asset::path("style.css"),
        script: asset::path("app.js"),
        icon: asset::path("icon.svg"),
    };
    crate::page::filled(&page)
}

fn text(value: &Value, at: &str) -> String {
    value.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// A paragraph in pieces; those between backticks or double asterisks are set apart.
fn marked(paragraph: &str) -> Vec<(bool, String)> {
    let pieces = paragraph.replace("**", "`");
    pieces.split('`').enumerate().map(|(at, piece)| (at % 2 == 1, piece.to_owned())).collect()
}

fn groups(document: &Value) -> Vec<Group> {
    let tags = document.get("tags").and_then(Value::as_array).into_iter().flatten();
    tags.enumerate()
        .map(|(at, tag)| {
            let name = text(tag, "/name");
            let mut calls = Vec::new();
            for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
                for (method, told) in item.as_object().into_iter().flatten() {
                    if text(told, "/tags/0") == name {
                        calls.push(call(document, path, method, told));
                    }
                }
            }
            Group { at: format!("g{}", at + 1), name, about: text(tag, "/description"), calls }
        })
        .collect()
}

fn call(document: &Value, path: &str, method: &str, told: &Value) -> Call {
    let parameters = told.get("parameters").and_then(Value::as_array).into_iter().flatten();
    let body = told.pointer("/requestBody/content").and_then(Value::as_object).and_then(|all| all.values().next());
    let answer = told.pointer("/responses/200/content/application~1json");
    let part = |part: Option<&Value>| part.and_then(|part| part.get("example")).map(pretty).unwrap_or_default();
    let fields = |part: Option<&Value>| {
        part.and_then(|part| part.get("schema")).map(|schema| members(document, schema)).unwrap_or_default()
    };
    let statuses = told.get("responses").and_then(Value::as_object).into_iter().flatten();
    Call {
        id: text(told, "/operationId"),
        method: method.to_ascii_uppercase(),
        path: path.to_owned(),
        summary: text(told, "/summary"),
        about: text(told, "/description").split("\n\n").map(|part| part.replace('`', "")).collect(),
        parameters: parameters.map(|told| parameter(document, told)).collect(),
        request: part(body),
        fields: fields(body),
        kinds: body.and_then(|part| part.get("schema")).map(|schema| kinds(document, schema)).unwrap_or_default(),
        answer: answer.map_or_else(|| files(told), |answer| part(Some(answer))),
        answered: fields(answer),
        statuses: statuses.map(|(status, _)| status.clone()).collect::<Vec<_>>().join("、"),
    }
}

/// Of what gives a file, the kinds that it may be of.
fn files(told: &Value) -> String {
    let kinds = told.pointer("/responses/200/content").and_then(Value::as_object).into_iter().flatten();
    kinds.map(|(kind, _)| kind.clone()).collect::<Vec<_>>().join("\n")
}

fn parameter(document: &Value, told: &Value) -> Parameter {
    let schema = told.get("schema").cloned().unwrap_or_default();
    let own = text(told, "/description");
    let of_kind = text(resolved(document, &schema), "/description");
    let both = if own == of_kind || of_kind.is_empty() { own } else { [own, of_kind].join("　") };
    Parameter {
        name: text(told, "/name"),
        place: match told.get("in").and_then(Value::as_str) {
            Some("path") => "地址",
            Some("header") => "请求头",
            _ => "查询",
        },
        required: told.get("required") == Some(&Value::Bool(true)),
        kind: kind(document, &schema),
        about: both.trim().replace('`', ""),
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let at = schema.get("$ref").and_then(Value::as_str).and_then(|at| at.strip_prefix('#'));
    at.and_then(|at| document.pointer(at)).unwrap_or(schema)
}

/// The members of an object, one level deep.
fn members(document: &Value, schema: &Value) -> Vec<Parameter> {
    let schema = resolved(document, schema);
    if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        return all.iter().flat_map(|one| members(document, one)).collect();
    }
    let required = schema.get("required").and_then(Value::as_array);
    let members = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    members
        .map(|(name, schema)| {
            let own = text(schema, "/description");
            let of_kind = text(resolved(document, not_null(schema)), "/description");
            let about = if own.is_empty() || own == of_kind { of_kind } else { own };
            Parameter {
                name: name.clone(),
                place: "",
                required: required.is_some_and(|names| names.iter().any(|known| known == name)),
                kind: kind(document, schema),
                about: about.replace('`', ""),
            }
        })
        .collect()
}

/// The kinds of the first member that may be several.
fn kinds(document: &Value, schema: &Value) -> Vec<[String; 3]> {
    let own = resolved(document, schema).get("properties").and_then(Value::as_object).into_iter().flatten();
    let all = own.filter_map(|(_, schema)| resolved(document, schema).get("oneOf").and_then(Value::as_array));
    let several = all.filter(|all| all.iter().all(|one| one.get("properties").is_some())).flatten();
    several
        .map(|one| {
            let others = members(document, one).into_iter().filter(|member| member.name != "procedure");
            let named = others.map(
                |Parameter { name, required, .. }| {
                    if required { name } else { format!("{name}（可不写）") }
                },
            );
            let named: Vec<String> = named.collect();
            [text(one, "/properties/procedure/enum/0"), text(one, "/title"), named.join("、")]
        })
        .collect()
}

/// A schema without the null that it lets through beside.
fn not_null(schema: &Value) -> &Value {
    let all = schema.get("oneOf").and_then(Value::as_array);
    let one = all.and_then(|all| all.iter().find(|one| one.get("type").is_none_or(|kind| kind != "null")));
    one.unwrap_or(schema)
}

/// What kind of value it is, in a few words.
fn kind(document: &Value, schema: &Value) -> String {
    let whole = resolved(document, not_null(schema));
    let kinds = match whole.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or_default().to_owned()
        }
        _ => "object".to_owned(),
    };
    let said = match kinds.as_str() {
        "string" => "字符串",
        "integer" => "整数",
        "boolean" => "是否",
        "array" => "数组",
        "number" => "数字",
        _ => "对象",
    };
    let number = |name: &str| whole.get(name).and_then(Value::as_i64);
    match (number("minimum"), number("maximum"), number("minLength"), number("maxLength")) {
        (Some(least), Some(most), ..) if most < 1_000_000 => format!("{said}，{least}–{most}"),
        (_, _, Some(least), Some(most)) if least == most => format!("{said}，{most} 个字符"),
        (_, _, Some(least), Some(most)) => format!("{said}，{least}–{most} 个字符"),
        (_, _, None, Some(most)) => format!("{said}，最多 {most} 个字符"),
        _ => said.to_owned(),
    }
}
