//! What a village is asked to find out, and its answer.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::finding::WorkLine;
use serde::Deserialize;

use super::{kind_name, source_name};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::{named, place};
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

/// Questions on a page, at most.
const MOST: i64 = 100;

struct Row {
    handling: i64,
    name: String,
    number: String,
    place: String,
    what: String,
    source: String,
    note: String,
    who: String,
    due: Tag,
    person: Option<i64>,
    error: String,
    written: String,
}

#[derive(Template)]
#[template(path = "asked.html")]
struct Page {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    count: i64,
    error: String,
    hint: String,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor).await?)
}

async fn page(app: &App, visitor: &Visitor) -> Result<Page, Fault> {
    let (lines, count) = app.registry.waiting_for(&visitor.asker("请核实的疑点"), MOST).await?;
    let names = Names::read(app).await?;
    let rows = lines.iter().map(|line| row(line, visitor, &names)).collect();
    let place_name = visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str());
    let heading = format!("{place_name} · 请核实的疑点 {} 条", say::count(count));
    let crumbs = vec![Crumb::to(place_name, "/"), Crumb::here("请核实的疑点")];
    let shell = Shell::of(app, visitor, "/asked", heading.clone(), crumbs).await?;
    Ok(Page { shell, heading, rows, count, error: String::new(), hint: String::new() })
}

fn row(line: &WorkLine, visitor: &Visitor, names: &Names) -> Row {
    let handling = line.handling.as_ref();
    let due = handling.and_then(|one| one.due.clone()).unwrap_or_default();
    let today = say::today().to_string();
    let due = match due.as_str() {
        "" => Tag::new("没有期限", ""),
        day if day < today.as_str() => Tag::new(format!("{day} 已过期"), "red"),
        day => Tag::new(format!("{day} 前"), "amber"),
    };
    let source = match (&line.source, line.row) {
        (Some(source), Some(row)) => format!("{}第 {} 行", source_name(source), say::count(row)),
        _ => String::new(),
    };
    Row {
        handling: handling.map_or(0, |one| one.id),
        name: named(line.name.as_deref()),
        number: line.number.as_deref().map(say::number).unwrap_or_default(),
        place: place(&line.area, &visitor.areas),
        what: kind_name(&line.kind),
        source,
        note: handling.and_then(|one| one.note.clone()).unwrap_or_default(),
        who: handling.map(|one| names.of(&one.maker)).unwrap_or_default(),
        due,
        person: line.person,
        error: String::new(),
        written: String::new(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    answer: String,
    note: String,
}

pub(crate) async fn answer(
    State(app): State<App>,
    visitor: Visitor,
    Path(handling): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let answer = match given.answer.as_str() {
        "same" => Some(true),
        "different" => Some(false),
        "unknown" => None,
        _ => return Err(Fault::Nonsense("没有选答复。", "请返回上一页选一个。")),
    };
    match or_refused(app.registry.answer_ask(&visitor.asker("答复核实"), handling, answer, &given.note).await)? {
        Ok(()) => {
            app.kept.forget_work();
            Ok(Redirect::to("/asked").into_response())
        }
        Err(error) => {
            let mut page = page(&app, &visitor).await?;
            match page.rows.iter_mut().find(|row| row.handling == handling) {
                Some(row) => (row.error, row.written) = (format!("{error}{}", error.hint()), given.note),
                None => (page.error, page.hint) = (error.to_string(), error.hint()),
            }
            again(&page)
        }
    }
}
