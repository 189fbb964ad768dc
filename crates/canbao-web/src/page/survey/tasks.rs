//! Tasks as a work-list, and what can be done with several at once.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_domain::role::Role;
use canbao_registry::survey::{State as TaskState, TaskFilter};
use serde::Deserialize;

use super::{Pick, Who, area_name, keeper};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::{again, or_refused};
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Tasks on a page.
const LINES: i64 = 100;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    state: String,
    form: String,
    round: String,
    outcome: String,
    own: String,
    after: String,
    done: String,
}

#[derive(Template)]
#[template(path = "survey_tasks.html")]
struct Page {
    shell: Shell,
    heading: String,
    units: bool,
    states: Vec<Pick>,
    rounds: Vec<Pick>,
    outcomes: Vec<Pick>,
    count: String,
    lines: Vec<Who>,
    next: String,
    query: String,
    runs: bool,
    approves: bool,
    /// What can be done with those that are chosen.
    checks: bool,
    collectors: Vec<Pick>,
    places: Vec<Pick>,
    error: String,
    hint: String,
    refused: Vec<(String, String)>,
    done: String,
}

/// The choices of state, and what each asks for.
pub(crate) const STATES: [(&str, &str); 8] = [
    ("", "全部"),
    ("todo", "还要入户"),
    ("returned", "已退回"),
    ("unchecked", "已提交，待核对"),
    ("checked", "已核对，待核准"),
    ("approved", "已核准"),
    ("exempt", "免访"),
    ("late", "办结后又有交来的"),
];

/// Tasks in one of the states that can be chosen.
pub(crate) fn in_state(word: &str) -> TaskFilter {
    let (states, checked) = match word {
        "todo" => (vec![TaskState::Open, TaskState::Returned], None),
        "returned" => (vec![TaskState::Returned], None),
        "unchecked" => (vec![TaskState::Submitted], Some(false)),
        "checked" => (vec![TaskState::Submitted], Some(true)),
        "approved" => (vec![TaskState::Approved], None),
        "exempt" => (vec![TaskState::Exempt], None),
        _ => (Vec::new(), None),
    };
    TaskFilter { states, checked, late: word == "late", ..TaskFilter::default() }
}

fn filter(asked: &Asked, visitor: &Visitor) -> TaskFilter {
    TaskFilter {
        area: visitor.asked(&visitor.area).map(str::to_owned),
        form: if asked.form == "unit" { "unit".to_owned() } else { "person".to_owned() },
        round: asked.round.parse().ok(),
        outcome: asked.outcome.clone(),
        own: asked.own == "1",
        ..in_state(&asked.state)
    }
}

