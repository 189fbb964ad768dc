//! Tasks on their way from one area to another.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};

use super::{area_name, crumbs};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::line::place;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::Shell;
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    id: i64,
    path: String,
    from: String,
    to: String,
    reason: String,
    who: String,
    at: String,
    state: Tag,
    answer: String,
    takes: bool,
    withdraws: bool,
}

#[derive(Template)]
#[template(path = "survey_transfers.html")]
struct Page {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    error: String,
    hint: String,
}

async fn page(app: &App, visitor: &Visitor) -> Result<Page, Fault> {
    let found = app.registry.survey_transfers(&visitor.asker("转出转入"), 200).await?;
    let names = Names::read(app).await?;
    let waiting = found.iter().filter(|one| one.state == "pending" && visitor.reaches(&one.to)).count();
    let rows = found.iter().map(|one| {
        let pending = one.state == "pending";
        let (theirs, ours) = (visitor.reaches(&one.to), visitor.reaches(&one.from));
        Row {
            id: one.id,
            path: if ours || one.state == "accepted" && theirs {
                format!("/survey/task/{}", one.mark)
            } else {
                String::new()
            },
            from: place(&one.from, &visitor.areas),
            to: place(&one.to, &visitor.areas),
            reason: one.reason.clone(),
            who: names.of(&one.maker),
            at: say::time(one.made_at),
            state: match one.state.as_str() {
                "pending" => Tag::new("等对方接收", "amber"),
                "accepted" => Tag::new("已接收", "green"),
                "returned" => Tag::new("已退回", "red"),
                _ => Tag::new("已撤回", ""),
            },
            answer: one.answer.clone().unwrap_or_default(),
            takes: pending && theirs,
            withdraws: pending && ours,
        }
    });
    let rows: Vec<Row> = rows.collect();
    let heading = format!("{} · 等接收 {waiting} 个", area_name(visitor));
    let shell = Shell::of(app, visitor, "/survey", heading.clone(), crumbs("转出转入")).await?;
    Ok(Page { shell, heading, rows, error: String::new(), hint: String::new() })
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor).await?)
}

pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let accept = match given.text("act") {
        "accept" => Some(true),
        "return" => Some(false),
        "withdraw" => None,
        _ => return Err(Fault::Nonsense("没有选要办的事。", "请返回上一页选一个。")),
    };
    let asker = visitor.asker("转出转入");
    match or_refused(app.registry.survey_take_over(&asker, id, accept, given.text("says")).await)? {
        Ok(()) => Ok(Redirect::to("/survey/transfers").into_response()),
        Err(error) => {
            let mut page = page(&app, &visitor).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            again(&page)
        }
    }
}
