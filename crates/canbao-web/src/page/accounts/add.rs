//! A new account: its password is invented and shown once.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use canbao_registry::account::{NewAccount, invented_password};

use super::{fields, post_of, refused};
use crate::App;
use crate::fault::Fault;
use crate::page::field::{Errors, Field};
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::visitor::Visitor;

#[derive(Template)]
#[template(path = "account_new.html")]
struct Page {
    shell: Shell,
    fields: Vec<Field>,
    errors: Errors,
    notice: String,
    hint: String,
}

/// A password that is shown this once.
#[derive(Template)]
#[template(path = "account_made.html")]
pub(super) struct Made {
    pub(super) shell: Shell,
    pub(super) heading: String,
    pub(super) told: String,
    pub(super) items: Vec<(&'static str, String)>,
    pub(super) password: String,
    pub(super) path: String,
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, &Given::default(), Errors::new()).await?)
}

async fn page(app: &App, visitor: &Visitor, given: &Given, errors: Errors) -> Result<Page, Fault> {
    let fields = fields(visitor, given, &errors, true);
    let (errors, elsewhere): (Errors, Errors) =
        errors.into_iter().partition(|(at, _)| fields.iter().any(|field| field.name == *at));
    let crumbs = vec![Crumb::to("账号", "/accounts"), Crumb::here("新增")];
    let notice = elsewhere.into_iter().map(|(_, sentence)| sentence).collect();
    let shell = Shell::of(app, visitor, "/accounts", "新增账号", crumbs).await?;
    Ok(Page { shell, fields, errors, notice, hint: String::new() })
}

pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let (role, sources) = match post_of(&given) {
        Ok(post) if !given.text("login").is_empty() => post,
        other => {
            let mut errors = other.err().unwrap_or_default();
            if given.text("login").is_empty() {
                errors.insert(0, ("login", "请填登录名。".to_owned()));
            }
            let page = page(&app, &visitor, &given, errors).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, filled(&page)?).into_response());
        }
    };
    let new = NewAccount {
        login: given.text("login").to_owned(),
        name: given.text("name").to_owned(),
        role,
        area: given.text("area").to_owned(),
        department: given.maybe("department"),
        sources,
    };
    let password = invented_password()?;
    match or_refused(app.registry.add_account(&visitor.account.login, new, &password).await)? {
        Ok(account) => {
            let heading = format!("已新增账号 {}", account.login);
            let area = visitor.areas.get(&account.area).map_or("全市", |area| area.name.as_str());
            let items = vec![
                ("登录名", account.login.clone()),
                ("姓名", account.name.clone()),
                ("角色", account.role.chinese().to_owned()),
                ("区域", area.to_owned()),
            ];
            let crumbs = vec![Crumb::to("账号", "/accounts"), Crumb::here("新增")];
            let shell = Shell::of(&app, &visitor, "/accounts", heading.clone(), crumbs).await?;
            let told = "账号现在就能登录，第一次登录要换成自己的密码。要收回，打开这个账号停用它。".to_owned();
            let path = format!("/accounts/{}", account.id);
            Ok(filled(&Made { shell, heading, told, items, password, path })?.into_response())
        }
        Err(error) => again(&page(&app, &visitor, &given, vec![refused(&error)]).await?),
    }
}
