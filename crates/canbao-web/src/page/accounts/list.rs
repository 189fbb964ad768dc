//! All accounts, by area, role and state.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use canbao_domain::role::Role;
use canbao_registry::account::Account;
use serde::Deserialize;

use super::state;
use crate::App;
use crate::fault::Fault;
use crate::page::field::Choice;
use crate::page::filled;
use crate::page::line::place;
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    id: i64,
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
    areas: Vec<Choice>,
    roles: Vec<Choice>,
    states: Vec<Choice>,
    filtered: bool,
    rows: Vec<Row>,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    area: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    state: String,
}

/// Days without a log-in after which an account is said to be idle.
const IDLE: i64 = 90 * 86_400_000;

fn is(account: &Account, state: &str) -> bool {
    match state {
        "use" => !account.disabled && !account.must_change,
        "waits" => !account.disabled && account.must_change,
        "locked" => account.locked_until.is_some(),
        "disabled" => account.disabled,
        "idle" => !account.disabled && account.last_login.is_none_or(|at| at < say::now_ms() - IDLE),
        "factor" => !account.disabled && !account.second_factor,
        _ => true,
    }
}

const STATES: [(&str, &str); 6] = [
    ("use", "在用"),
    ("waits", "等待换密码"),
    ("locked", "已锁定"),
    ("disabled", "已停用"),
    ("idle", "90 天没有登录"),
    ("factor", "没有启用动态口令"),
];

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let accounts = app.registry.accounts().await?;
    let areas = &visitor.areas;
    let fits = |account: &&Account| {
        (asked.area.is_empty() || areas.reports_to(&account.area, &asked.area))
            && (asked.role.is_empty() || account.role.as_str() == asked.role)
            && is(account, &asked.state)
    };
    let row = |account: &Account| Row {
        id: account.id,
        login: account.login.clone(),
        name: account.name.clone(),
        role: account.role.chinese(),
        area: match account.area.as_str() {
            "" => "全市".to_owned(),
            area if areas.city() == Some(area) => areas.get(area).map_or_else(String::new, |area| area.name.clone()),
            area => place(area, areas),
        },
        department: account.department.clone().unwrap_or_default(),
        last: account.last_login.map_or_else(|| "没有登录过".to_owned(), say::time),
        factor: if account.second_factor { "已启用" } else { "" },
        state: state(account),
    };
    let rows: Vec<Row> = accounts.iter().filter(fits).map(row).collect();
    let choice = |value: &str, label: &str, chosen: &str| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        note: String::new(),
        chosen: value == chosen,
    };
    let counties = areas.iter().filter(|(_, area)| area.level == "county");
    let filtered = rows.len() < accounts.len();
    let heading = if filtered {
        format!("账号 {} 个，符合条件 {} 个", say::count(accounts.len() as i64), say::count(rows.len() as i64))
    } else {
        format!("账号 {} 个", say::count(accounts.len() as i64))
    };
    let crumbs = vec![Crumb::to("系统", "/accounts"), Crumb::here("账号")];
    filled(&All {
        shell: Shell::of(&app, &visitor, "/accounts", heading.clone(), crumbs).await?,
        heading,
        areas: counties.map(|(code, area)| choice(code, &area.name, &asked.area)).collect(),
        roles: Role::ALL.iter().map(|role| choice(role.as_str(), role.chinese(), &asked.role)).collect(),
        states: STATES.iter().map(|(value, label)| choice(value, label, &asked.state)).collect(),
        filtered,
        rows,
    })
}
