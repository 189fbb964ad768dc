//! What is missing, and closing a village: nobody missed, no household missed, no item missed.

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_registry::survey::Completeness;

use super::{Who, crumbs, keeper};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::person::Names;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    name: String,
    path: String,
    households: String,
    unvisited: String,
    open: String,
    villages: String,
    closed: String,
}

#[derive(Template)]
#[template(path = "survey_complete.html")]
struct Page {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    sum: Row,
}

fn row(name: String, path: String, one: &Completeness) -> Row {
    Row {
        name,
        path,
        households: say::count(one.households),
        unvisited: say::count(one.unvisited),
        open: say::count(one.open),
        villages: say::count(one.villages),
        closed: say::count(one.closed),
    }
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    let area = if visitor.area.is_empty() {
        visitor.areas.city().unwrap_or_default().to_owned()
    } else {
        visitor.area.clone()
    };
    if visitor.areas.get(&area).is_some_and(|area| area.level == "village") {
        return Ok(Redirect::to(&format!("/survey/complete/{area}")).into_response());
    }
    let (whole, parts) = app.registry.survey_completeness(&visitor.scope, &area).await?;
    let name = visitor.areas.get(&area).map_or_else(|| "全市".to_owned(), |area| area.name.clone());
    let rows = parts.iter().map(|(code, one)| {
        let area = visitor.areas.get(code);
        let name = area.map_or_else(|| code.clone(), |area| area.name.clone());
        let is_village = area.is_some_and(|area| area.level == "village");
        let path = if is_village { format!("/survey/complete/{code}") } else { format!("/area/{code}") };
        row(name, path, one)
    });
    let heading = format!("{name} · 漏户 {} 户，没有结果 {} 人", say::count(whole.unvisited), say::count(whole.open));
    let rows: Vec<Row> = rows.collect();
    let shell = Shell::of(&app, &visitor, "/survey/complete", heading.clone(), crumbs("查漏和办结")).await?;
    let page = Page { shell, heading, rows, sum: row("合计".to_owned(), String::new(), &whole) };
    Ok(filled(&page)?.into_response())
}

struct Gap {
    mark: String,
    path: String,
    name: String,
    what: String,
    explained: String,
}

struct List {
    title: &'static str,
    empty: &'static str,
    gaps: Vec<Gap>,
}

#[derive(Template)]
#[template(path = "survey_village.html")]
struct Village {
    shell: Shell,
    heading: String,
    sub: String,
    code: String,
    lists: Vec<List>,
    closed: Option<(String, String, String)>,
    before: Vec<(String, String, String)>,
    can_close: bool,
    can_open: bool,
    error: String,
    hint: String,
}

async fn village_page(app: &App, visitor: &Visitor, code: &str) -> Result<Village, Fault> {
    let keeper = keeper(app);
    let gaps = app.registry.survey_gaps(&visitor.asker("查漏和办结"), code, &keeper).await?;
    let closings = app.registry.survey_closings(code).await?;
    let names = Names::read(app).await?;
    let why = |mark: &str| gaps.explained.get(mark).cloned().unwrap_or_default();
    let households = gaps.households.iter().map(|sheet| {
        let head = sheet.members.first();
        let name = crate::page::line::named(head.and_then(|head| head.record.name.as_deref()));
        let mark = sheet.household.mark.clone();
        Gap {
            path: String::new(),
            what: format!("{} 人要入户，没有上门记录", say::count(sheet.household.live)),
            explained: why(&mark),
            name: format!("{name}户"),
            mark,
        }
    });
    let of = |subject: &canbao_registry::survey::Subject, what: String| {
        let who = Who::of(app, subject, &visitor.areas);
        Gap {
            path: format!("/survey/task/{}", who.mark),
            explained: why(&who.mark),
            name: who.name,
            mark: who.mark,
            what,
        }
    };
    let people = gaps
        .people
        .iter()
        .map(|subject| of(subject, format!("{}，没有结果", Who::of(app, subject, &visitor.areas).state.word)));
    let items = gaps.items.iter().map(|(subject, says)| of(subject, says.clone()));
    let lists = vec![
        List { title: "漏户", empty: "每一户都有人上门。", gaps: households.collect() },
        List { title: "漏人", empty: "每个人都有结果。", gaps: people.collect() },
        List { title: "漏项", empty: "每份表要填的都填了。", gaps: items.collect() },
    ];
    let name = visitor.areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone());
    let missing = gaps.unexplained().len();
    let current = closings.first().filter(|closing| closing.opened.is_none());
    let closed = current.map(|closing| {
        (
            names.of(&closing.closed_by),
            say::time(closing.closed_at),
            closing.digest.get(..16).unwrap_or_default().to_owned(),
        )
    });
    let before = closings.iter().filter_map(|closing| {
        let (by, at, reason) = closing.opened.as_ref()?;
        let closed = format!("{} 由{}办结", say::time(closing.closed_at), names.of(&closing.closed_by));
        Some((closed, format!("{} 由{}重新打开", say::time(*at), names.of(by)), reason.clone()))
    });
    let sub = format!("任务 {} 个，没有补齐也没有说明的 {missing} 条", say::count(gaps.tasks));
    let heading = format!("{name} · {}", if closed.is_some() { "已办结" } else { "查漏和办结" });
    let crumbs = vec![Crumb::to("入户调查", "/survey"), Crumb::to("查漏和办结", "/survey/complete"), Crumb::here(name)];
    let shell = Shell::of(app, visitor, "/survey/complete", heading.clone(), crumbs).await?;
    let runs = visitor.may(Right::RunSurvey);
    Ok(Village {
        shell,
        heading,
        sub,
        code: code.to_owned(),
        can_close: runs && closed.is_none() && missing == 0 && gaps.tasks > 0,
        can_open: visitor.may(Right::ApproveSurvey) && closed.is_some(),
        lists,
        closed,
        before: before.collect(),
        error: String::new(),
        hint: String::new(),
    })
}

pub(crate) async fn village(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Result<Html<String>, Fault> {
    filled(&village_page(&app, &visitor, &code).await?)
}

pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(code): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let asker = visitor.asker("查漏和办结");
    let registry = &app.registry;
    let done = match given.text("act") {
        "explain" => registry.survey_explain(&asker, &code, given.text("mark"), given.text("says")).await,
        "close" => {
            // whoever closes signs with their password
            match registry.prove_password(&visitor.account, given.text("password")).await? {
                Some(says) => {
                    let mut page = village_page(&app, &visitor, &code).await?;
                    (page.error, page.hint) = (says, "办结要用登录密码签名。".to_owned());
                    return again(&page);
                }
                None => registry.survey_close(&asker, &code, &keeper(&app)).await.map(drop),
            }
        }
        "open" => {
            if !visitor.may(Right::ApproveSurvey) {
                return Err(Fault::MayNot);
            }
            registry.survey_reopen(&asker, &code, given.text("says")).await
        }
        _ => return Err(Fault::Nonsense("没有选要办的事。", "请返回上一页选一个。")),
    };
    match or_refused(done)? {
        Ok(()) => Ok(Redirect::to(&format!("/survey/complete/{code}")).into_response()),
        Err(error) => {
            let mut page = village_page(&app, &visitor, &code).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            again(&page)
        }
    }
}
