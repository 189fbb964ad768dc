//! Accounts: one's own, and for who runs the system all of them.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::account::SecondFactor;
use serde::Deserialize;

use super::filled;
use super::line::place;
use super::login::with_cookie;
use super::shell::{Crumb, Shell};
use super::token;
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::http::cookie;
use crate::right::visitor::Visitor;
use crate::say;

#[derive(Template)]
#[template(path = "own.html")]
struct Own {
    shell: Shell,
    items: Vec<(&'static str, String)>,
    factor: bool,
    /// A second factor that waits for its first code.
    secret: String,
    uri: String,
    error: &'static str,
    tokens: token::Part,
}

/// What one's own page shows besides.
pub(super) enum Shown {
    Nothing,
    /// A second factor that waits for its first code.
    Factor(SecondFactor),
    /// Why it was not confirmed.
    Error(&'static str),
    /// What was typed for a token, or the token.
    Tokens(token::Typed),
}

pub(super) async fn own_page(app: &App, visitor: &Visitor, shown: Shown) -> Result<Html<String>, Fault> {
    let (begun, error, typed) = match shown {
        Shown::Nothing => (None, "", token::Typed::default()),
        Shown::Factor(begun) => (Some(begun), "", token::Typed::default()),
        Shown::Error(error) => (None, error, token::Typed::default()),
        Shown::Tokens(typed) => (None, "", typed),
    };
    let account = &visitor.account;
    let area = visitor.areas.full_name(visitor.own_area());
    let items = vec![
        ("账号", account.login.clone()),
        ("姓名", account.name.clone()),
        ("角色", account.role.chinese().to_owned()),
        ("区域", if area.is_empty() { "全市".to_owned() } else { area }),
        ("上次登录", account.last_login.map_or_else(|| "第一次".to_owned(), say::time)),
        ("本次登录", say::time(visitor.session.begun)),
    ];
    let crumbs = vec![Crumb::to("首页", "/"), Crumb::here("我的账号")];
    let (secret, uri) = begun.map(|begun| (begun.secret.clone(), begun.uri.clone())).unwrap_or_default();
    filled(&Own {
        shell: Shell::of(app, visitor, "/account", "我的账号", crumbs).await?,
        items,
        factor: account.second_factor,
        secret: secret.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part)).collect::<Vec<_>>().join(" "),
        uri,
        error,
        tokens: token::Part::read(app, visitor, typed).await?,
    })
}

pub(crate) async fn own(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    own_page(&app, &visitor, Shown::Nothing).await
}

pub(crate) async fn begin_factor(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let begun = app.registry.begin_second_factor(&visitor.account).await?;
    own_page(&app, &visitor, Shown::Factor(begun)).await
}

#[derive(Deserialize)]
pub(crate) struct Code {
    code: String,
}

pub(crate) async fn confirm_factor(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<Code>,
) -> Result<Response, Fault> {
    match app.registry.confirm_second_factor(&visitor.account, given.code.trim(), &visitor.token).await? {
        Some(token) => {
            with_cookie(Redirect::to("/account").into_response(), cookie::begin(&token, app.settings.secure))
        }
        None => {
            let error = Shown::Error("动态口令不对，没有启用。请重新开始，并核对手机的时间。");
            let page = own_page(&app, &visitor, error).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

struct Row {
    login: String,
    name: String,
    role: &'static str,
    area: String,
    department: String,
    last: String,
    factor: &'static str,
    state: Tag,
}

#[derive(Template)]
#[template(path = "accounts.html")]
struct All {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let accounts = app.registry.accounts().await?;
    let row = |account: &canbao_registry::account::Account| Row {
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role.chinese(),
        area: if account.area.is_empty() { "全市".to_owned() } else { place(&account.area, &visitor.areas) },
        department: account.department.clone().unwrap_or_default(),
        last: account.last_login.map_or_else(|| "没有登录过".to_owned(), say::time),
        factor: if account.second_factor { "已启用" } else { "" },
        state: match account {
            account if account.disabled => Tag::new("已停用", ""),
            account if account.locked_until.is_some() => Tag::new("已锁定", "red"),
            account if account.must_change => Tag::new("等待换密码", "amber"),
            _ => Tag::new("在用", "green"),
        },
    };
    let heading = format!("账号 {} 个", say::count(accounts.len() as i64));
    let crumbs = vec![Crumb::to("系统", "/accounts"), Crumb::here("账号")];
    filled(&All {
        shell: Shell::of(&app, &visitor, "/accounts", heading.clone(), crumbs).await?,
        heading,
        rows: accounts.iter().map(row).collect(),
    })
}
