//! What is sent: read, and held against what the document says, before anybody answers.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequestParts as _, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::caller::Caller;
use super::code::Code;
use super::problem::{At, KIND, Problem};
use super::shape::{Amiss, Shape};
use super::word;
use crate::App;
use crate::http::upload::{self, FileLimit, SentFile, Token};

/// The largest body.
const BODY: usize = 512 * 1024;
pub(super) const JSON: &str = "application/json";
const KEY: &str = "idempotency-key";

/// What is sent, as it is checked.
#[derive(Debug)]
pub(crate) struct Shapes {
    pub(crate) parameters: Shape,
    pub(super) body: Option<Shape>,
    /// Whether the body is a form that brings files, and how much of them.
    pub(crate) files: Option<FileLimit>,
    /// The kinds of answer.
    pub(super) gives: &'static [&'static str],
}

impl Shapes {
    /// Parameters, a body of JSON, an answer of JSON.
    pub(super) fn of<P: ToSchema, B: ToSchema>() -> Self {
        Self { parameters: Shape::of::<P>(), body: Some(Shape::of::<B>()), files: None, gives: &[JSON] }
    }
}

/// What was sent, checked.
pub(super) struct Sent {
    pub(super) caller: Caller,
    pub(super) parameters: Value,
    pub(super) body: Value,
    pub(super) files: Vec<SentFile>,
    pub(super) path: String,
}

/// What passed its schema fits its type; where it nevertheless does not, nothing of it is told.
pub(super) fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|_| Problem::new(Code::Invalid))
}

/// The name that a request was given.
pub(super) fn name(headers: &HeaderMap) -> Result<String, Problem> {
    let mut all = headers.get_all(KEY).iter();
    let given = all.next().and_then(|name| name.to_str().ok()).filter(|name| word::is_key(name));
    given.filter(|_| all.next().is_none()).map(str::to_owned).ok_or_else(|| Problem::new(Code::NoKey))
}

/// The versions that were looked at (`If-Match`); none where any will do.
pub(super) fn seen(headers: &HeaderMap) -> Result<Option<Vec<String>>, Problem> {
    let lines: Vec<&str> =
        headers.get_all(header::IF_MATCH).iter().map(|line| line.to_str().unwrap_or_default()).collect();
    let text = lines.join(",");
    if lines.is_empty() || text.trim() == "*" {
        return Ok(None);
    }
    let versions: Option<Vec<String>> = text.split(',').map(|tag| word::version(tag.trim())).collect();
    versions.map(Some).ok_or_else(|| Problem::new(Code::BadVersion))
}

/// Reads a request and holds it against what the document says.
pub(super) async fn sent(app: &App, shapes: &Shapes, request: Request) -> Result<Sent, Problem> {
    let (mut parts, body) = request.into_parts();
    accepts(&parts.headers, shapes.gives)?;
    let caller = Caller::from_request_parts(&mut parts, &()).await?;
    let parameters = parameters(&shapes.parameters, &mut parts).await?;
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let (body, files) = match (&shapes.body, shapes.files) {
        (None, _) => (json!({}), Vec::new()),
        (Some(shape), None) => (held(shape, json_of(&parts.headers, body).await?)?, Vec::new()),
        (Some(shape), Some(limit)) => {
            let (typed, files) = form_of(app, shape, limit, &parts.headers, body).await?;
            (held(shape, typed)?, files)
        }
    };
    Ok(Sent { caller, parameters, body, files, path })
}

/// A body that is as its schema says.
fn held(shape: &Shape, body: Value) -> Result<Value, Problem> {
    let amiss = shape.amiss(&body);
    if amiss.is_empty() {
        return Ok(body);
    }
    let at = |Amiss { pointer, detail }| At { pointer: Some(pointer), parameter: None, detail };
    Err(Problem::new(Code::Invalid).with(amiss.into_iter().map(at).collect()))
}

async fn json_of(headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    is_json(headers)?;
    let bytes = to_bytes(body, BODY).await.map_err(|_| Problem::new(Code::TooLarge))?;
    let mut body: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::new(Code::BadJson))?;
    whole(&mut body);
    Ok(body)
}

