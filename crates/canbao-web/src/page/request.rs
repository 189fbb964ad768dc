//! One change that was put forward: what it is told, what it would make of the record, the decision; taken back by its
//! maker; undone by two people.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::change::{Decision, Procedure, Request, RequestState, Resting, UndoRequest};
use serde::Deserialize;

use super::change::{state, what};
use super::filled;
use super::given::approves;
use super::line::{named, place};
use super::person::Names;
use super::propose::told::{Record, records, sentence};
use super::propose::{scan, told_of};
use super::refusal::{again, or_refused};
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Something later that rests on a change.
struct Rest {
    what: String,
    effective: String,
    at: String,
    path: String,
}

/// A wish to undo a change.
struct Wish {
    reason: String,
    maker: String,
    made: String,
    state: Tag,
    answer: String,
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
    done: bool,
    own: bool,
    checks: bool,
    person: i64,
    seen: i64,
    about: Vec<(&'static str, String)>,
    told: Vec<(&'static str, String)>,
    /// What the papers' file is; blank where none came with it.
    scan: String,
    /// What it would change, where it waits; blank where nothing can be told.
    sentence: String,
    records: Vec<Record>,
    /// Why it cannot be done as things are.
    against: String,
    decided: String,
    wish: Option<Wish>,
    wish_open: bool,
    wish_own: bool,
    resting: Vec<Rest>,
    error: String,
    hint: String,
    /// Which form the error belongs to: `decide`, `withdraw`, `undo`, `undo-decide`.
    at: &'static str,
    reason: String,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id).await?)
}

async fn page(app: &App, visitor: &Visitor, id: i64) -> Result<Page, Fault> {
    let request = app.registry.request(id).await.map_err(|error| match error {
        RegistryError::Refused { .. } => Fault::NoSuchRecord,
        error => error.into(),
    })?;
    let names = Names::read(app).await?;
    let (about, seen, name) = about(app, visitor, &request).await?;
    let word = what(&request);
    let heading = if name.is_empty() { format!("{word} · 第 {id} 件申请") } else { format!("{name} · {word}") };
    let checks = visitor.may(Right::Check);
    let list =
        if checks { Crumb::to("变更复核", "/changes") } else { Crumb::to("我提出的变更", "/changes/mine") };
    let at = if checks { "/changes" } else { "/changes/mine" };
    let decided = match (&request.checker, &request.reason) {
        (Some(checker), Some(reason)) => {
            let at = request.decided_at.map_or_else(String::new, |at| format!("（{}）", say::time(at)));
            format!("{}{at}：{reason}", names.of(checker))
        }
        _ => String::new(),
    };
    let open = request.state == RequestState::Pending;
    let (mut would, mut what_records, mut against) = (String::new(), Vec::new(), String::new());
    if open {
        match app.registry.preview_of(&visitor.asker("复核变更"), id, say::today()).await {
            Ok(touched) => (would, what_records) = (sentence(&touched), records(&touched, &visitor.areas)),
            Err(error) if error.is_refusal() || matches!(error, RegistryError::Nobody) => {
                against = format!("{error}{}", error.hint());
            }
            Err(error) => return Err(error.into()),
        }
    }
    let done = request.state == RequestState::Done;
    let resting = if done { app.registry.resting_on(id).await? } else { Vec::new() };
    let wish = app.registry.undo_of(id).await?;
    let mut told = request.procedure.as_ref().map(|procedure| told_of(procedure, visitor)).unwrap_or_default();
    told.extend(request.papers.clone().map(|papers| ("材料", papers)));
    told.extend(request.evidence.as_deref().map(|digest| ("材料摘要", say::digest(digest))));
    let came = app.registry.scan_of(id).await?;
    Ok(Page {
        scan: came.as_ref().map(scan::told_of_scan).unwrap_or_default(),
        shell: Shell::of(app, visitor, at, heading.clone(), vec![list, Crumb::here(format!("第 {id} 件"))]).await?,
        heading,
        id,
        told,
        what: word,
        effective: request.effective.clone(),
        maker: names.of(&request.maker),
        made: say::time(request.made_at),
        open,
        done,
        own: request.maker == visitor.account.login,
        checks,
        state: state(request.state),
        person: request.person,
        seen,
        about,
        sentence: would,
        records: what_records,
        against,
        decided,
        wish_open: wish.as_ref().is_some_and(|wish| wish.state == RequestState::Pending),
        wish_own: wish.as_ref().is_some_and(|wish| wish.maker == visitor.account.login),
        wish: wish.map(|wish| shown(&wish, &names)),
        resting: resting.iter().map(rest).collect(),
        error: String::new(),
        hint: String::new(),
        at: "",
        reason: String::new(),
    })
}

