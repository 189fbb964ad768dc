//! Logging in: password, a new one where it must be, the second factor.

use std::net::SocketAddr;

use askama::Template;
use axum::Form;
use axum::extract::{ConnectInfo, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::account::{LogIn, Needs, NotChanged, Passed};
use serde::Deserialize;

use super::filled;
use super::resume::{self, Onward};
use crate::fault::Fault;
use crate::http::cookie;
use crate::right::visitor::Visitor;
use crate::watch::Login;
use crate::{App, asset, say};

const NEW_PASSWORD: &str = "换一个新密码";
const FACTOR: &str = "输入动态口令";

/// A page that stands alone: one form.
#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    form: &'static str,
    heading: &'static str,
    error: String,
    login: String,
    /// Where they go afterwards.
    onward: Onward,
    csrf: String,
    office: String,
    style: String,
    icon: String,
}

impl Page {
    fn new(app: &App, form: &'static str, heading: &'static str) -> Self {
        Self {
            form,
            heading,
            error: String::new(),
            login: String::new(),
            onward: Onward::default(),
            csrf: String::new(),
            office: app.office(),
            style: asset::path("style.css"),
            icon: asset::path("icon.svg"),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
}

pub(crate) async fn form(State(app): State<App>, Query(wanted): Query<Wanted>) -> Result<Html<String>, Fault> {
    filled(&Page { onward: Onward::page(&wanted.next), ..Page::new(&app, "login", "登录") })
}

/// The log-in, where somebody's session ended while they filled a form.
pub(crate) fn again(app: &App, onward: Onward) -> Result<Response, Fault> {
    let page = Page { login: onward.who.clone(), onward, ..Page::new(app, "login", "登录") };
    Ok((StatusCode::UNAUTHORIZED, filled(&page)?).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Given {
    login: String,
    password: String,
    #[serde(flatten)]
    onward: Onward,
}

pub(crate) async fn log_in(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let onward = given.onward.clone();
    let refused = |status: StatusCode, error: String| {
        let (login, onward) = (given.login.clone(), onward.clone());
        let page = Page { error, login, onward, ..Page::new(&app, "login", "登录") };
        Ok((status, filled(&page)?).into_response())
    };
    let wrong = "账号或密码不对。请核对大小写后重新输入。";
    let ended = app.registry.log_in(&given.login, &given.password, &from.ip().to_string()).await?;
    app.watch.metrics.login(match &ended {
        LogIn::In { .. } => Login::In,
        LogIn::Wrong | LogIn::Disabled => Login::Wrong,
        LogIn::Locked { .. } => Login::Locked,
        LogIn::Slow { .. } => Login::Slow,
    });
    match ended {
        LogIn::In { token, account, .. } => entered(&app, &token, onward.clone().of_login(&account.login)).await,
        // a disabled account is told no sooner than a wrong password
        LogIn::Wrong | LogIn::Disabled => refused(StatusCode::UNAUTHORIZED, wrong.to_owned()),
        LogIn::Locked { until } => refused(StatusCode::TOO_MANY_REQUESTS, locked(until)),
        LogIn::Slow { retry_after_s } => refused(
            StatusCode::TOO_MANY_REQUESTS,
            format!("这台电脑上登录失败的次数太多，请 {} 分钟后再试。", retry_after_s.div_euclid(60) + 1),
        ),
    }
}

/// On from one step of the log-in: to what is still to be done, to what was typed before, or to the page that was wanted.
async fn entered(app: &App, token: &str, onward: Onward) -> Result<Response, Fault> {
    let Some((session, _)) = app.registry.session(token).await? else {
        return Ok(Redirect::to("/login").into_response());
    };
    let csrf = session.csrf.clone();
    let step = |form, heading| -> Result<Response, Fault> {
        if onward.has_typed() {
            let page = Page { csrf: csrf.clone(), onward: onward.clone(), ..Page::new(app, form, heading) };
            return Ok(filled(&page)?.into_response());
        }
        let next: String = url::form_urlencoded::byte_serialize(onward.next().as_bytes()).collect();
        let query = if onward.next() == "/" { String::new() } else { format!("?next={next}") };
        Ok(Redirect::to(&format!("/{form}{query}")).into_response())
    };
    let response = match session.needs {
        Needs::NewPassword => step("password", NEW_PASSWORD)?,
        Needs::SecondFactor => step("factor", FACTOR)?,
        Needs::Nothing if onward.has_typed() => resume::page(app, &onward, &session.csrf, true)?,
        Needs::Nothing => Redirect::to(onward.next()).into_response(),
    };
    with_cookie(response, cookie::begin(token, app.settings.secure))
}

pub(crate) async fn log_out(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    app.registry.end_session(&visitor.token).await?;
    app.batches.end(&visitor);
    with_cookie(Redirect::to("/login").into_response(), cookie::end(app.settings.secure))
}

fn locked(until: i64) -> String {
    format!("连续输错，账号已锁定到 {}。到时再试，或请系统管理员重设密码。", say::time(until))
}

pub(super) fn with_cookie(mut response: Response, cookie: Option<header::HeaderValue>) -> Result<Response, Fault> {
    let cookie = cookie.ok_or(Fault::Nonsense("登录没有完成。", "请重新登录。"))?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

pub(crate) async fn password_form(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let (csrf, onward) = (visitor.session.csrf.clone(), Onward::page(&wanted.next));
    filled(&Page { csrf, onward, ..Page::new(&app, "password", NEW_PASSWORD) })
}

#[derive(Deserialize)]
pub(crate) struct NewPassword {
    old: String,
    new: String,
    again: String,
    #[serde(flatten)]
    onward: Onward,
}

pub(crate) async fn change_password(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<NewPassword>,
) -> Result<Response, Fault> {
    let error = if given.new == given.again {
        let change = app.registry.change_password(&visitor.account, &given.old, &given.new, &visitor.token).await?;
        match change {
            Ok(token) => return entered(&app, &token, given.onward).await,
            Err(NotChanged::WrongOld) => "现在的密码不对。".to_owned(),
            Err(NotChanged::Weak(why)) => why,
            Err(NotChanged::Locked { until }) => locked(until),
        }
    } else {
        "两次输入的新密码不一样。".to_owned()
    };
    let csrf = visitor.session.csrf.clone();
    let page = Page { csrf, error, onward: given.onward, ..Page::new(&app, "password", NEW_PASSWORD) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response())
}

pub(crate) async fn factor_form(
    State(app): State<App>,
    visitor: Visitor,
    Query(wanted): Query<Wanted>,
) -> Result<Html<String>, Fault> {
    let (csrf, onward) = (visitor.session.csrf.clone(), Onward::page(&wanted.next));
    filled(&Page { csrf, onward, ..Page::new(&app, "factor", FACTOR) })
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
    #[serde(flatten)]
    onward: Onward,
}

pub(crate) async fn pass_factor(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    let error = match app.registry.pass_second_factor(&visitor.token, given.code.trim()).await? {
        Passed::In { token } => return entered(&app, &token, given.onward).await,
        Passed::Ended => return Ok(Redirect::to("/login").into_response()),
        Passed::Wrong => {
            app.watch.metrics.login(Login::Wrong);
            "动态口令不对，或已经用过。请等下一个口令再输入。".to_owned()
        }
        Passed::Locked { until } => locked(until),
    };
    let csrf = visitor.session.csrf.clone();
    let page = Page { csrf, error, onward: given.onward, ..Page::new(&app, "factor", FACTOR) };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response())
}
