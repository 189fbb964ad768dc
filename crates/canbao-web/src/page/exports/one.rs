//! Requests to take lists along: all of them, one of them, the decision, the file.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::change::RequestState;
use canbao_registry::export::Export;
use serde::Deserialize;

use super::column::{chosen, told};
use super::file;
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::approves;
use crate::page::line::place;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::right::who::Who;
use crate::say;

/// Requests on a page, at most.
const MOST: usize = 200;

fn state(export: &Export) -> Tag {
    match export.state {
        RequestState::Pending => Tag::new("等待审批", "amber"),
        RequestState::Done if is_open(export) => Tag::new("可以下载", "green"),
        RequestState::Done => Tag::new("已过期", ""),
        RequestState::Refused => Tag::new("没有同意", "red"),
        RequestState::Withdrawn | RequestState::Undone => Tag::new("已收回", ""),
    }
}

/// How many rows it held, with their measure.
fn rows(export: &Export) -> String {
    format!("{} {}", say::count(export.rows), export.wanted.list.measure())
}

/// Whether the file may be taken just now.
pub(crate) fn is_open(export: &Export) -> bool {
    export.state == RequestState::Done && export.until.is_some_and(|until| until >= say::now_ms())
}

struct Row {
    id: i64,
    what: String,
    rows: String,
    whole: &'static str,
    purpose: String,
    maker: String,
    made: String,
    state: Tag,
}

#[derive(Template)]
#[template(path = "exports.html")]
struct All {
    shell: Shell,
    heading: String,
    waiting: Vec<Row>,
    others: Vec<Row>,
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let exports = app.registry.exports(&visitor.asker("导出申请"), reach(&visitor), MOST).await?;
    let names = Names::read(&app).await?;
    let row = |export: &Export| Row {
        id: export.id,
        what: told(&export.wanted.list, &visitor.areas),
        rows: rows(export),
        whole: if export.wanted.whole { "完整" } else { "遮盖" },
        purpose: export.wanted.purpose.clone(),
        maker: names.of(&export.maker),
        made: say::time(export.made_at),
        state: state(export),
    };
    let for_me = |export: &&Export| {
        export.state == RequestState::Pending
            && export.maker != visitor.account.login
            && visitor.may(Right::ApproveExport)
    };
    let (waiting, others): (Vec<&Export>, Vec<&Export>) = exports.iter().partition(for_me);
    let heading = format!("导出申请 · {} 件等您审批", waiting.len());
    let crumbs = vec![Crumb::to("人员", "/people"), Crumb::here("导出申请")];
    let (waiting, others) = (waiting.into_iter().map(row).collect(), others.into_iter().map(row).collect());
    let shell = Shell::of(&app, &visitor, "/exports", heading.clone(), crumbs).await?;
    filled(&All { shell, heading, waiting, others })
}

/// The area whose requests somebody sees: whoever may not approve sees their own alone.
pub(crate) fn reach(who: &Who) -> &str {
    if who.may(Right::ApproveExport) { who.own_area() } else { "" }
}

#[derive(Template)]
#[template(path = "export.html")]
struct Page {
    shell: Shell,
    heading: String,
    id: i64,
    state: Tag,
    items: Vec<(&'static str, String)>,
    whole: bool,
    own: bool,
    pending: bool,
    open: bool,
    may_withdraw: bool,
    approves: bool,
    until: String,
    error: String,
    hint: String,
    reason: String,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id).await?)
}

async fn page(app: &App, visitor: &Visitor, id: i64) -> Result<Page, Fault> {
    let export = app.registry.export(&visitor.asker("导出申请"), reach(visitor), id).await?;
    let names = Names::read(app).await?;
    let heading = format!("第 {id} 件导出申请 · {}", rows(&export));
    let columns = chosen(&export.wanted.list, &export.wanted.fields);
    let mut items = vec![
        ("名单", told(&export.wanted.list, &visitor.areas)),
        ("数量", format!("{}（申请时）", rows(&export))),
        ("列", columns.into_iter().map(|column| column.head).collect::<Vec<_>>().join("、")),
        ("个人信息", if export.wanted.whole { "完整" } else { "遮盖" }.to_owned()),
        ("用途", export.wanted.purpose.clone()),
        ("文件", if export.wanted.format == "csv" { "CSV 文本" } else { "Excel 工作簿" }.to_owned()),
        ("申请人", format!("{}，{}", names.of(&export.maker), place(&export.wanted.area, &visitor.areas))),
        ("申请时间", say::time(export.made_at)),
    ];
    if let (Some(checker), Some(answer), Some(at)) = (&export.checker, &export.answer, export.decided_at) {
        items.push(("审批", format!("{}，{}：{answer}", names.of(checker), say::time(at))));
    }
    if export.taken > 0 {
        items.push(("下载", format!("{} 次", say::count(export.taken))));
    }
    let crumbs =
        vec![Crumb::to("人员", "/people"), Crumb::to("导出申请", "/exports"), Crumb::here(format!("第 {id} 件"))];
    let own = export.maker == visitor.account.login;
    Ok(Page {
        shell: Shell::of(app, visitor, "/exports", heading.clone(), crumbs).await?,
        heading,
        id,
        state: state(&export),
        items,
        whole: export.wanted.whole,
        own,
        pending: export.state == RequestState::Pending,
        open: is_open(&export),
        may_withdraw: own && matches!(export.state, RequestState::Pending | RequestState::Done),
        approves: visitor.may(Right::ApproveExport) && !own,
        until: export.until.map(say::time).unwrap_or_default(),
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
}

fn answered(shown: Page, done: Result<(), RegistryError>, reason: &str) -> Result<Response, Fault> {
    let mut shown = shown;
    match or_refused(done)? {
        Ok(()) => Ok(Redirect::to(&format!("/export/{}", shown.id)).into_response()),
        Err(error) => {
            (shown.error, shown.hint, shown.reason) = (error.to_string(), error.hint(), reason.to_owned());
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
    let shown = page(&app, &visitor, id).await?;
    let approve = approves(&given.decision)?;
    let (asker, reason) = (visitor.asker("审批导出"), given.reason.trim());
    let done = app.registry.decide_export(&asker, visitor.own_area(), id, approve, reason).await;
    answered(shown, done, reason)
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let reason = given.reason.trim();
    let done = app.registry.withdraw_export(&visitor.asker("收回导出"), id, reason).await;
    answered(shown, done, reason)
}

pub(crate) async fn take(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let shown = page(&app, &visitor, id).await?;
    let export = match app.registry.take_export(&visitor.asker("下载导出文件"), id).await {
        Ok(export) => export,
        Err(error) => return answered(shown, Err(error), ""),
    };
    file::answer(&app, &visitor, &export).await
}
