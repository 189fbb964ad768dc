//! A call: who may, what is sent, what answers it, what is answered. From this one description come the route, the checks
//! of what is sent, and the document.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use canbao_registry::{Once, Registry, Versioned};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use super::Told;
use super::caller::Caller;
use super::code::Code;
use super::problem::Problem;
use super::receipt::Receipt;
use super::sent::{JSON, Sent, Shapes, name, seen, sent, typed};
use crate::App;
use crate::http::upload::{FileLimit, SentFile};
use crate::right::Right;

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
    /// Files that came with it.
    pub(crate) files: Vec<SentFile>,
}

impl<P, B> Ask<P, B> {
    /// The version of something, before it is read; blank where it is not there.
    pub(crate) async fn version(&self, of: Versioned) -> Result<String, Problem> {
        Ok(self.app.registry.version(&of).await?.unwrap_or_default())
    }
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

/// What comes back.
#[derive(Clone)]
pub(crate) enum Gives {
    /// JSON.
    Json(Part),
    /// A file, of one of these kinds.
    File(&'static [&'static str]),
}

/// Of what a call says which version was looked at, by its parameters.
type Of<P> = fn(&P) -> Versioned;

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
    pub(crate) gives: Gives,
    pub(crate) parameters: Vec<(String, RefOr<Schema>)>,
    /// Whether its answer has a version.
    pub(crate) versioned: bool,
    /// Whether it is refused, though it changes nothing by a name, where things are not so that it could be done.
    pub(crate) refusing: bool,
    /// Whether it may say which version was looked at.
    pub(crate) guarded: bool,
    pub(crate) serve: MethodRouter<App>,
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
        let shapes = Arc::new(Shapes { body: None, ..Shapes::of::<P, Nothing>() });
        let serve = plain::<P, Nothing, T, H, F>(MethodFilter::GET, Arc::clone(&shapes), handler);
        Self::new::<P>(Kind::Read, id, summary, path, right, shapes, None, Gives::Json(Part::of::<T>()), serve)
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
        let shapes = Arc::new(Shapes::of::<P, B>());
        let serve = plain::<P, B, T, H, F>(MethodFilter::POST, Arc::clone(&shapes), handler);
        let (body, gives) = (Some(Part::of::<B>()), Gives::Json(Part::of::<T>()));
        Self::new::<P>(Kind::Ask, id, summary, path, right, shapes, body, gives, serve)
    }

    /// A `POST` that gives a file of one of some kinds; that it was taken is on the log each time.
    pub(crate) fn file<P, B, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        kinds: &'static [&'static str],
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Response, Problem>> + Send + 'static,
    {
        let shapes = Arc::new(Shapes { gives: kinds, ..Shapes::of::<P, B>() });
        let serve = asked::<P, B, H, F>(MethodFilter::POST, Arc::clone(&shapes), handler);
        let (body, gives) = (Some(Part::of::<B>()), Gives::File(kinds));
        Self::new::<P>(Kind::Ask, id, summary, path, right, shapes, body, gives, serve)
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
        Self::acts(id, summary, path, right, Shapes::of::<P, B>(), None, handler)
    }

    /// The same, of what can be changed meanwhile: with `If-Match` it is done where it is still as it was looked at.
    pub(crate) fn act_on<P, B, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        of: Of<P>,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        Self::acts(id, summary, path, right, Shapes::of::<P, B>(), Some(of), handler)
    }

    /// The same, of a form (`multipart/form-data`) that brings files in its member `files`.
    pub(crate) fn upload<P, B, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        limit: FileLimit,
        of: Option<Of<P>>,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let shapes = Shapes { files: Some(limit), ..Shapes::of::<P, B>() };
        Self::acts(id, summary, path, right, shapes, of, handler)
    }

    fn acts<P, B, H, F>(
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        shapes: Shapes,
        of: Option<Of<P>>,
        handler: H,
    ) -> Self
    where
        P: DeserializeOwned + ToSchema + Send + 'static,
        B: DeserializeOwned + Told + Send + 'static,
        H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<(), Problem>> + Send + 'static,
    {
        let shapes = Arc::new(shapes);
        let serve = acting::<P, B, H, F>(Arc::clone(&shapes), of, handler);
        let (body, gives) = (Some(Part::of::<B>()), Gives::Json(Part::of::<Receipt>()));
        let call = Self::new::<P>(Kind::Act, id, summary, path, right, shapes, body, gives, serve);
        Self { guarded: of.is_some(), ..call }
    }

    /// The same with more to be said of it.
    pub(crate) const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// The same, refused (409) where things are not so that it could be done.
    pub(crate) const fn refusing(mut self) -> Self {
        self.refusing = true;
        self
    }

    /// The same, whose answer has a version.
    pub(crate) const fn versioned(mut self) -> Self {
        self.versioned = true;
        self
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a call")]
    fn new<P: ToSchema>(
        kind: Kind,
        id: &'static str,
        summary: &'static str,
        path: &'static str,
        right: Right,
        shapes: Arc<Shapes>,
        body: Option<Part>,
        gives: Gives,
        serve: MethodRouter<App>,
    ) -> Self {
        let mut parameters = Vec::new();
        P::schemas(&mut parameters);
        let (about, versioned, refusing, guarded) = ("", false, false, false);
        Self {
            kind,
            path,
            right,
            id,
            summary,
            about,
            shapes,
            body,
            gives,
            parameters,
            versioned,
            refusing,
            guarded,
            serve,
        }
    }

    /// The method.
    pub(crate) const fn method(&self) -> MethodFilter {
        match self.kind {
            Kind::Read => MethodFilter::GET,
            Kind::Ask | Kind::Act => MethodFilter::POST,
        }
    }
}

