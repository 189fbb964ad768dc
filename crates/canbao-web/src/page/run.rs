//! A job: how far it is, what came of it, who decides what follows.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_registry::RegistryError;
use canbao_registry::job::{Job, JobKind, JobState};
use canbao_run::{AreaCounts, SourceCounts};
use serde::Deserialize;

use super::filled;
use super::given::approves;
use super::person::Names;
use super::refusal::{again, or_refused};
use super::runs::{duration, state, took};
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::fault::Fault;
use crate::http::live::{Seen, live};
use crate::job::city::Asked;
use crate::job::follow::{Following, cancel as cancel_it, conspicuous, titles};
use crate::job::outcome::{Outcome, Trial, finding_name, unit_name};
use crate::job::progress::Progress;
use crate::right::visitor::Visitor;
use crate::say;

struct Stage {
    name: String,
    rows: String,
    rate: String,
    time: String,
    state: Tag,
    /// Of 110 units; blank where it cannot be told.
    bar: String,
}

#[derive(Template)]
#[template(path = "run_stages.html")]
struct Stages {
    stages: Vec<Stage>,
}

struct Row {
    label: String,
    cells: Vec<String>,
}

#[derive(Template)]
#[template(path = "run.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    id: i64,
    state: Tag,
    alive: bool,
    can_cancel: bool,
    stages: String,
    error: String,
    hint: String,
    facts: Vec<(&'static str, String)>,
    again: bool,
    compared: bool,
    deliveries: Vec<(i64, String)>,
    conspicuous: Vec<String>,
    first: bool,
    sources: Vec<Row>,
    sources_sum: Row,
    areas: Vec<Row>,
    findings: Vec<(String, String)>,
    units: Vec<(String, String)>,
    trial: Vec<(&'static str, String)>,
    untried: String,
    rules_changed: bool,
    /// The jobs that came of it: number, what, how it stands.
    after: Vec<(i64, &'static str, Tag)>,
    /// The asker's own: another decides.
    own: bool,
    can_apply: bool,
    can_undo: bool,
    can_decide: bool,
    typed: String,
    refused: String,
    refused_hint: String,
}

/// A job, or there is none.
async fn job(app: &App, id: i64) -> Result<Job, Fault> {
    match app.registry.job(id).await {
        Err(error) if error.is_refusal() => Err(Fault::NoSuchRecord),
        other => Ok(other?),
    }
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Html<String>, Fault> {
    filled(&page(&app, &visitor, id).await?)
}

async fn page(app: &App, visitor: &Visitor, id: i64) -> Result<Page, Fault> {
    let job = job(app, id).await?;
    let names = Names::read(app).await?;
    let alive = matches!(job.state, JobState::Queued | JobState::Running);
    let compared = job.kind == JobKind::Compare && job.state == JobState::Done;
    let asked: Asked = if job.kind == JobKind::Compare { parsed(&job.asked) } else { Asked::default() };
    let outcome = if compared { Outcome::read(&job.result) } else { Outcome::default() };
    let Following { after, can_apply, can_undo, can_decide, can_cancel } = Following::read(&app.registry, &job).await?;
    let titles = titles(&asked);
    let title = |name: &str| titles.get(name).map_or(name, |title| *title).to_owned();
    let area = |code: &str| visitor.areas.get(code).map_or(code, |area| area.name.as_str()).to_owned();
    let (conspicuous, first) = if compared {
        conspicuous(&app.registry, &visitor.areas, &job, &asked, &outcome).await?
    } else {
        (Vec::new(), true)
    };
    let applied = if job.kind == JobKind::Apply { Trial::read(&job.result) } else { Trial::default() };
    let heading = match job.kind {
        JobKind::Compare => format!("比对 · 截至 {} · {}", asked.as_of, job.state.chinese()),
        kind => format!("{} · {}", kind.chinese(), job.state.chinese()),
    };
    let trial = outcome
        .trial
        .clone()
        .or_else(|| (job.kind == JobKind::Apply && job.state == JobState::Done).then(|| applied.clone()));
    let own = job.made_by == visitor.account.login;
    let crumbs = vec![Crumb::to("比对", "/runs"), Crumb::here(format!("第 {id} 个任务"))];
    let progress = app.runner.progress(id).unwrap_or_else(|| Progress::read(&job.progress));
    Ok(Page {
        shell: Shell::of(app, visitor, "/runs", heading.clone(), crumbs).await?,
        heading,
        sub: format!("第 {id} 个任务 · {} {} 发起", names.of(&job.made_by), say::time(job.made_at)),
        id,
        state: state(&job),
        alive,
        can_cancel,
        stages: stages(&progress, job.state)?,
        error: job.error.clone(),
        hint: job.hint.clone(),
        facts: facts(&job, &names, &asked),
        again: job.kind == JobKind::Compare && job.state.is_over() && !compared,
        compared,
        deliveries: asked
            .deliveries
            .iter()
            .map(|taken| (taken.delivery, format!("{}（截至 {}）", taken.title, taken.as_of)))
            .collect(),
        conspicuous,
        first,
        sources: outcome.sources.iter().map(|(name, counts)| source(title(name), counts)).collect(),
        sources_sum: source("合计".to_owned(), &sum(outcome.sources.values())),
        areas: areas(&outcome.areas, area),
        findings: outcome.findings.iter().map(|(kind, lines)| (finding_name(kind), say::count(*lines))).collect(),
        units: outcome.units.iter().map(|(word, units)| (unit_name(word), say::count(*units))).collect(),
        rules_changed: trial.as_ref().is_some_and(|trial| trial.rules_changed),
        trial: trial.as_ref().map(told).unwrap_or_default(),
        untried: outcome.untried,
        after: after.iter().map(|other| (other.id, other.kind.chinese(), state(other))).collect(),
        own,
        can_apply,
        can_undo,
        can_decide,
        typed: String::new(),
        refused: String::new(),
        refused_hint: String::new(),
    })
}

fn parsed<T: serde::de::DeserializeOwned + Default>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_default()
}

fn facts(job: &Job, names: &Names, asked: &Asked) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if !job.reason.is_empty() {
        facts.push(("原因", job.reason.clone()));
    }
    if let (Some(who), Some(at)) = (&job.decided_by, job.decided_at) {
        let word = if job.state == JobState::Refused { "不同意" } else { "同意" };
        facts.push((word, format!("{} {}：{}", say::time(at), names.of(who), job.decision)));
    }
    if let Some(begun) = job.begun_at {
        facts.push(("开始", say::time(begun)));
    }
    if let Some(ended) = job.ended_at {
        facts.push(("结束", format!("{}，用时 {}", say::time(ended), took(job))));
    }
    if !asked.missing.is_empty() {
        facts.push(("没有的数据", asked.missing.join("、")));
    }
    if !asked.stale.is_empty() {
        facts.push(("逾期的数据", asked.stale.join("、")));
    }
    facts
}

fn stages(progress: &Progress, state: JobState) -> Result<String, Fault> {
    let count = |rows: u64| say::count(i64::try_from(rows).unwrap_or(i64::MAX));
    let told = |stage: &crate::job::progress::Stage| {
        let time = duration(stage.seconds as i64);
        let broken = !stage.over && state != JobState::Running;
        let share = stage.total.filter(|total| *total > 0).map(|total| stage.rows as f64 * 110.0 / total as f64);
        Stage {
            name: stage.chinese().to_owned(),
            rows: match (stage.rows, stage.total) {
                (0, None) => String::new(),
                (rows, Some(total)) if !stage.over => format!("{} / {}", count(rows), count(total)),
                (rows, _) => count(rows),
            },
            rate: if stage.rows > 0 { format!("{} 行/秒", count(stage.rate())) } else { String::new() },
            time: match stage.left() {
                Some(left) if !broken => format!("{time}，约剩 {}", duration(left as i64)),
                _ => time,
            },
            state: match (stage.over, broken) {
                (true, _) => Tag::new("完成", "green"),
                (false, true) => Tag::new("没有做完", "red"),
                (false, false) => Tag::new("进行中", "amber"),
            },
            bar: share.filter(|_| !stage.over).map_or_else(String::new, |share| format!("{:.1}", share.min(110.0))),
        }
    };
    let page = Stages { stages: progress.stages.iter().map(told).collect() };
    page.render().map_err(|_| Fault::Nonsense("这个页面没有画成。", "请稍候重试；持续出现时请联系系统管理员。"))
}

fn source(label: String, counts: &SourceCounts) -> Row {
    let SourceCounts { rows, exact, normalised, upgraded, corrected, matched, decided, unresolved, rejected } = *counts;
    let cells = [rows, exact, normalised, upgraded, corrected, matched, decided, unresolved, rejected];
    Row { label, cells: cells.map(say::count).to_vec() }
}

fn sum<'a>(all: impl Iterator<Item = &'a SourceCounts>) -> SourceCounts {
    all.fold(SourceCounts::default(), |sum, counts| SourceCounts {
        rows: sum.rows + counts.rows,
        exact: sum.exact + counts.exact,
        normalised: sum.normalised + counts.normalised,
        upgraded: sum.upgraded + counts.upgraded,
        corrected: sum.corrected + counts.corrected,
        matched: sum.matched + counts.matched,
        decided: sum.decided + counts.decided,
        unresolved: sum.unresolved + counts.unresolved,
        rejected: sum.rejected + counts.rejected,
    })
}

