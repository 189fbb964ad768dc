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
use crate::fault::Fault;
use crate::http::{cookie, origin};
use crate::right::visitor::Visitor;
use crate::watch::Login;
use crate::{App, asset, say};

/// A page that stands alone: one form.
#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    form: &'static str,
    heading: &'static str,
    error: String,
    login: String,
    next: String,
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
            next: String::new(),
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
    filled(&Page { next: origin::own_path(&wanted.next).to_owned(), ..Page::new(&app, "login", "登录") })
}

#[derive(Deserialize)]
pub(crate) struct Given {
    login: String,
    password: String,
    #[serde(default)]
    next: String,
}

pub(crate) async fn log_in(
    State(app): State<App>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let next = origin::own_path(&given.next).to_owned();
    let refused = |status: StatusCode, error: String| {
        let page = Page { error, login: given.login.clone(), next: next.clone(), ..Page::new(&app, "login", "登录") };
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
        LogIn::In { token, needs, .. } => {
            let to = match needs {
                Needs::NewPassword => "/password",
                Needs::SecondFactor => "/factor",
                Needs::Nothing => next.as_str(),
            };
            with_cookie(Redirect::to(to).into_response(), cookie::begin(&token, app.settings.secure))
        }
        // a disabled account is told no sooner than a wrong password
        LogIn::Wrong | LogIn::Disabled => refused(StatusCode::UNAUTHORIZED, wrong.to_owned()),
        LogIn::Locked { until } => refused(StatusCode::TOO_MANY_REQUESTS, locked(until)),
        LogIn::Slow { retry_after_s } => refused(
            StatusCode::TOO_MANY_REQUESTS,
            format!("这台电脑上登录失败的次数太多，请 {} 分钟后再试。", retry_after_s.div_euclid(60) + 1),
        ),
    }
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

pub(crate) async fn password_form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let csrf = visitor.session.csrf.clone();
    filled(&Page { csrf, ..Page::new(&app, "password", "换一个新密码") })
}

#[derive(Deserialize)]
pub(crate) struct NewPassword {
    old: String,
    new: String,
    again: String,
}

pub(crate) async fn change_password(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<NewPassword>,
) -> Result<Response, Fault> {
    let error = if given.new == given.again {
        let change = app.registry.change_password(&visitor.account, &given.old, &given.new, &visitor.token).await?;
        match change {
            Ok(token) => {
                return with_cookie(Redirect::to("/").into_response(), cookie::begin(&token, app.settings.secure));
            }
            Err(NotChanged::WrongOld) => "现在的密码不对。".to_owned(),
            Err(NotChanged::Weak(why)) => why,
            Err(NotChanged::Locked { until }) => locked(until),
        }
    } else {
        "两次输入的新密码不一样。".to_owned()
    };
    let csrf = visitor.session.csrf.clone();
    let page = Page { csrf, error, ..Page::new(&app, "password", "换一个新密码") };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response())
}

pub(crate) async fn factor_form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let csrf = visitor.session.csrf.clone();
    filled(&Page { csrf, ..Page::new(&app, "factor", "输入动态口令") })
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
}

pub(crate) async fn pass_factor(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    let error = match app.registry.pass_second_factor(&visitor.token, given.code.trim()).await? {
        Passed::In { token } => {
            return with_cookie(Redirect::to("/").into_response(), cookie::begin(&token, app.settings.secure));
        }
        Passed::Ended => return Ok(Redirect::to("/login").into_response()),
        Passed::Wrong => {
            app.watch.metrics.login(Login::Wrong);
            "动态口令不对，或已经用过。请等下一个口令再输入。".to_owned()
        }
        Passed::Locked { until } => locked(until),
    };
    let csrf = visitor.session.csrf.clone();
    let page = Page { csrf, error, ..Page::new(&app, "factor", "输入动态口令") };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response())
}
