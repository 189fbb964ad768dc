//! Changes that were put forward, as lists: what waits for a checker, what somebody put forward, what was done.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use canbao_registry::change::{Placed, Procedure, Request, RequestState};
use serde::Deserialize;

use super::filled;
use super::line::place;
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Requests on a page, at most.
const MOST: usize = 200;

struct Row {
    id: i64,
    what: String,
    effective: String,
    place: String,
    maker: String,
    made: String,
    own: bool,
    bulk: String,
    state: Tag,
}

/// A change that somebody wants undone.
struct Undo {
    change: i64,
    what: String,
    place: String,
    maker: String,
    made: String,
    reason: String,
    own: bool,
}

/// A list beside which this one stands.
pub(crate) struct Tab {
    pub(crate) label: &'static str,
    pub(crate) path: &'static str,
    pub(crate) here: bool,
}

/// The lists that somebody may see.
pub(crate) fn tabs(visitor: &Visitor, here: &'static str) -> Vec<Tab> {
    let checks = [("等待复核", "/changes"), ("已办理", "/changes/done"), ("批量办理", "/bulks")];
    let mut all = if visitor.may(Right::Check) { checks.to_vec() } else { Vec::new() };
    all.insert(all.len().min(1), ("我提出的", "/changes/mine"));
    all.into_iter().map(|(label, path)| Tab { label, path, here: path == here }).collect()
}

#[derive(Template)]
#[template(path = "changes.html")]
struct Inbox {
    shell: Shell,
    heading: String,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    undos: Vec<Undo>,
    count: String,
    shown: usize,
    more: bool,
}

pub(crate) async fn inbox(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let (found, count) = app.registry.pending_in(&visitor.scope, MOST).await?;
    let names = Names::read(&app).await?;
    let undos = app.registry.undos_in(&visitor.scope).await?;
    let undos: Vec<Undo> = undos
        .into_iter()
        .map(|(wish, request, area)| Undo {
            change: request.id,
            what: what(&request),
            place: place(&area, &visitor.areas),
            maker: names.of(&wish.maker),
            made: say::time(wish.made_at),
            own: wish.maker == visitor.account.login,
            reason: wish.reason,
        })
        .collect();
    let rows: Vec<Row> = found.iter().map(|placed| row(placed, &visitor, &names)).collect();
    let heading = format!("变更复核 · {} 件等待复核", say::count(count + undos.len() as i64));
    let crumbs = vec![Crumb::to("核对", "/changes"), Crumb::here("变更复核")];
    let shell = Shell::of(&app, &visitor, "/changes", heading.clone(), crumbs).await?;
    let (shown, more) = (rows.len(), count > rows.len() as i64);
    filled(&Inbox {
        shell,
        heading,
        tabs: tabs(&visitor, "/changes"),
        rows,
        undos,
        count: say::count(count),
        shown,
        more,
    })
}

fn row((request, area): &Placed, visitor: &Visitor, names: &Names) -> Row {
    Row {
        id: request.id,
        what: what(request),
        effective: request.effective.clone(),
        place: place(area, &visitor.areas),
        maker: names.of(&request.maker),
        made: say::time(request.made_at),
        own: request.maker == visitor.account.login,
        bulk: request.bulk.map_or_else(String::new, |bulk| format!("批次 {bulk}")),
        state: state(request.state),
    }
}

/// What a request is about, in a word.
pub(crate) fn what(request: &Request) -> String {
    request.procedure.as_ref().map_or("变更", Procedure::chinese).to_owned()
}

/// Where a request is.
pub(crate) fn state(state: RequestState) -> Tag {
    match state {
        RequestState::Pending => Tag::new("等待复核", "amber"),
        RequestState::Done => Tag::new("已办理", "green"),
        RequestState::Refused => Tag::new("已退回", "red"),
        RequestState::Withdrawn => Tag::new("已收回", ""),
        RequestState::Undone => Tag::new("已撤销", ""),
    }
}

#[derive(Template)]
#[template(path = "changes_all.html")]
struct All {
    shell: Shell,
    heading: &'static str,
    sub: &'static str,
    empty: (&'static str, &'static str),
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    older: String,
}

#[derive(Deserialize)]
pub(crate) struct From {
    /// Only those before this one.
    before: Option<i64>,
}

pub(crate) async fn mine(
    State(app): State<App>,
    visitor: Visitor,
    Query(from): Query<From>,
) -> Result<Html<String>, Fault> {
    let found = app.registry.made_by(&visitor.account.login, before(&from), MOST as i64).await?;
    let empty = ("您还没有提出过变更。", "在人员页上“办理变更”，提出的就列在这里。");
    let sub = "最近提出的排在前面；别人复核之前可以收回";
    all(&app, &visitor, "/changes/mine", ("我提出的变更", sub), empty, &found).await
}

pub(crate) async fn done(
    State(app): State<App>,
    visitor: Visitor,
    Query(from): Query<From>,
) -> Result<Html<String>, Fault> {
    let found = app.registry.done_in(&visitor.scope, before(&from), MOST).await?;
    let empty = ("您负责的区域里还没有办理过变更。", "变更由一人提出、另一人复核同意后办理。");
    let sub = "最近办理的排在前面；有误的，打开后申请撤销，由另一人复核";
    all(&app, &visitor, "/changes/done", ("已办理的变更", sub), empty, &found).await
}

fn before(from: &From) -> i64 {
    from.before.unwrap_or(i64::MAX)
}

async fn all(
    app: &App,
    visitor: &Visitor,
    path: &'static str,
    (heading, sub): (&'static str, &'static str),
    empty: (&'static str, &'static str),
    found: &[Placed],
) -> Result<Html<String>, Fault> {
    let names = Names::read(app).await?;
    let crumbs =
        vec![Crumb::to("核对", if visitor.may(Right::Check) { "/changes" } else { path }), Crumb::here(heading)];
    let last = found.last().filter(|_| found.len() == MOST);
    filled(&All {
        shell: Shell::of(app, visitor, path, heading, crumbs).await?,
        heading,
        sub,
        empty,
        tabs: tabs(visitor, path),
        rows: found.iter().map(|placed| row(placed, visitor, &names)).collect(),
        older: last.map_or_else(String::new, |(request, _)| format!("{path}?before={}", request.id)),
    })
}