/// The counties in the order of their codes, the city last.
fn areas(counts: &BTreeMap<String, AreaCounts>, name: impl Fn(&str) -> String) -> Vec<Row> {
    let row = |(code, counts): (&String, &AreaCounts)| {
        let AreaCounts { population, confirmed, uninsured, partial, interrupted, information } = *counts;
        let mut cells = [population, uninsured, partial, interrupted, information, confirmed].map(say::count).to_vec();
        cells.push(say::share(confirmed, population));
        Row { label: name(code), cells }
    };
    let is_city = |code: &str| code.ends_with("00");
    let (city, counties): (Vec<_>, Vec<_>) = counts.iter().partition(|(code, _)| is_city(code));
    counties.into_iter().chain(city).map(row).collect()
}

fn told(trial: &Trial) -> Vec<(&'static str, String)> {
    [
        ("新增", trial.new),
        ("有变化", trial.changed),
        ("不再出现，转为历史", trial.ended),
        ("没有变化", trial.untouched),
        ("其中与已核实的内容不同，待审核", trial.contested),
    ]
    .map(|(what, people)| (what, say::count(people)))
    .to_vec()
}

/// What those who wait are shown.
pub(crate) async fn follow(State(app): State<App>, _: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let begun = job(&app, id).await?.state;
    Ok(live(move || {
        let app = app.clone();
        async move {
            if let Some(progress) = app.runner.progress(id) {
                if begun == JobState::Queued {
                    return Seen::Done;
                }
                return stages(&progress, JobState::Running).map_or(Seen::Done, Seen::Piece);
            }
            match app.registry.job(id).await {
                Ok(job) if job.state == begun && !begun.is_over() => Seen::Piece(String::new()),
                Ok(_) => Seen::Done,
                // the database is gone for a moment
                Err(_) => Seen::Piece(String::new()),
            }
        }
    }))
}

