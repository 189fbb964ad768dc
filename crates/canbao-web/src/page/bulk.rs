//! Bulk procedures (批量办理): what became of a department's file, and the decision on all of it in one step.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Response};
use canbao_registry::change::{Bulk, BulkDecided, Outcome, Procedure, RequestState, Settled};
use serde::Deserialize;

use super::change::{Tab, state, tabs};
use super::filled;
use super::given::approves;
use super::line::place;
use super::person::Names;
use super::refusal::{again, or_refused};
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

/// Bulks on a page, at most.
const MOST: i64 = 50;
/// Requests of a bulk on a page, at most.
const REQUESTS: i64 = 200;

struct Row {
    id: i64,
    what: String,
    maker: String,
    made: String,
    lines: String,
    proposed: String,
    waiting: String,
    waits: bool,
}

#[derive(Template)]
#[template(path = "bulks.html")]
struct All {
    shell: Shell,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    older: String,
}

#[derive(Deserialize)]
pub(crate) struct From {
    before: Option<i64>,
    after: Option<i64>,
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(from): Query<From>,
) -> Result<Html<String>, Fault> {
    let before = from.before.unwrap_or(i64::MAX);
    let mut bulks = app.registry.bulks_in(&visitor.scope, &visitor.account.login, before, MOST + 1).await?;
    let more = bulks.len() as i64 > MOST;
    bulks.truncate(usize::try_from(MOST).unwrap_or_default());
    let names = Names::read(&app).await?;
    let rows = bulks.iter().map(|bulk| {
        let waiting = counted(bulk, RequestState::Pending);
        Row {
            id: bulk.id,
            what: what(bulk),
            maker: names.of(&bulk.maker),
            made: say::time(bulk.made_at),
            lines: say::count(bulk.lines),
            proposed: say::count(bulk.requests.iter().map(|(_, count)| count).sum()),
            waiting: say::count(waiting),
            waits: waiting > 0 && bulk.maker != visitor.account.login,
        }
    });
    let rows: Vec<Row> = rows.collect();
    let crumbs = vec![Crumb::to("核对", "/changes"), Crumb::here("批量办理")];
    let older = bulks.last().filter(|_| more);
    let older = older.map_or_else(String::new, |bulk| format!("/bulks?before={}", bulk.id));
    let shell = Shell::of(&app, &visitor, "/changes", "批量办理", crumbs).await?;
    filled(&All { shell, tabs: tabs(&visitor, "/bulks"), rows, older })
}

fn what(bulk: &Bulk) -> String {
    Procedure::chinese_of(&bulk.kind).unwrap_or(&bulk.kind).to_owned()
}

fn counted(bulk: &Bulk, state: RequestState) -> i64 {
    bulk.requests.iter().filter(|(word, _)| word == state.as_str()).map(|(_, count)| count).sum()
}

struct Line {
    id: i64,
    place: String,
    effective: String,
    state: Tag,
}

/// What became of requests that were decided just now.
struct Done {
    what: &'static str,
    count: String,
    /// Those that were not done, each with why.
    which: Vec<(i64, String)>,
}

#[derive(Template)]
#[template(path = "bulk.html")]
struct Page {
    shell: Shell,
    heading: String,
    id: i64,
    maker: String,
    made: String,
    /// Rows of the file by outcome: what, how many, what to do.
    outcomes: Vec<(&'static str, String, &'static str)>,
    lines_count: String,
    states: Vec<(Tag, String)>,
    waiting: i64,
    waiting_told: String,
    own: bool,
    lines: Vec<Line>,
    next: String,
    done: Vec<Done>,
    error: String,
    hint: String,
    reason: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Query(from): Query<From>,
) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id, from.after.unwrap_or_default()).await?)
}