/// Answered in JSON.
fn plain<P, B, T, H, F>(method: MethodFilter, shapes: Arc<Shapes>, handler: H) -> MethodRouter<App>
where
    P: DeserializeOwned + Send + 'static,
    B: DeserializeOwned + Send + 'static,
    T: Serialize + Told + 'static,
    H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<T, Problem>> + Send + 'static,
{
    asked(method, shapes, move |ask: Ask<P, B>| {
        let answer = handler(ask);
        async move { answer.await.map(|answer| written(&answer, answer.version())) }
    })
}

/// What changes nothing.
fn asked<P, B, H, F>(method: MethodFilter, shapes: Arc<Shapes>, handler: H) -> MethodRouter<App>
where
    P: DeserializeOwned + Send + 'static,
    B: DeserializeOwned + Send + 'static,
    H: Fn(Ask<P, B>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response, Problem>> + Send + 'static,
{
    on(method, move |State(app): State<App>, request: Request| {
        let (shapes, handler) = (Arc::clone(&shapes), handler.clone());
        async move {
            let answered = async {
                let Sent { caller, parameters, body, files, .. } = sent(&app, &shapes, request).await?;
                let (given, body) = (typed(parameters)?, typed(body)?);
                let registry = app.registry.clone();
                handler(Ask { app, caller, registry, given, body, files }).await
            };
            answered.await.unwrap_or_else(IntoResponse::into_response)
        }
    })
}

/// What changes something.
fn acting<P, B, H, F>(shapes: Arc<Shapes>, of: Option<Of<P>>, handler: H) -> MethodRouter<App>
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
                // before anything large is taken
                let name = name(request.headers())?;
                let seen = seen(request.headers())?;
                let sent = sent(&app, &shapes, request).await?;
                let digests: Vec<&str> = sent.files.iter().map(|file| file.sha256.as_str()).collect();
                let asked = format!("{}\n{}\n{}", sent.path, sent.body, digests.join(" "));
                let account = sent.caller.account.id;
                let once = Once { account, name: &name, asked: asked.as_bytes() };
                let known = app.registry.clone();
                if let Some(done) = known.receipt(once).await? {
                    return Ok(done);
                }
                let Sent { caller, parameters, body, files, .. } = sent;
                let (given, body): (P, B) = (typed(parameters)?, typed(body)?);
                let mut registry = known.once(once);
                if let (Some(of), Some(versions)) = (of, seen) {
                    registry = registry.having_seen(of(&given), versions);
                }
                let did = handler(Ask { app, caller, registry, given, body, files }).await;
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

fn written<T: Serialize>(answer: &T, version: Option<&str>) -> Response {
    let Ok(text) = serde_json::to_string(answer) else { return Problem::new(Code::Internal).into_response() };
    let mut response = ([(header::CONTENT_TYPE, JSON)], text).into_response();
    if let Some(tag) = version
        .filter(|version| !version.is_empty())
        .and_then(|version| HeaderValue::from_str(&format!("\"{version}\"")).ok())
    {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