#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    decision: String,
}

/// Where something was done; or the page again, with why not and what was typed.
async fn answer(
    app: &App,
    visitor: &Visitor,
    id: i64,
    done: Result<i64, RegistryError>,
    typed: String,
) -> Result<Response, Fault> {
    match or_refused(done)? {
        Ok(next) => {
            app.runner.wake();
            Ok(Redirect::to(&format!("/run/{next}")).into_response())
        }
        Err(error) => {
            let mut shown = page(app, visitor, id).await?;
            (shown.refused, shown.refused_hint, shown.typed) = (error.to_string(), error.hint(), typed);
            again(&shown)
        }
    }
}

pub(crate) async fn apply(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    job(&app, id).await?;
    let done = app.registry.approve_apply(&visitor.account.login, id, &given.reason).await;
    answer(&app, &visitor, id, done, given.reason).await
}

pub(crate) async fn undo(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    job(&app, id).await?;
    let done = app.registry.ask_undo_of_apply(&visitor.account.login, id, &given.reason).await;
    answer(&app, &visitor, id, done, given.reason).await
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    job(&app, id).await?;
    let approve = approves(&given.decision)?;
    let done = app.registry.decide_job(&visitor.account.login, id, approve, &given.reason).await;
    answer(&app, &visitor, id, done.map(|()| id), given.reason).await
}

pub(crate) async fn cancel(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let found = job(&app, id).await?;
    let done = cancel_it(&app, &app.registry, &visitor.account.login, &found).await;
    answer(&app, &visitor, id, done.map(|()| id), String::new()).await
}