/// A place in the list, as it stands in an address.
pub(crate) fn placed(text: &str) -> Option<(String, i64, i64)> {
    let mut parts = text.split('.');
    Some((parts.next()?.to_owned(), parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn query(asked: &Asked) -> String {
    let pairs = [
        ("state", &asked.state),
        ("form", &asked.form),
        ("round", &asked.round),
        ("outcome", &asked.outcome),
        ("own", &asked.own),
    ];
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

async fn page(app: &App, visitor: &Visitor, asked: &Asked) -> Result<Page, Fault> {
    let filter = filter(asked, visitor);
    let count = app.registry.survey_task_count(&visitor.scope, &filter).await?;
    let after = placed(&asked.after);
    let found = app.registry.survey_tasks(&visitor.asker("入户任务"), &filter, after.as_ref(), LINES).await?;
    let lines: Vec<Who> = found.lines.iter().map(|subject| Who::of(app, subject, &visitor.areas)).collect();
    let units = filter.form == "unit";
    let what = if units { "个单位" } else { "人" };
    let state = STATES.iter().find(|(word, _)| *word == asked.state).map_or("全部", |(_, name)| *name);
    let name = area_name(visitor);
    let state = if asked.state.is_empty() { "入户任务" } else { state };
    let heading = format!("{name} · {state} {} {what}", say::count(count));
    let rounds = app.registry.survey_rounds(&visitor.scope).await?;
    let mut picks = vec![Pick::new("", "全部", &asked.round)];
    picks.extend(rounds.iter().map(|round| Pick::new(round.id.to_string(), round.name.clone(), &asked.round)));
    let form = app.settings.survey.forms.get(&filter.form);
    let mut outcomes = vec![Pick::new("", "全部", &asked.outcome)];
    let options = form.and_then(|form| form.item("outcome")).map(|item| item.options.as_slice()).unwrap_or_default();
    outcomes.extend(options.iter().map(|option| Pick::new(option.code.clone(), option.name.clone(), &asked.outcome)));
    let runs = visitor.may(Right::RunSurvey);
    let (mut collectors, mut places) = (Vec::new(), Vec::new());
    if runs {
        let reached = |area: &str| visitor.areas.reports_to(area, &visitor.area);
        let accounts = app.registry.accounts().await?;
        let theirs = accounts.iter().filter(|one| one.role == Role::Collector && !one.disabled && reached(&one.area));
        collectors = theirs
            .take(300)
            .map(|one| {
                Pick::new(
                    one.id.to_string(),
                    format!("{}（{}）", one.name, crate::page::line::place(&one.area, &visitor.areas)),
                    "",
                )
            })
            .collect();
        let under = visitor.areas.reporting_right_to(&visitor.area);
        places = under.into_iter().map(|(code, area)| Pick::new(code, area.name.clone(), "")).collect();
    }
    let base = query(asked);
    let next = found.next.map_or_else(String::new, |(area, household, id)| {
        let amp = if base.is_empty() { "" } else { "&" };
        format!("/survey/tasks?{base}{amp}after={area}.{household}.{id}")
    });
    let crumbs = vec![Crumb::to("入户调查", "/survey"), Crumb::here("任务")];
    let shell = Shell::of(app, visitor, "/survey/tasks", heading.clone(), crumbs).await?;
    let approves = visitor.may(Right::ApproveSurvey);
    Ok(Page {
        shell,
        heading,
        units,
        states: STATES.iter().map(|(word, name)| Pick::new(*word, *name, &asked.state)).collect(),
        rounds: picks,
        outcomes,
        count: say::count(count),
        lines,
        next,
        query: base,
        runs,
        approves,
        checks: matches!(asked.state.as_str(), "unchecked" | "checked"),
        collectors,
        places,
        error: String::new(),
        hint: String::new(),
        refused: Vec::new(),
        done: asked.done.clone(),
    })
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let mut page = page(&app, &visitor, &asked).await?;
    page.done = match page.done.split_once('.') {
        Some((what, count)) if count.parse::<u32>().is_ok() => match what {
            "check" => format!("已核对 {count} 份。"),
            "approve" => format!("已核准 {count} 份，登记库已更新。"),
            "place" => format!("已分派 {count} 个任务。"),
            "hand" => format!("{count} 个任务等对方接收；接收以前仍由这里负责。"),
            "exempt" => format!("{count} 个任务已免访。"),
            _ => String::new(),
        },
        _ => String::new(),
    };
    filled(&page)
}

pub(crate) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let marks: Vec<String> = given.all("task").into_iter().map(str::to_owned).collect();
    let registry = &app.registry;
    let again_with = async |error: String, hint: String, refused: Vec<(String, String)>| {
        let mut page = page(&app, &visitor, &asked).await?;
        (page.error, page.hint, page.refused) = (error, hint, refused);
        again(&page)
    };
    if marks.is_empty() {
        return again_with("没有选任务。".to_owned(), "请在左边勾选，再按按钮。".to_owned(), Vec::new()).await;
    }
    let asker = visitor.asker("入户任务");
    let word = given.text("act");
    let (mut done, mut refused) = (marks.len(), Vec::new());
    let result = match word {
        "check" => registry.survey_check(&asker, &marks).await.map(|left| {
            done -= left.len();
            refused = left;
        }),
        "approve" => {
            if !visitor.may(Right::ApproveSurvey) {
                return Err(Fault::MayNot);
            }
            registry.survey_approve(&asker, &marks, &keeper(&app), say::today()).await.map(|approved| {
                done = approved.done.len();
                refused = approved.refused;
            })
        }
        "place" => {
            let collector = given.text("collector").parse().ok();
            let area = given.maybe("place");
            registry.survey_place(&asker, &marks, area.as_deref(), collector).await
        }
        "hand" => registry.survey_hand_over(&asker, &marks, given.text("to"), given.text("reason")).await,
        "exempt" => registry.survey_exempt(&asker, &marks, true, given.text("reason")).await,
        _ => return Err(Fault::Nonsense("没有选要办的事。", "请返回上一页选一个。")),
    };
    if let Err(error) = or_refused(result)? {
        return again_with(error.to_string(), error.hint(), Vec::new()).await;
    }
    if refused.is_empty() {
        let query = query(&asked);
        let amp = if query.is_empty() { "" } else { "&" };
        return Ok(Redirect::to(&format!("/survey/tasks?{query}{amp}done={word}.{done}")).into_response());
    }
    let told = refused.into_iter().map(|one| (one.mark, one.says)).collect();
    let what = if word == "approve" { "核准" } else { "核对" };
    again_with(format!("{what}了 {done} 份，下面这些没有办成。"), "请逐个打开，按提示办理。".to_owned(), told).await
}