/// The papers that came as a file: to be saved, and opened by nothing in the browser.
pub(crate) async fn open_scan(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
) -> Result<Response, Fault> {
    let opened = app.registry.open_scan(&visitor.asker("打开变更材料"), &scan::folder(&app.settings.data), id).await;
    let (papers, content) = opened?;
    let kind = scan::media(&papers).ok_or(Fault::Broken)?;
    // the name says which change and nothing of whom it is about
    let name = format!("attachment; filename=\"canbao-change-{id}.{}\"", kind.ending);
    let mut response = content.to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
    );
    Ok(response)
}

type About = (Vec<(&'static str, String)>, i64, String);

/// Whose record it is, which version, and their name; of somebody new the area. Out of reach there is no request either.
async fn about(app: &App, visitor: &Visitor, request: &Request) -> Result<About, Fault> {
    if request.person == 0 {
        let area = request.procedure.as_ref().and_then(Procedure::new_area).unwrap_or_default();
        if !visitor.reaches(area) {
            return Err(Fault::NoSuchRecord);
        }
        return Ok((vec![("户籍地", place(area, &visitor.areas))], 0, String::new()));
    }
    let whole = app.registry.person(&visitor.asker("复核变更"), request.person).await?;
    let name = named(whole.record.name.as_deref());
    let mut about = vec![("姓名", name.clone())];
    if let Some(number) = whole.number() {
        about.push(("身份证号", say::number(number)));
    }
    about.push(("户籍地", place(&whole.record.area, &visitor.areas)));
    about.push(("现在", whole.derived.category.chinese().to_owned()));
    about.push(("养老", whole.derived.pension.chinese().to_owned()));
    about.push(("医疗", whole.derived.medical.chinese().to_owned()));
    Ok((about, whole.revision, name))
}

fn shown(wish: &UndoRequest, names: &Names) -> Wish {
    let state = match wish.state {
        RequestState::Pending => Tag::new("等待复核", "amber"),
        RequestState::Done => Tag::new("已同意", "green"),
        RequestState::Refused => Tag::new("没有同意", "red"),
        RequestState::Withdrawn | RequestState::Undone => Tag::new("已收回", ""),
    };
    let answer = match (&wish.checker, &wish.answer) {
        (Some(checker), Some(answer)) => format!("{}：{answer}", names.of(checker)),
        _ => String::new(),
    };
    Wish { reason: wish.reason.clone(), maker: names.of(&wish.maker), made: say::time(wish.made_at), state, answer }
}

fn rest(resting: &Resting) -> Rest {
    let how = super::person::how(&resting.kind);
    Rest {
        what: format!("第 {} 号记录：{how}", resting.person),
        effective: resting.effective.clone(),
        at: say::time(resting.at),
        path: resting
            .request
            .map_or_else(|| format!("/person/{}", resting.person), |request| format!("/change/{request}")),
    }
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

/// Back to the change's page where it is done, or the page once more with why not and what was typed.
fn answered<T>(
    app: &App,
    mut shown: Page,
    done: Result<T, RegistryError>,
    at: &'static str,
    given: &Given,
) -> Result<Response, Fault> {
    match or_refused(done)? {
        Ok(_) => {
            app.kept.forget_pending();
            Ok(Redirect::to(&format!("/change/{}", shown.id)).into_response())
        }
        Err(error) => {
            (shown.error, shown.hint) = (error.to_string(), error.hint());
            given.reason.trim().clone_into(&mut shown.reason);
            shown.at = at;
            again(&shown)
        }
    }
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    // in reach, or there is no such request
    let shown = page(&app, &visitor, id).await?;
    let reason = given.reason.trim().to_owned();
    let decision = Decision { approve: approves(&given.decision)?, reason, seen: given.seen };
    let done = app.registry.decide(&visitor.asker("复核变更"), id, &decision, say::today()).await;
    answered(&app, shown, done, "decide", &given)
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let done = app.registry.withdraw(&visitor.asker("收回变更"), id, given.reason.trim()).await;
    answered(&app, shown, done, "withdraw", &given)
}

pub(crate) async fn ask_undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let done = app.registry.ask_undo(&visitor.asker("申请撤销变更"), id, given.reason.trim()).await;
    answered(&app, shown, done, "undo", &given)
}

pub(crate) async fn decide_undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let approve = approves(&given.decision)?;
    let wish = wish(&app, id).await?;
    let done = app.registry.decide_undo(&visitor.asker("复核撤销"), wish, approve, given.reason.trim()).await;
    answered(&app, shown, done, "undo-decide", &given)
}

pub(crate) async fn withdraw_undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let wish = wish(&app, id).await?;
    let done = app.registry.withdraw_undo(&visitor.asker("收回撤销申请"), wish, given.reason.trim()).await;
    answered(&app, shown, done, "undo-decide", &given)
}

async fn wish(app: &App, id: i64) -> Result<i64, Fault> {
    Ok(app.registry.undo_of(id).await?.map_or(0, |wish| wish.id))
}
