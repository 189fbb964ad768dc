//! A call: who may, what is sent, what answers it, what is answered. From this one description come the route, the checks
//! of what is sent, and the document.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequestParts as _, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use canbao_registry::{Once, Registry};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::caller::Caller;
use super::code::Code;
use super::problem::{At, Problem};
use super::receipt::Receipt;
use super::shape::{Amiss, Shape};
use super::{Told, word};
use crate::App;
use crate::right::Right;

/// The largest body.
const BODY: usize = 512 * 1024;
const JSON: &str = "application/json";
const KEY: &str = "idempotency-key";

/// Nothing is sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl Told for Nothing {
    fn example() -> Value {
        json!({})
    }
}

/// What answers a call is given.
pub(crate) struct Ask<P = Nothing, B = Nothing> {
    pub(crate) app: App,
    pub(crate) caller: Caller,
    /// In what changes something, the registry that does it once; else the app's.
    pub(crate) registry: Registry,
    /// Parameters of path and query.
    pub(crate) given: P,
    /// The body.
    pub(crate) body: B,
}

/// What kind of call it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `GET`.
    Read,
    /// `POST` of what must not stand in an address; nothing is changed.
    Ask,
    /// `POST` that changes something, once under the name that it is given.
    Act,
}

/// A schema, by reference, with what stands behind it and an example.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
    pub(crate) example: Value,
}

impl Part {
    pub(crate) fn of<T: Told>() -> Self {
        let mut schemas = vec![(T::name().into_owned(), T::schema())];
        T::schemas(&mut schemas);
        Self { name: T::name().into_owned(), schemas, example: T::example() }
    }
}

/// A call of the interface.
pub(crate) struct Call {
    pub(crate) kind: Kind,
    pub(crate) path: &'static str,
    pub(crate) right: Right,
    /// `operationId`, by which programs that are generated call it.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) about: &'static str,
    pub(crate) shapes: Arc<Shapes>,
    pub(crate) body: Option<Part>,
    pub(crate) answer: Part,
    pub(crate) parameters: Vec<(String, RefOr<Schema>)>,
    pub(crate) versioned: bool,
    pub(crate) serve: MethodRouter<App>,
}

/// What is sent, as it is checked.
#[derive(Debug)]
pub(crate) struct Shapes {
    pub(crate) parameters: Shape,
    body: Option<Shape>,
}

/// What was sent, checked.
struct Sent {
    caller: Caller,
    parameters: Value,
    body: Value,
    headers: HeaderMap,
    path: String,
}

impl Call {
    /// A `GET`.
    pub(crate) fn read<P, T, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        T: Serialize + Told + 'static,
        H: Fn(Ask<P>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let shapes = Arc::new(Shapes { parameters: Shape::of::<P>(), body: None });
        let serve = plain::<P, Nothing, T, H, F>(MethodFilter::GET, Arc::clone(&shapes), handler);
        Self::new::<P, T>(Kind::Read, id, summary, path, right, shapes, None, serve)
    }

    /// A `POST` that changes nothing: what is sent must not stand in an address.
    pub(crate) fn ask<P, B, T, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        T: Serialize + Told + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<T, Problem>> + Send + 'static,
    {
        let shapes = Arc::new(Shapes { parameters: Shape::of::<P>(), body: Some(Shape::of::<B>()) });
        let serve = plain::<P, B, T, H, F>(MethodFilter::POST, Arc::clone(&shapes), handler);
        Self::new::<P, T>(Kind::Ask, id, summary, path, right, shapes, Some(Part::of::<B>()), serve)
    }

    /// A `POST` that changes something, in one transaction of `Ask::registry`; its receipt is the answer.
    pub(crate) fn act<P, B, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let shapes = Arc::new(Shapes { parameters: Shape::of::<P>(), body: Some(Shape::of::<B>()) });
        let serve = acting::<P, B, H, F>(Arc::clone(&shapes), handler);
        Self::new::<P, Receipt>(Kind::Act, id, summary, path, right, shapes, Some(Part::of::<B>()), serve)
    }

    /// The same with more to be said of it.
    pub(crate) const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// The same, whose answer has a version.
    pub(crate) const fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a call")]
    fn new<P: ToSchema, T: Told>(
        kind: Kind,
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        shapes: Arc<Shapes>,
        body: Option<Part>,
        serve: MethodRouter<App>,
    ) -> Self {
        let mut parameters = Vec::new();
        P::schemas(&mut parameters);
        let (about, versioned, answer) = ("", false, Part::of::<T>());
        Self { kind, path, right, id, summary, about, shapes, body, answer, parameters, versioned, serve }
    }

    /// The method.
    pub(crate) const fn method(&self) -> MethodFilter {
        match self.kind {
            Kind::Read => MethodFilter::GET,
            Kind::Ask | Kind::Act => MethodFilter::POST,
        }
    }
}

