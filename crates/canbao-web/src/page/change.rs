//! Changes that others put forward: the checker's inbox, and the decision.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::change::{Decision, Request, RequestState};
use serde::Deserialize;

use super::filled;
use super::line::{named, place};
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
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
}

#[derive(Template)]
#[template(path = "changes.html")]
struct Inbox {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    count: String,
    shown: usize,
    more: bool,
}

pub(crate) async fn inbox(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let (found, count) = app.registry.pending_in(&visitor.scope, MOST).await?;
    let names = Names::read(&app).await?;
    let rows: Vec<Row> = found
        .iter()
        .map(|(request, area)| Row {
            id: request.id,
            what: what(request),
            effective: request.effective.clone(),
            place: place(area, &visitor.areas),
            maker: names.of(&request.maker),
            made: say::time(request.made_at),
            own: request.maker == visitor.account.login,
            bulk: request.bulk.map_or_else(String::new, |bulk| format!("批次 {bulk}")),
        })
        .collect();
    let heading = format!("变更复核 · {} 件等待复核", say::count(count));
    let crumbs = vec![Crumb::to("核对", "/changes"), Crumb::here("变更复核")];
    let shell = Shell::of(&app, &visitor, "/changes", heading.clone(), crumbs).await?;
    let (shown, more) = (rows.len(), count > rows.len() as i64);
    filled(&Inbox { shell, heading, rows, count: say::count(count), shown, more })
}

fn what(request: &Request) -> String {
    request.procedure.as_ref().map_or("变更", |procedure| procedure.chinese()).to_owned()
}

#[derive(Template)]
#[template(path = "change.html")]
struct Page {
    shell: Shell,
    heading: String,
    id: i64,
    what: String,
    effective: String,
    maker: String,
    made: String,
    state: Tag,
    open: bool,
    own: bool,
    person: i64,
    seen: i64,
    about: Vec<(&'static str, String)>,
    told: Vec<(&'static str, String)>,
    decided: String,
    error: String,
    hint: String,
    reason: String,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id).await?)
}

async fn page(app: &App, visitor: &Visitor, id: i64) -> Result<Page, Fault> {
    let request = app.registry.request(id).await.map_err(|_| Fault::NoSuchRecord)?;
    let names = Names::read(app).await?;
    let who = |login: &str| names.of(login);
    let (mut about, mut seen) = (Vec::new(), 0);
    let mut name = String::new();
    if request.person == 0 {
        let area = request.procedure.as_ref().and_then(|procedure| procedure.new_area()).unwrap_or_default();
        if !visitor.reaches(area) {
            return Err(Fault::NoSuchRecord);
        }
        about.push(("户籍地", place(area, &visitor.areas)));
    } else {
        // who is out of reach has no request either
        let whole = app.registry.person(&visitor.asker("复核变更"), request.person).await?;
        seen = whole.revision;
        name = named(whole.record.name.as_deref());
        about.push(("姓名", name.clone()));
        if let Some(number) = whole.number() {
            about.push(("身份证号", say::number(number)));
        }
        about.push(("户籍地", place(&whole.record.area, &visitor.areas)));
        about.push(("现在", whole.derived.category.chinese().to_owned()));
        about.push(("养老", whole.derived.pension.chinese().to_owned()));
        about.push(("医疗", whole.derived.medical.chinese().to_owned()));
    }
    let what = what(&request);
    let heading = if name.is_empty() { format!("{what} · 第 {id} 件申请") } else { format!("{name} · {what}") };
    let crumbs = vec![Crumb::to("变更复核", "/changes"), Crumb::here(format!("第 {id} 件"))];
    let state = match request.state {
        RequestState::Pending => Tag::new("等待复核", "amber"),
        RequestState::Done => Tag::new("已办理", "green"),
        RequestState::Refused => Tag::new("已退回", "red"),
        RequestState::Withdrawn => Tag::new("已收回", ""),
        RequestState::Undone => Tag::new("已撤销", ""),
    };
    let decided = match (&request.checker, &request.reason) {
        (Some(checker), Some(reason)) => format!("{}：{reason}", who(checker)),
        _ => String::new(),
    };
    Ok(Page {
        shell: Shell::of(app, visitor, "/changes", heading.clone(), crumbs).await?,
        heading,
        id,
        told: request.procedure.as_ref().map(|procedure| procedure.told()).unwrap_or_default(),
        what,
        effective: request.effective.clone(),
        maker: who(&request.maker),
        made: say::time(request.made_at),
        open: request.state == RequestState::Pending,
        own: request.maker == visitor.account.login,
        state,
        person: request.person,
        seen,
        about,
        decided,
        error: String::new(),
        hint: String::new(),
        reason: String::new(),
    })
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    decision: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    seen: i64,
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    // in reach, or there is no such request
    let mut shown = page(&app, &visitor, id).await?;
    let approve = match given.decision.as_str() {
        "approve" => true,
        "refuse" => false,
        _ => return Err(Fault::Nonsense("没有选同意还是退回。", "请返回上一页选一个。")),
    };
    let reason = given.reason.trim();
    let decision = Decision { approve, reason: reason.to_owned(), seen: given.seen };
    let done = app.registry.decide(&visitor.asker("复核变更"), id, &decision, say::today()).await;
    match done {
        Ok(_) => {
            app.kept.forget_pending();
            Ok(Redirect::to(&format!("/change/{id}")).into_response())
        }
        Err(error) if error.is_refusal() => {
            shown.error = error.to_string();
            shown.hint = error.hint();
            shown.reason = reason.to_owned();
            Ok((StatusCode::CONFLICT, filled(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
