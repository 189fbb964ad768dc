//! What every request passes before its page: who is it, may they, does the form come from a page of ours.

use std::error::Error;
use std::io::ErrorKind;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use canbao_registry::account::Needs;

use super::visitor::Visitor;
use super::{Access, may};
use crate::fault::Fault;
use crate::http::upload::{self, Carried, FileLimit, Sent, Token};
use crate::http::{cookie, origin};
use crate::page::login;
use crate::page::resume::{self, Came, Onward};
use crate::{App, api, survey, watch};

/// The largest form.
const FORM: usize = 256 * 1024;
/// Where a page's own script shows the session's token.
const TOKEN: &str = "x-canbao-token";
const FORM_TYPE: &str = "application/x-www-form-urlencoded";

/// A route's guard.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) app: App,
    pub(crate) access: Access,
    pub(crate) files: Option<FileLimit>,
    /// How many bytes a page's own script sends at most.
    pub(crate) data: Option<usize>,
}

pub(crate) async fn gate(State(gate): State<Gate>, request: Request, next: Next) -> Result<Response, Fault> {
    let Gate { app, access, files, data } = gate;
    if let Access::Token(right) = access {
        return Ok(api::gate::pass(app, right, request, next).await);
    }
    let changes = request.method() == Method::POST;
    if changes && !origin::is_own(request.headers()) {
        return Err(Fault::Forged);
    }
    if access == Access::Anybody {
        return Ok(next.run(request).await);
    }
    let token = cookie::session(request.headers(), app.settings.secure).map(str::to_owned);
    let known = match &token {
        Some(token) => app.registry.session(token).await?,
        None => None,
    };
    let (Some(token), Some((session, account))) = (token, known) else {
        if data.is_some() {
            return Ok(survey::told(StatusCode::UNAUTHORIZED, "登录已经结束。", "请重新登录。"));
        }
        return nobody(&app, access, files.is_some(), request).await;
    };
    watch::asked_by(account.id);
    if data.is_some() && !access.lets(&session, account.role) {
        return Ok(survey::told(StatusCode::FORBIDDEN, "现在不能办理这一项。", "请回到首页，按提示办理。"));
    }
    if let Access::May(right) = access {
        match session.needs {
            Needs::NewPassword => return Ok(Redirect::to("/password").into_response()),
            Needs::SecondFactor => return Ok(Redirect::to("/factor").into_response()),
            Needs::Nothing if !may(account.role, right) => return Err(Fault::MayNot),
            Needs::Nothing => {}
        }
    }
    let (parts, mut body) = request.into_parts();
    let mut sent = None;
    // a form that may send files need not: then it comes as any other
    let is_form =
        parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(FORM_TYPE.as_bytes()));
    if let Some(most) = data.filter(|_| changes) {
        let given = parts.headers.get(TOKEN).and_then(|given| given.to_str().ok());
        if !given.is_some_and(|given| same(given, &session.csrf)) {
            return Ok(survey::told(StatusCode::FORBIDDEN, "这个页面已经过期。", "请重新打开。"));
        }
        let bytes = to_bytes(body, most).await.map_err(|error| cut(&error))?;
        body = Body::from(bytes);
    } else if let Some(limit) = files.filter(|_| !is_form) {
        let ours = |token: &str| same(token, &session.csrf);
        let token = Token::First(&ours);
        let form = upload::take(&app, limit, &parts.headers, std::mem::take(&mut body), token).await?;
        sent = Some(Carried::new(form));
    } else if changes {
        // no handler can forget it: a form without the session's token never gets there
        if !is_form {
            return Err(Fault::Forged);
        }
        let bytes = to_bytes(body, FORM).await.map_err(|error| cut(&error))?;
        let given = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf");
        if !given.is_some_and(|(_, value)| same(&value, &session.csrf)) {
            // a page of ours that an earlier session drew: what was typed there is asked about, and never just done
            let came = Came::plain(&parts.headers, &bytes);
            return match came.and_then(|came| typed(access, &parts, came, None)) {
                Some(onward) => resume::page(&app, &onward, &session.csrf, false),
                None => Err(Fault::Forged),
            };
        }
        if files.is_some() {
            sent = Some(Carried::new(Sent::of(url::form_urlencoded::parse(&bytes).into_owned().collect())));
        }
        body = Body::from(bytes);
    }
    let areas = app.registry.areas().await?;
    let visitor = Visitor::new(account, session, &token, areas, cookie::area(&parts.headers));
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(visitor);
    if let Some(sent) = sent {
        request.extensions_mut().insert(sent);
    }
    Ok(next.run(request).await)
}

/// Why a form did not come whole.
fn cut(error: &axum::Error) -> Fault {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::TimedOut) {
            return Fault::TooSlow;
        }
        cause = error.source();
    }
    Fault::TooMuch
}

/// Compared without telling by time how much is right.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

/// To the login, and from there back where they wanted to go: to a page, or on with the form that they had filled.
async fn nobody(app: &App, access: Access, sends_files: bool, request: Request) -> Result<Response, Fault> {
    if request.method() == Method::GET {
        let wanted = request.uri().path_and_query().map_or("/", |path| path.as_str());
        return Ok(to_login(wanted));
    }
    let (parts, body) = request.into_parts();
    let came_from = origin::came_from(&parts.headers);
    if matches!(access, Access::May(_)) {
        let came = if sends_files && upload::is_form(&parts.headers) {
            let (fields, file) = upload::typed(&parts.headers, body, &app.settings.upload).await;
            Some(Came { fields, kind: if file { "file" } else { "files" } })
        } else {
            Came::plain(&parts.headers, &to_bytes(body, FORM).await.map_err(|error| cut(&error))?)
        };
        let who = match cookie::session(&parts.headers, app.settings.secure) {
            Some(token) => app.registry.whose_session(token).await?,
            None => None,
        };
        if let Some(onward) = came.and_then(|came| typed(access, &parts, came, who)) {
            return login::again(app, onward);
        }
    }
    Ok(to_login(came_from.as_deref().unwrap_or("/")))
}

/// What was typed in a form of a page that only a whole session sees; passwords and codes are of others.
fn typed(access: Access, parts: &Parts, came: Came, who: Option<String>) -> Option<Onward> {
    let path = parts.uri.path_and_query().map(|path| path.as_str()).filter(|_| matches!(access, Access::May(_)))?;
    Onward::of(path, &parts.headers, came, who)
}

fn to_login(wanted: &str) -> Response {
    if wanted == "/" {
        return Redirect::to("/login").into_response();
    }
    let next: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    Redirect::to(&format!("/login?next={next}")).into_response()
}
