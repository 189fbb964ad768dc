//! The first page of a day, by role; whether the system is well.

use askama::Template;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use canbao_domain::role::Role;
use canbao_registry::RegistryError;

use super::filled;
use super::shell::{Crumb, Shell, WORKED};
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::{say, watch};

/// The process lives.
pub(crate) async fn health() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], "ok\n").into_response()
}

/// The database answers, and has this program's structure.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let (status, said) = match app.registry.store().check_version().await {
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

struct Task {
    what: &'static str,
    path: String,
    count: String,
    verb: &'static str,
}

/// People of an area by what is to be done.
struct Row {
    name: String,
    code: String,
    cells: Vec<String>,
    rate: String,
    /// Of 110 units.
    bar: String,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page {
    shell: Shell,
    heading: String,
    today: String,
    tasks: Vec<Task>,
    total: String,
    people: bool,
    heads: Vec<&'static str>,
    rows: Vec<Row>,
    sum: Option<Row>,
    under: &'static str,
    /// A reporter's sources, as they stand.
    lines: Vec<super::sources::Line>,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let area = visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str()).to_owned();
    let pending = app.kept.pending(&app, &visitor).await?;
    let mut tasks = Vec::new();
    let mut total = 0;
    let mut task = |what, path: &str, count: i64, verb| {
        total += count;
        tasks.push(Task { what, path: path.to_owned(), count: say::count(count), verb });
    };
    if visitor.may(Right::Check) {
        task("别人提出的变更", "/changes", pending, "复核");
    }
    let people = visitor.may(Right::People);
    let (mut rows, mut sum) = (Vec::new(), None);
    if people {
        for (code, area) in visitor.areas.reporting_right_to(&visitor.area) {
            let counts = app.kept.counts(&app, &visitor, code).await?;
            rows.push(row(&area.name, code, &counts));
        }
        sum = Some(row("合计", "", &*app.kept.counts(&app, &visitor, &visitor.area).await?));
    }
    let lines = if visitor.account.role == Role::Reporter {
        super::sources::standing(&app, &visitor).await?
    } else {
        Vec::new()
    };
    let today = say::today();
    let heading = if !lines.is_empty() {
        let department = visitor.account.department.clone().unwrap_or_default();
        format!("{department} · {}", super::sources::told(&lines))
    } else if people {
        format!("{area} · 待办 {} 件", say::count(total))
    } else {
        area.clone()
    };
    let shell =
        Shell::of(&app, &visitor, "/", heading.clone(), vec![Crumb::to(area, "/"), Crumb::here("首页")]).await?;
    let level = visitor.areas.get(&visitor.area).map_or("city", |area| area.level.as_str());
    filled(&Page {
        shell,
        heading,
        today: format!("{today} {}", say::weekday(today)),
        tasks,
        total: say::count(total),
        people,
        heads: WORKED.iter().map(|category| category.chinese()).collect(),
        rows,
        sum,
        under: match level {
            "city" => "县(市、区)",
            "county" => "镇(办)",
            _ => "村(社区)",
        },
        lines,
    })
}

fn row(name: &str, code: &str, counts: &canbao_registry::query::Counts) -> Row {
    use canbao_domain::rules::Category;
    let confirmed = counts.of(Category::Confirmed);
    let open: i64 = WORKED.iter().map(|category| counts.of(*category)).sum();
    let all = confirmed + open;
    let mut cells = vec![say::count(all)];
    cells.extend(WORKED.iter().map(|category| say::count(counts.of(*category))));
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