async fn page(app: &App, visitor: &Visitor, id: i64, after: i64) -> Result<Page, Fault> {
    let bulk = app.registry.find_bulk(&visitor.scope, &visitor.account.login, id).await?;
    // of a bulk about nobody of theirs they are told nothing
    let bulk = bulk.ok_or(Fault::NoSuchRecord)?;
    let requests = app.registry.bulk_in(&visitor.scope, id, after, REQUESTS).await?;
    let names = Names::read(app).await?;
    let heading = format!("批次 {id} · {}", what(&bulk));
    let crumbs =
        vec![Crumb::to("变更复核", "/changes"), Crumb::to("批量办理", "/bulks"), Crumb::here(format!("批次 {id}"))];
    let waiting = counted(&bulk, RequestState::Pending);
    let states = [
        RequestState::Pending,
        RequestState::Done,
        RequestState::Refused,
        RequestState::Withdrawn,
        RequestState::Undone,
    ];
    let states = states.into_iter().map(|one| (one, counted(&bulk, one))).filter(|(_, count)| *count > 0);
    let last = requests.last().filter(|_| requests.len() as i64 == REQUESTS);
    Ok(Page {
        shell: Shell::of(app, visitor, "/changes", heading.clone(), crumbs).await?,
        heading,
        id,
        maker: names.of(&bulk.maker),
        made: say::time(bulk.made_at),
        outcomes: bulk.outcomes.iter().map(|(one, n)| (one.chinese(), say::count(*n), next_step(*one))).collect(),
        lines_count: say::count(bulk.lines),
        states: states.map(|(one, count)| (state(one), say::count(count))).collect(),
        waiting,
        waiting_told: say::count(waiting),
        own: bulk.maker == visitor.account.login,
        next: last.map_or_else(String::new, |(request, _)| format!("/bulk/{id}?after={}", request.id)),
        lines: requests
            .iter()
            .map(|(request, area)| Line {
                id: request.id,
                place: place(area, &visitor.areas),
                effective: request.effective.clone(),
                state: state(request.state),
            })
            .collect(),
        done: Vec::new(),
        error: String::new(),
        hint: String::new(),
        reason: String::new(),
    })
}

/// What is to be done about rows of an outcome.
const fn next_step(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Proposed => "已成为申请，等待复核",
        Outcome::AlreadySo => "不用办理",
        Outcome::Pending | Outcome::DecidedBefore => "看原来那件申请的结果",
        Outcome::Doubled => "同一人只办一次；日期不同的，请部门核实",
        Outcome::Unknown => "请部门核实号码，或查是否在外县",
        Outcome::NameDiffers | Outcome::NoName | Outcome::Shared | Outcome::InvalidNumber => {
            "请部门核实号码和姓名后重报"
        }
        Outcome::StateDiffers => "请部门核实是哪一项业务",
        Outcome::NoDate | Outcome::FutureDate | Outcome::BeforeBirth => "请部门核实日期后重报",
        Outcome::NotAllowed => "到人员页看原因，逐人办理",
    }
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id, 0).await?;
    let approve = approves(&given.decision)?;
    let reason = given.reason.trim();
    let asker = visitor.asker("批量复核变更");
    match or_refused(app.registry.decide_bulk(&asker, id, approve, reason, say::today()).await)? {
        Ok(decided) => {
            app.kept.forget_pending();
            // sent once more, what is decided stays decided: the page may answer by itself
            let mut shown = page(&app, &visitor, id, 0).await?;
            shown.done = told(&decided);
            Ok(filled(&shown)?.into_response())
        }
        Err(error) => {
            let mut shown = shown;
            (shown.error, shown.hint, shown.reason) = (error.to_string(), error.hint(), reason.to_owned());
            again(&shown)
        }
    }
}

/// What became of them, by outcome; of those out of reach only how many.
fn told(decided: &[BulkDecided]) -> Vec<Done> {
    let mut by: BTreeMap<&str, (Settled, Vec<&BulkDecided>)> = BTreeMap::new();
    for one in decided {
        by.entry(one.outcome.as_str()).or_insert_with(|| (one.outcome, Vec::new())).1.push(one);
    }
    let done = |(outcome, all): (Settled, Vec<&BulkDecided>)| Done {
        what: outcome.chinese(),
        count: say::count(all.len() as i64),
        which: match outcome {
            Settled::Changed | Settled::NotAllowed => {
                all.iter().take(50).map(|one| (one.request, one.told.clone())).collect()
            }
            _ => Vec::new(),
        },
    };
    by.into_values().map(done).collect()
}
