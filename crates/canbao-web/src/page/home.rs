//! The first page of a day, by role; whether the system is well.

use std::sync::atomic::Ordering;

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use canbao_domain::role::Role;
use canbao_domain::rules::Category;
use canbao_registry::RegistryError;
use canbao_registry::account::Account;
use canbao_registry::change::Waiting;
use canbao_registry::finding::WorkCounts;

use super::person::Names;
use super::shell::{Crumb, Shell};
use super::{deed, filled, statistics};
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::{say, watch};

/// The process lives.
pub(crate) async fn health() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n").into_response()
}

/// The database answers, has this program's structure, and what makes lists quick has been read.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let (status, said) = match app.registry.store().check_version().await {
        Ok(()) if app.warming.load(Ordering::Relaxed) => (StatusCode::SERVICE_UNAVAILABLE, "reading the record\n"),
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            watch::trouble(&error);
            let said = match error {
                RegistryError::Schema { .. } | RegistryError::Newer { .. } => "the database has another structure\n",
                _ => "the database does not answer\n",
            };
            (StatusCode::SERVICE_UNAVAILABLE, said)
        }
    };
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], said).into_response()
}

/// After how many days something that waits is said to wait long.
const LONG: i64 = 5;
/// Sources on the first page of whoever compares.
const SOURCES: usize = 8;
/// Lines of the log on the first page.
const LINES: i64 = 8;
const DAY: i64 = 86_400_000;

struct Task {
    what: &'static str,
    path: &'static str,
    count: String,
    /// Those that wait long; blank where there are none.
    late: String,
    oldest: String,
    verb: &'static str,
}

/// A figure with the way to its list, where there is one.
struct Cell {
    count: String,
    path: String,
}

/// People of an area by what is to be done.
struct Row {
    name: String,
    code: String,
    cells: Vec<Cell>,
    rate: String,
    /// Of 110 units.
    bar: String,
}

/// A line of what was done, or who looked.
struct Done {
    at: String,
    who: String,
    what: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    shell: Shell,
    heading: String,
    today: String,
    tasks: Vec<Task>,
    total: String,
    /// What the tasks are of: 我的任务.
    titled: &'static str,
    people: bool,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    sum: Option<Row>,
    under: &'static str,
    /// A reporter's sources, as they stand.
    lines: Vec<super::sources::Line>,
    /// Of whoever compares: how many sources there are, and those that need somebody first.
    sources: String,
    first: Vec<super::sources::Line>,
    /// What an auditor reads: title, where all of it is, the last lines.
    logs: Vec<(&'static str, &'static str, Vec<Done>)>,
    reports: bool,
    /// What of the plan is behind, each with what is lacking.
    behind: Vec<(String, String)>,
    /// Areas right below that are behind on what they are ranked by.
    laggards: Vec<(String, String)>,
}

