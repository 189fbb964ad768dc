//! One account: what it is for, and what may be done about it.

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::account::{Account, AccountChange, invented_password};
use serde::Deserialize;

use super::add::Made;
use super::{fields, post_of, refused, state};
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Errors, Field};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

#[derive(Template)]
#[template(path = "account_one.html")]
struct Page {
    shell: Shell,
    heading: String,
    id: i64,
    state: Tag,
    items: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
    /// What was done just now, and how to take it back.
    told: &'static str,
    own: bool,
    disabled: bool,
    factor: bool,
}

#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

async fn account(app: &App, id: i64) -> Result<Account, Fault> {
    let accounts = app.registry.accounts().await?;
    let found = accounts.into_iter().find(|account| account.id == id);
    found.ok_or_else(|| Fault::Said("没有这个账号。".to_owned(), "请从账号的列表进入。".to_owned()))
}

/// What an account is now, as its form shows it.
fn given_of(account: &Account) -> Given {
    let mut given = Given::default()
        .or("name", &account.name)
        .or("role", account.role.as_str())
        .or("area", &account.area)
        .or("department", account.department.as_deref().unwrap_or_default());
    for kind in &account.sources {
        given = given.or("sources", kind.as_str());
    }
    given
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(done): Query<Done>,
) -> Result<Html<String>, Fault> {
    let account = account(&app, id).await?;
    let told = match done.done.as_str() {
        "change" => "已修改。职责变小或换了的，此人已登录的都已退出。要改回，在下面再改一次。",
        "disable" => "已停用：不能再登录，已登录的都已退出。要恢复，按“启用”。",
        "enable" => "已启用：可以用原来的密码登录。要收回，按“停用”。",
        "factor" => "已去掉动态口令：下次登录只要密码，请提醒此人重新启用。",
        "end" => "此人已登录的都已退出，可以重新登录。",
        _ => "",
    };
    let mut page = page(&app, &visitor, &account, &given_of(&account), Errors::new()).await?;
    page.told = told;
    filled(&page)
}

async fn page(app: &App, visitor: &Visitor, account: &Account, given: &Given, errors: Errors) -> Result<Page, Fault> {
    let heading = format!("{} · {}", account.name, account.login);
    let fields = fields(visitor, given, &errors, false);
    let (errors, elsewhere): (Errors, Errors) =
        errors.into_iter().partition(|(at, _)| fields.iter().any(|field| field.name == *at));
    let crumbs = vec![Crumb::to("账号", "/accounts"), Crumb::here(account.login.clone())];
    let area = visitor.areas.full_name(&account.area);
    let items = vec![
        ("角色", account.role.chinese().to_owned()),
        ("区域", if area.is_empty() { "全市".to_owned() } else { area }),
        ("上次登录", account.last_login.map_or_else(|| "没有登录过".to_owned(), say::time)),
        ("动态口令", if account.second_factor { "已启用" } else { "没有启用" }.to_owned()),
        ("密码", if account.must_change { "等待本人换成自己的" } else { "本人的" }.to_owned()),
    ];
    Ok(Page {
        shell: Shell::of(app, visitor, "/accounts", heading.clone(), crumbs).await?,
        heading,
        id: account.id,
        state: state(account),
        items,
        fields,
        errors,
        notice: elsewhere.into_iter().map(|(_, sentence)| sentence).collect(),
        hint: String::new(),
        told: "",
        own: account.id == visitor.account.id,
        disabled: account.disabled,
        factor: account.second_factor,
    })
}

pub(crate) async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let account = account(&app, id).await?;
    let given = Given::of(pairs);
    let (role, sources) = match post_of(&given) {
        Ok(post) => post,
        Err(errors) => {
            let page = page(&app, &visitor, &account, &given, errors).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
        }
    };
    let change = AccountChange {
        name: Some(given.text("name").to_owned()),
        role: Some(role),
        area: Some(given.text("area").to_owned()),
        department: Some(given.maybe("department")),
        sources: Some(sources),
        disabled: None,
    };
    match or_refused(app.registry.change_account(&visitor.account.login, &account.login, change).await)? {
        // whoever changed their own post is somebody else from now on
        Ok(_) => Ok(Redirect::to(&format!("/accounts/{id}?done=change")).into_response()),
        Err(error) => again(&page(&app, &visitor, &account, &given, vec![refused(&error)]).await?),
    }
}

#[derive(Deserialize)]
pub(crate) struct Act {
    #[serde(default)]
    act: String,
}

pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Act>,
) -> Result<Response, Fault> {
    let account = account(&app, id).await?;
    let (by, login) = (visitor.account.login.as_str(), account.login.as_str());
    let able = |disabled| AccountChange { disabled: Some(disabled), ..AccountChange::default() };
    // nobody locks themselves out by a slip
    if account.id == visitor.account.id && given.act != "end" {
        let sentence = "不能对自己的账号这样做。请由另一位系统管理员办理；自己的密码在“我的账号”里换。";
        let page = page(&app, &visitor, &account, &given_of(&account), vec![("", sentence.to_owned())]).await?;
        return Ok((StatusCode::CONFLICT, filled(&page)?).into_response());
    }
    let done = match given.act.as_str() {
        "disable" => app.registry.change_account(by, login, able(true)).await.map(drop),
        "enable" => app.registry.change_account(by, login, able(false)).await.map(drop),
        "factor" => app.registry.remove_second_factor(by, login).await.map(drop),
        "end" => app.registry.end_sessions_of(by, account.id).await.map(drop),
        "reset" => {
            let password = invented_password()?;
            match app.registry.reset_account(by, login, &password).await {
                Ok(()) => return reset(&app, &visitor, &account, password).await,
                Err(error) => Err(error),
            }
        }
        _ => return Err(Fault::Nonsense("没有选要做什么。", "请返回上一页选一项。")),
    };
    match or_refused(done)? {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}?done={}", given.act)).into_response()),
        Err(error) => again(&page(&app, &visitor, &account, &given_of(&account), vec![refused(&error)]).await?),
    }
}

async fn reset(app: &App, visitor: &Visitor, account: &Account, password: String) -> Result<Response, Fault> {
    let heading = format!("已重设 {} 的密码", account.login);
    let path = format!("/accounts/{}", account.id);
    let crumbs =
        vec![Crumb::to("账号", "/accounts"), Crumb::to(account.login.clone(), path.clone()), Crumb::here("重设密码")];
    let mut told =
        "原来的密码作废，锁定已解除，动态口令已去掉，已登录的都已退出，接口令牌都已撤销；登录后要换成自己的密码。"
            .to_owned();
    if account.disabled {
        told.push_str("账号仍是停用的，要登录还须启用。");
    }
    let shell = Shell::of(app, visitor, "/accounts", heading.clone(), crumbs).await?;
    let items = vec![("登录名", account.login.clone()), ("姓名", account.name.clone())];
    Ok(filled(&Made { shell, heading, told, items, password, path })?.into_response())
}