fn plain<P, B, T, H, F>(method: MethodFilter, shapes: Arc<Shapes>, handler: H) -> MethodRouter<App>
where
    P: DeserializeOwned + Send + 'static,
    B: DeserializeOwned + Send + 'static,
    T: Serialize + Told + 'static,
    H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    on(method, move |State(app): State<App>, request: Request| {
        let (shapes, handler) = (Arc::clone(&shapes), handler.clone());
        async move {
            let answered = async {
                let sent = sent(&shapes, request).await?;
                let (given, body) = (typed(sent.parameters)?, typed(sent.body)?);
                let registry = app.registry.clone();
                handler(Ask { app, caller: sent.caller, registry, given, body }).await
            };
            match answered.await {
                Ok(answer) => written(&answer, answer.version()),
                Err(problem) => problem.into_response(),
            }
        }
    })
}

fn acting<P, B, H, F>(shapes: Arc<Shapes>, handler: H) -> MethodRouter<App>
where
    P: DeserializeOwned + Send + 'static,
    B: DeserializeOwned + Send + 'static,
    H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Problem>> + Send + 'static,
{
    on(MethodFilter::POST, move |State(app): State<App>, request: Request| {
        let (shapes, handler) = (Arc::clone(&shapes), handler.clone());
        async move {
            let answered = async {
                let sent = sent(&shapes, request).await?;
                let name = name(&sent.headers)?;
                let asked = format!("{}\n{}", sent.path, sent.body);
                let account = sent.caller.account.id;
                let once = Once { account, name: &name, asked: asked.as_bytes() };
                let known = app.registry.clone();
                if let Some(done) = known.receipt(once).await? {
                    return Ok(done);
                }
                let (given, body) = (typed(sent.parameters)?, typed(sent.body)?);
                let registry = known.once(once);
                let did = handler(Ask { app, caller: sent.caller, registry, given, body }).await;
                // where it was refused because the same was done meanwhile, that is the answer
                match (known.receipt(once).await?, did) {
                    (Some(done), _) => Ok(done),
                    (None, Err(problem)) => Err(problem),
                    (None, Ok(())) => {
                        Err(Problem::new(Code::Refused).said("没有什么要改的。", "请重新查看现在的情况。"))
                    }
                }
            };
            match answered.await {
                Ok(done) => written(&Receipt::of(done), None),
                Err(problem) => problem.into_response(),
            }
        }
    })
}

fn written<T: Serialize>(answer: &T, version: Option<i64>) -> Response {
    let Ok(text) = serde_json::to_string(answer) else { return Problem::new(Code::Internal).into_response() };
    let mut response = ([(header::CONTENT_TYPE, JSON)], text).into_response();
    if let Some(tag) = version.and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// What passed its schema fits its type; where it nevertheless does not, nothing of it is told.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_json::from_value(value).map_err(|_| Problem::new(Code::Invalid))
}

/// The name that a request was given.
fn name(headers: &HeaderMap) -> Result<String, Problem> {
    let mut all = headers.get_all(KEY).iter();
    let given = all.next().and_then(|name| name.to_str().ok()).filter(|name| word::is_key(name));
    given.filter(|_| all.next().is_none()).map(str::to_owned).ok_or_else(|| Problem::new(Code::NoKey))
}

/// Reads a request and holds it against what the document says.
async fn sent(shapes: &Shapes, request: Request) -> Result<Sent, Problem> {
    let (mut parts, body) = request.into_parts();
    accepts(&parts.headers)?;
    let caller = Caller::from_request_parts(&mut parts, &()).await?;
    let parameters = parameters(&shapes.parameters, &mut parts).await?;
    let body = match &shapes.body {
        None => json!({}),
        Some(shape) => {
            is_json(&parts.headers)?;
            let bytes = to_bytes(body, BODY).await.map_err(|_| Problem::new(Code::TooLarge))?;
            let mut body: Value = serde_json::from_slice(&bytes).map_err(|_| Problem::new(Code::BadJson))?;
            whole(&mut body);
            let amiss = shape.amiss(&body);
            if !amiss.is_empty() {
                let at = |Amiss { pointer, detail }| At { pointer: Some(pointer), parameter: None, detail };
                return Err(Problem::new(Code::Invalid).with(amiss.into_iter().map(at).collect()));
            }
            body
        }
    };
    let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    Ok(Sent { caller, parameters, body, headers: parts.headers, path })
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

fn accepts(headers: &HeaderMap) -> Result<(), Problem> {
    let mut lines = headers.get_all(header::ACCEPT).iter().peekable();
    let all = lines.peek().is_none();
    let fits = |range: &str| {
        let range = range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        matches!(range.as_str(), "*/*" | "application/*" | JSON | super::problem::KIND)
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