/// Targets of the plan that the chosen area is behind on, and the areas below it that are behind on what is ranked, with how
/// much is lacking; nothing where nothing was counted yet.
async fn behind(app: &App, visitor: &Visitor) -> Result<(Vec<(String, String)>, Vec<(String, String)>), Fault> {
    let nothing = (Vec::new(), Vec::new());
    if !visitor.may(Right::Figures) || visitor.area.is_empty() {
        return Ok(nothing);
    }
    let (Ok(cube), Ok(plan)) = (app.cubes.latest(&app.registry).await, statistics::plan::holding(app).await) else {
        return Ok(nothing);
    };
    let catalogue = &app.settings.report.catalogue;
    let of = |area: &str| plan.progress(&cube, catalogue, area, &visitor.scope).unwrap_or_default();
    let own = of(&visitor.area);
    let told = own.iter().filter_map(|one| {
        let lacking = statistics::plan::lacking(one)?;
        let name = one.figure.indicator.definition().name.as_str();
        let (now, by) = (one.figure.text(), one.target.by);
        Some((
            name.to_owned(),
            format!("现在 {now}，按计划应为 {}，{lacking}；期限 {by}", statistics::plan::expected(one)),
        ))
    });
    let told: Vec<_> = told.collect();
    let mut below: Vec<(i64, String, String)> = Vec::new();
    for (code, area) in visitor.areas.reporting_right_to(&visitor.area) {
        let progress = of(code);
        let ranked = progress.iter().find(|one| one.target.indicator == plan.rules.rank);
        if let Some((behind, lacking)) = ranked.and_then(|one| Some((one.behind?, statistics::plan::lacking(one)?))) {
            below.push((behind, area.name.clone(), lacking));
        }
    }
    below.sort_by_key(|(behind, ..)| std::cmp::Reverse(*behind));
    Ok((told, below.into_iter().map(|(_, name, lacking)| (name, lacking)).collect()))
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let area = visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str()).to_owned();
    let tasks = tasks(&app, &visitor).await?;
    let total: i64 = tasks.iter().map(|(count, _)| count).sum();
    let people = visitor.may(Right::People) || visitor.may(Right::Figures);
    let (mut rows, mut sum) = (Vec::new(), None);
    if people {
        let lists = visitor.may(Right::People);
        for (code, area) in visitor.areas.reporting_right_to(&visitor.area) {
            let counts = app.kept.counts(&app, &visitor, code).await?;
            rows.push(row(&area.name, code, &counts, lists));
        }
        sum = Some(row("合计", "", &*app.kept.counts(&app, &visitor, &visitor.area).await?, lists));
    }
    let (mut lines, mut first, mut sources) = (Vec::new(), Vec::new(), String::new());
    if visitor.may(Right::Deliver) {
        let standing = super::sources::standing(&app, &visitor).await?;
        if visitor.may(Right::Compare) {
            sources = super::sources::told(&standing);
            first = standing.into_iter().take(SOURCES).collect();
        } else {
            lines = standing;
        }
    }
    let (behind, laggards) = behind(&app, &visitor).await?;
    let today = say::today();
    let heading = match visitor.account.role {
        Role::Reporter if !lines.is_empty() => {
            let department = visitor.account.department.clone().unwrap_or_default();
            format!("{department} · {}", super::sources::told(&lines))
        }
        Role::City | Role::County | Role::Town | Role::Collector => format!("{area} · 待办 {} 件", say::count(total)),
        Role::Leader => format!("{area} · 参保登记进展"),
        Role::Auditor => format!("{area} · 审计"),
        Role::Admin => format!("系统管理 · 要处理 {} 项", say::count(total)),
        Role::Reporter => area.clone(),
    };
    let shell =
        Shell::of(&app, &visitor, "/", heading.clone(), vec![Crumb::to(area, "/"), Crumb::here("首页")]).await?;
    let level = visitor.areas.get(&visitor.area).map_or("city", |area| area.level.as_str());
    filled(&Page {
        shell,
        heading,
        today: format!("{today} {}", say::weekday(today)),
        total: say::count(total),
        tasks: tasks.into_iter().map(|(_, task)| task).collect(),
        titled: if visitor.account.role == Role::Admin { "要处理的" } else { "我的任务" },
        people,
        heads: Category::VISITED.iter().map(|category| category.chinese()).collect(),
        rows,
        sum,
        under: match level {
            "city" => "县(市、区)",
            "county" => "镇(办)",
            _ => "村(社区)",
        },
        lines,
        sources,
        first,
        logs: if visitor.may(Right::Log) { logs(&app).await? } else { Vec::new() },
        reports: visitor.may(Right::Figures),
        behind,
        laggards,
    })
}