/// A form as an object: what was typed by its fields, and what files are called.
async fn form_of(
    app: &App,
    shape: &Shape,
    limit: FileLimit,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Value, Vec<SentFile>), Problem> {
    if !upload::is_form(headers) {
        return Err(Problem::new(Code::NotForm));
    }
    let mut sent = upload::take(app, limit, headers, body, Token::InHead).await?;
    let mut typed = Map::new();
    for (name, text) in sent.fields() {
        let schema = shape.members().find(|(known, _)| *known == name).map(|(_, schema)| schema);
        let value = schema.map_or_else(|| Value::from(text), |schema| shape.read(schema, text));
        typed.insert(name.to_owned(), value);
    }
    let files = std::mem::take(&mut sent.files);
    for file in &files {
        let all = typed.entry(file.field.clone()).or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.push(Value::from(file.name.clone()));
        }
    }
    Ok((Value::Object(typed), files))
}

/// An integer may be written `7.0`: to JSON that is the same number.
fn whole(value: &mut Value) {
    match value {
        Value::Number(number) if !number.is_i64() => {
            let float = number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_991.0);
            if let Some(float) = float {
                *value = Value::from(float as i64);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(whole),
        Value::Object(members) => members.values_mut().for_each(whole),
        _ => {}
    }
}

fn accepts(headers: &HeaderMap, gives: &[&str]) -> Result<(), Problem> {
    let mut lines = headers.get_all(header::ACCEPT).iter().peekable();
    let all = lines.peek().is_none();
    let fits = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let given = |kind: &&str| {
            let kind = kind.split(';').next().unwrap_or_default();
            kind == range || kind.split_once('/').is_some_and(|(family, _)| range == format!("{family}/*"))
        };
        range == "*/*" || range == KIND || gives.iter().any(given)
    };
    let mut ranges = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    if all || ranges.any(fits) { Ok(()) } else { Err(Problem::new(Code::NotAcceptable)) }
}

fn is_json(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(JSON) { Ok(()) } else { Err(Problem::new(Code::NotJson)) }
}

/// Parameters of path and query as one object. What is wrong in a path is a record that is not there.
async fn parameters(shape: &Shape, parts: &mut Parts) -> Result<Value, Problem> {
    let in_path = RawPathParams::from_request_parts(parts, &()).await.map_err(|_| Problem::nothing())?;
    let mut given = Map::new();
    let schema = |name: &str| shape.members().find(|(known, _)| *known == name).map(|(_, schema)| schema);
    for (name, text) in &in_path {
        if let Some(schema) = schema(name) {
            given.insert(name.to_owned(), shape.read(schema, text));
        }
    }
    let paths: Vec<String> = given.keys().cloned().collect();
    let mut errors = Vec::new();
    let query = parts.uri.query().unwrap_or_default();
    for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
        let Some(schema) = schema(&name).filter(|_| !paths.contains(&name.to_string())) else {
            let known: Vec<&str> = shape
                .members()
                .map(|(name, _)| name.as_str())
                .filter(|name| !paths.iter().any(|path| path == name))
                .collect();
            let hint = if known.is_empty() {
                "这个接口没有查询参数。".to_owned()
            } else {
                format!("可用的参数：{}。", known.join("、"))
            };
            return Err(Problem::new(Code::UnknownParameter).said(Code::UnknownParameter.title(), hint));
        };
        if given.insert(name.to_string(), shape.read(schema, &text)).is_some() {
            let detail = "同一个参数写了两次。".to_owned();
            errors.push(At { pointer: None, parameter: Some(name.into_owned()), detail });
        }
    }
    let given = Value::Object(given);
    for Amiss { pointer, detail } in shape.amiss(&given) {
        let name = pointer.trim_start_matches('/').to_owned();
        match name.as_str() {
            name if paths.iter().any(|path| path == name) => return Err(Problem::nothing()),
            "cursor" => return Err(Problem::new(Code::BadCursor)),
            _ => errors.push(At { pointer: None, parameter: Some(name), detail }),
        }
    }
    if errors.is_empty() { Ok(given) } else { Err(Problem::new(Code::BadParameter).with(errors)) }
}
