//! Beginning a comparison: the day that it stands for, and which deliveries go in.

use std::collections::HashMap;

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_domain::date::Date;
use canbao_domain::delivery::Due;
use canbao_registry::delivery::Delivery;

use super::filled;
use super::shell::{Crumb, Shell};
use super::sources::due;
use super::word::Tag;
use crate::App;
use crate::delivery;
use crate::fault::Fault;
use crate::job::city::{Asked, REGIONS, Taken};
use crate::right::visitor::Visitor;
use crate::say;

struct Line {
    title: String,
    department: String,
    /// The delivery that holds; 0 for none.
    delivery: i64,
    as_of: String,
    rows: String,
    due: Tag,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "compose.html")]
struct Page {
    shell: Shell,
    lines: Vec<Line>,
    as_of: String,
    able: bool,
    areas: bool,
    stale: Vec<String>,
    missing: Vec<String>,
    at: &'static str,
    what: String,
    hint: String,
}

/// What can be compared: a line a source, and what is taken where it is chosen.
struct Ready {
    lines: Vec<Line>,
    taken: HashMap<i64, Taken>,
    stale: Vec<String>,
    missing: Vec<String>,
    latest: Option<Date>,
}

async fn ready(app: &App) -> Result<Ready, Fault> {
    let plan = delivery::plan(&app.settings.data)?;
    let current: HashMap<String, Delivery> =
        app.registry.current_deliveries().await?.into_iter().map(|it| (it.source.clone(), it)).collect();
    let mut ready =
        Ready { lines: Vec::new(), taken: HashMap::new(), stale: Vec::new(), missing: Vec::new(), latest: None };
    for source in &plan.sources {
        let last = current.get(&source.name);
        let as_of = last.and_then(|last| last.as_of);
        let told = |as_of: Date| format!("{}（截至 {as_of}）", source.title);
        match (as_of, source.due(as_of, say::today())) {
            (Some(as_of), Due::Late(_)) if source.required => ready.stale.push(told(as_of)),
            (None, _) if source.required => ready.missing.push(source.title.clone()),
            _ => {}
        }
        if let (Some(last), Some(as_of)) = (last, as_of) {
            ready.latest = ready.latest.max(Some(as_of));
            let taken = Taken {
                delivery: last.id,
                source: source.name.clone(),
                title: source.title.clone(),
                as_of: as_of.to_string(),
            };
            ready.taken.insert(last.id, taken);
        }
        ready.lines.push(Line {
            title: source.title.clone(),
            department: source.department.clone(),
            delivery: last.map_or(0, |last| last.id),
            as_of: as_of.map_or_else(|| "从未报送".to_owned(), |as_of| as_of.to_string()),
            rows: last.map_or_else(String::new, |last| say::count(last.found.rows)),
            due: due(source, last),
            chosen: last.is_some(),
        });
    }
    Ok(ready)
}

async fn page(app: &App, visitor: &Visitor, ready: Ready, typed: Option<String>) -> Result<Page, Fault> {
    let crumbs = vec![Crumb::to("比对", "/runs"), Crumb::here("发起比对")];
    let latest = ready.latest.map_or_else(String::new, |as_of| as_of.to_string());
    let areas = visitor.areas.city().is_some() || app.settings.data.join(REGIONS).is_file();
    Ok(Page {
        shell: Shell::of(app, visitor, "/runs", "发起比对", crumbs).await?,
        lines: ready.lines,
        as_of: typed.unwrap_or(latest),
        able: app.settings.program.is_some() && !ready.taken.is_empty(),
        areas,
        stale: ready.stale,
        missing: ready.missing,
        at: "",
        what: String::new(),
        hint: String::new(),
    })
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let ready = ready(&app).await?;
    filled(&page(&app, &visitor, ready, None).await?)
}

pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let mut ready = ready(&app).await?;
    let typed = given.iter().find(|(name, _)| name == "as_of").map_or("", |(_, value)| value.trim()).to_owned();
    let chosen: Vec<i64> =
        given.iter().filter_map(|(name, _)| name.strip_prefix('d')?.parse().ok()).filter(|id| *id != 0).collect();
    // in the plan's order; what was replaced since the page was drawn is told as such
    let taken: Vec<Taken> = ready
        .lines
        .iter()
        .filter(|line| chosen.contains(&line.delivery))
        .filter_map(|line| ready.taken.get(&line.delivery).cloned())
        .collect();
    for line in &mut ready.lines {
        line.chosen = chosen.contains(&line.delivery);
    }
    let today = say::today();
    let (at, what, hint) = match Date::parse(&typed) {
        _ if app.settings.program.is_none() => ("", "这台服务器没有开通比对。", "请系统管理员用 canbao serve 启动。"),
        None => ("as_of", "比对日期看不懂。", "请写成 2016-10-31 的样子。"),
        Some(as_of) if as_of > today => ("as_of", "比对日期还没有到。", "请填数据截止的日期。"),
        Some(_) if taken.is_empty() => ("", "没有选数据。", "请至少选一个来源；户籍人口和各险种都选上，结果才完整。"),
        Some(_) if taken.len() < chosen.len() => {
            ("", "有的数据刚才被撤回，或被新报送的代替。", "下面是现在的数据，请核对后再发起。")
        }
        Some(as_of) => {
            let ids: Vec<i64> = taken.iter().map(|taken| taken.delivery).collect();
            let unused: Vec<String> = ready
                .lines
                .iter()
                .filter(|line| line.delivery != 0 && !line.chosen)
                .map(|line| format!("{}（没有选）", line.title))
                .collect();
            ready.missing.extend(unused);
            let asked = Asked {
                as_of: as_of.to_string(),
                deliveries: taken,
                stale: std::mem::take(&mut ready.stale),
                missing: std::mem::take(&mut ready.missing),
            };
            let asked = serde_json::to_string(&asked).unwrap_or_default();
            let id = app.registry.ask_comparison(&visitor.account.login, &asked, &ids).await?;
            app.runner.wake();
            return Ok(Redirect::to(&format!("/run/{id}")).into_response());
        }
    };
    let mut shown = page(&app, &visitor, ready, Some(typed)).await?;
    (shown.at, shown.what, shown.hint) = (at, what.to_owned(), hint.to_owned());
    Ok((StatusCode::CONFLICT, filled(&shown)?).into_response())
}