/// What waits for somebody, each with how many.
async fn tasks(app: &App, visitor: &Visitor) -> Result<Vec<(i64, Task)>, Fault> {
    let mut tasks = Vec::new();
    let now = say::now_ms();
    let mut task = |what, path, waiting: Waiting, verb| {
        let Waiting { count, oldest, late } = waiting;
        let late = if late > 0 { format!("等了 {LONG} 天以上 {} 件", say::count(late)) } else { String::new() };
        let oldest = oldest.map_or_else(String::new, |at| say::time(at).chars().take(10).collect());
        tasks.push((count, Task { what, path, count: say::count(count), late, oldest, verb }));
    };
    let plain = |count| Waiting { count, oldest: None, late: 0 };
    let login = &visitor.account.login;
    if visitor.may(Right::Check) {
        let waiting = app.registry.waiting(&visitor.scope, login, now - LONG * DAY).await?;
        task("别人提出的变更", "/changes", waiting, "复核");
        let undos = app.registry.undos_in(&visitor.scope).await?;
        let others: Vec<i64> =
            undos.iter().filter(|(wish, ..)| wish.maker != *login).map(|(w, ..)| w.made_at).collect();
        let late = others.iter().filter(|at| **at < now - LONG * DAY).count() as i64;
        let waiting = Waiting { count: others.len() as i64, oldest: others.iter().min().copied(), late };
        task("申请撤销的变更", "/changes", waiting, "复核");
    }
    if visitor.may(Right::Findings) {
        let work = app.kept.work(app, visitor, &visitor.area).await?;
        let sum = |of: fn(&WorkCounts) -> i64| -> i64 {
            work.iter().filter(|(kind, _)| !kind.starts_with("unit-")).map(|(_, counts)| of(counts)).sum()
        };
        let doubtful = work.get("row-unresolved").map_or(0, WorkCounts::open);
        task("关联待定的数据行", "/findings/row-unresolved", plain(doubtful), "核对");
        task("村里已答复、等您定的疑点", "/findings", plain(sum(|counts| counts.answered)), "核对");
    }
    if visitor.account.role == Role::Collector || visitor.account.role == Role::Town {
        task("上级请核实的疑点", "/asked", plain(app.kept.asked(app, visitor).await?), "答复");
    }
    if visitor.may(Right::Propose) {
        let (_, refused) = app.registry.own_requests(login, now - 30 * DAY).await?;
        task("30 天内退回给我的变更", "/changes/mine", plain(refused), "看理由");
    }
    if visitor.may(Right::Issue) {
        let waiting = app.registry.papers_counted(&visitor.scope, login).await?.for_this_one;
        task("别人拟的通报和报告", "/papers", plain(waiting), "印发");
    }
    if visitor.may(Right::Accounts) {
        let accounts = app.registry.accounts().await?;
        let count = |is: &dyn Fn(&Account) -> bool| {
            plain(accounts.iter().filter(|account| !account.disabled && is(account)).count() as i64)
        };
        task("锁定的账号", "/accounts?state=locked", count(&|account| account.locked_until.is_some()), "处理");
        task("还没有换初始密码的账号", "/accounts?state=waits", count(&|account| account.must_change), "提醒");
        let idle = |account: &Account| account.last_login.is_none_or(|at| at < now - 90 * DAY);
        task("90 天没有登录的账号", "/accounts?state=idle", count(&idle), "核实");
        task("没有启用动态口令的账号", "/accounts?state=factor", count(&|account| !account.second_factor), "提醒");
    }
    Ok(tasks)
}

async fn logs(app: &App) -> Result<Vec<(&'static str, &'static str, Vec<Done>)>, Fault> {
    let names = Names::read(app).await?;
    let done = app.registry.audit_page(None, None, LINES).await?;
    let looks = app.registry.looks_page(None, None, LINES).await?;
    let done = done.into_iter().map(|one| Done {
        at: say::time(one.at),
        who: names.of(&one.actor),
        what: format!("{}：{}", deed::done(&one.action), deed::to_what(&one.subject)),
    });
    let looks = looks.into_iter().map(|one| Done {
        at: say::time(one.at),
        who: names.of(&one.actor),
        what: format!("{}，{} 人", deed::done(&one.purpose), say::count(one.persons)),
    });
    Ok(vec![("最近的办理", "/log", done.collect()), ("最近的查看", "/looks", looks.collect())])
}

fn row(name: &str, code: &str, counts: &canbao_registry::query::Counts, lists: bool) -> Row {
    let confirmed = counts.of(Category::Confirmed);
    let open: i64 = Category::VISITED.iter().map(|category| counts.of(*category)).sum();
    let all = confirmed + open;
    let mut cells = vec![Cell { count: say::count(all), path: String::new() }];
    cells.extend(Category::VISITED.iter().map(|category| {
        let count = counts.of(*category);
        let town = if code.is_empty() { String::new() } else { format!("&town={code}") };
        let path = format!("/people?category={}{town}", category.as_str());
        Cell { count: say::count(count), path: if lists && count > 0 { path } else { String::new() } }
    }));
    let width = if all > 0 { confirmed as f64 * 110.0 / all as f64 } else { 0.0 };
    Row {
        name: name.to_owned(),
        code: code.to_owned(),
        cells,
        rate: say::share(confirmed, all),
        bar: format!("{width:.1}"),
    }
}

#[derive(Template)]
#[template(path = "keys.html")]
struct Keys {
    shell: Shell,
}

pub(crate) async fn keys(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let crumbs = vec![Crumb::to("首页", "/"), Crumb::here("键盘用法")];
    filled(&Keys { shell: Shell::of(&app, &visitor, "/keys", "键盘用法", crumbs).await? })
}
