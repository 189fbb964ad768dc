//! How far the survey is: by area, with counts that add up.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use canbao_registry::survey::{Count, State as TaskState};
use serde::Deserialize;

use super::{Pick, area_name};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    name: String,
    path: String,
    cells: Vec<String>,
    share: String,
    bar: String,
}

struct RoundRow {
    id: i64,
    name: String,
    kind: &'static str,
    area: String,
    tasks: String,
    due: String,
    made: String,
    passes: bool,
}

struct OutcomeRow {
    name: String,
    count: String,
    share: String,
}

#[derive(Template)]
#[template(path = "survey.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    units: bool,
    rounds: Vec<Pick>,
    under: &'static str,
    rows: Vec<Row>,
    sum: Row,
    any: bool,
    issues: bool,
    runs: bool,
    visits: bool,
    outcomes: Vec<OutcomeRow>,
    list: Vec<RoundRow>,
    passed: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    form: String,
    round: String,
    passed: String,
}

fn row(name: String, path: String, count: &Count) -> Row {
    let states = TaskState::ALL.map(|state| say::count(count.of(state)));
    let mut cells = vec![say::count(count.issued), say::count(count.received), say::count(count.sent)];
    cells.extend(states);
    let (done, whole) = (count.handed_in(), count.to_visit());
    let bar = if whole == 0 { 0.0 } else { 110.0 * done as f64 / whole as f64 };
    Row { name, path, cells, share: say::share(done, whole), bar: format!("{bar:.1}") }
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    app.registry.survey_reconcile("system", say::today()).await?;
    let units = asked.form == "unit";
    let form = if units { "unit" } else { "person" };
    let round = asked.round.parse::<i64>().ok();
    let area = if visitor.area.is_empty() {
        visitor.areas.city().unwrap_or_default().to_owned()
    } else {
        visitor.area.clone()
    };
    let progress = app.registry.survey_progress(&visitor.scope, &area, form, round).await?;
    let rounds = app.registry.survey_rounds(&visitor.scope).await?;
    let name = area_name(&visitor);
    let level = visitor.areas.reporting_right_to(&area).first().map(|(_, area)| area.level.clone());
    let under = match level.as_deref() {
        Some("county") => "县（区）",
        Some("town") => "镇（办）",
        Some("village") => "村（社区）",
        _ => "区划",
    };
    let rows = progress.parts.iter().map(|(code, count)| {
        let (name, path) = if code.is_empty() {
            (format!("还在{name}，没有分到下级"), format!("/survey/tasks?own=1&form={form}"))
        } else {
            let name = visitor.areas.get(code).map_or_else(|| code.clone(), |area| area.name.clone());
            (name, format!("/area/{code}"))
        };
        row(name, path, count)
    });
    let rows: Vec<Row> = rows.collect();
    let whole = &progress.whole;
    let known = app.settings.survey.forms.get(form);
    let named = |code: &str| known.map_or_else(|| code.to_owned(), |form| form.named("outcome", code));
    let mut outcomes: Vec<(&String, &i64)> = whole.outcomes.iter().collect();
    outcomes.sort_by(|one, other| other.1.cmp(one.1).then(one.0.cmp(other.0)));
    let handed_in: i64 = whole.outcomes.values().sum();
    let outcomes = outcomes
        .into_iter()
        .map(|(code, count)| OutcomeRow {
            name: named(code),
            count: say::count(*count),
            share: say::share(*count, handed_in),
        })
        .collect();
    let area_of = |code: &str| visitor.areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone());
    let runs = visitor.may(Right::RunSurvey);
    let has_under = !visitor.areas.reporting_right_to(&area).is_empty();
    let list = rounds.iter().map(|round| RoundRow {
        id: round.id,
        name: round.name.clone(),
        kind: match round.kind.as_str() {
            "units" => "单位",
            "supplement" => "补充",
            "spot" => "新增",
            _ => "人员",
        },
        area: area_of(&round.area),
        tasks: if round.kind == "spot" { "—".to_owned() } else { say::count(round.tasks) },
        due: round.due.clone().unwrap_or_else(|| "没有期限".to_owned()),
        made: say::time(round.made_at),
        passes: runs && has_under && round.kind != "spot",
    });
    let list: Vec<RoundRow> = list.collect();
    let mut picks = vec![Pick::new("", "全部批次", &asked.round)];
    picks.extend(rounds.iter().map(|round| Pick::new(round.id.to_string(), round.name.clone(), &asked.round)));
    let open = whole.of(TaskState::Open) + whole.of(TaskState::Returned);
    let what = if units { "单位" } else { "人" };
    let heading = format!("{name} · 入户调查还有 {} {what}", say::count(open));
    let sub = format!(
        "要入户 {}，已提交和核准 {}（{}）",
        say::count(whole.to_visit()),
        say::count(whole.handed_in()),
        say::share(whole.handed_in(), whole.to_visit())
    );
    let passed = match asked.passed.parse::<i64>() {
        Ok(tasks) => format!("已下发，{} 个任务到了下级。", say::count(tasks)),
        Err(_) => String::new(),
    };
    let crumbs = vec![Crumb::to(name.clone(), "/"), Crumb::here("入户调查")];
    let shell = Shell::of(&app, &visitor, "/survey", heading.clone(), crumbs).await?;
    filled(&Page {
        shell,
        heading,
        sub,
        units,
        rounds: picks,
        under,
        any: whole.lying() + whole.issued > 0,
        sum: row("合计".to_owned(), String::new(), whole),
        rows,
        issues: visitor.may(Right::ApproveSurvey),
        runs,
        visits: visitor.may(Right::Visit),
        outcomes,
        list,
        passed,
    })
}
