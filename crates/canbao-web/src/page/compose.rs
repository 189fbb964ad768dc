//! Beginning a comparison: the day that it stands for, and which deliveries go in.

use askama::Template;
use axum::Form;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};

use super::filled;
use super::refusal::{again, or_refused};
use super::shell::{Crumb, Shell};
use super::sources::due;
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::job::city::REGIONS;
use crate::job::ready::{Offer, Ready};
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

/// The sources, each chosen or not.
fn lines(ready: &Ready, is_chosen: impl Fn(i64) -> bool) -> Vec<Line> {
    let line = |offer: &Offer| {
        let (source, last) = (&offer.source, offer.last.as_ref());
        Line {
            title: source.title.clone(),
            department: source.department.clone(),
            delivery: last.map_or(0, |last| last.id),
            as_of: offer.as_of().map_or_else(|| "从未报送".to_owned(), |as_of| as_of.to_string()),
            rows: last.map_or_else(String::new, |last| say::count(last.found.rows)),
            due: due(source, last),
            chosen: last.is_some_and(|last| is_chosen(last.id)),
        }
    };
    ready.0.iter().map(line).collect()
}

async fn page(app: &App, visitor: &Visitor, ready: &Ready, lines: Vec<Line>, as_of: String) -> Result<Page, Fault> {
    let crumbs = vec![Crumb::to("比对", "/runs"), Crumb::here("发起比对")];
    let areas = visitor.areas.city().is_some() || app.settings.data.join(REGIONS).is_file();
    Ok(Page {
        shell: Shell::of(app, visitor, "/runs", "发起比对", crumbs).await?,
        able: app.settings.program.is_some() && lines.iter().any(|line| line.delivery != 0),
        lines,
        as_of,
        areas,
        stale: ready.stale(),
        missing: ready.missing(),
        at: "",
        what: String::new(),
        hint: String::new(),
    })
}

pub(crate) async fn form(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let ready = Ready::read(&app).await?;
    let latest = ready.latest().map_or_else(String::new, |as_of| as_of.to_string());
    filled(&page(&app, &visitor, &ready, lines(&ready, |_| true), latest).await?)
}

pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Form(given): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let ready = Ready::read(&app).await?;
    let typed = given.iter().find(|(name, _)| name == "as_of").map_or("", |(_, value)| value.trim()).to_owned();
    let chosen: Vec<i64> =
        given.iter().filter_map(|(name, _)| name.strip_prefix('d')?.parse().ok()).filter(|id| *id != 0).collect();
    let begun = ready.begin(&app, &app.registry, &visitor.account.login, &typed, &chosen).await;
    match or_refused(begun)? {
        Ok(id) => Ok(Redirect::to(&format!("/run/{id}")).into_response()),
        Err(error) => {
            let lines = lines(&ready, |delivery| chosen.contains(&delivery));
            let mut shown = page(&app, &visitor, &ready, lines, typed).await?;
            (shown.at, shown.what, shown.hint) = (error.item(), error.to_string(), error.hint());
            again(&shown)
        }
    }
}
