//! 实施方案: stages and targets, how the chosen area stands against them, and, for whoever may, changing them.

use askama::Template;
use axum::Form;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use canbao_domain::date::Date;
use canbao_report::ReportError;
use canbao_report::indicator::{Better, Indicator, Unit};
use canbao_report::plan::{Plan, Progress, Standing};

use super::{Pick, Picks, cube, measures, place};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::refusal::again;
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Stage {
    name: String,
    from: String,
    to: String,
    tag: (&'static str, String),
}

struct Target {
    name: String,
    area: String,
    by: String,
    value: String,
    expected: String,
    actual: String,
    tag: (&'static str, String),
}

#[derive(Template)]
#[template(path = "plan.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    stages: Vec<Stage>,
    targets: Vec<Target>,
    rules: Vec<String>,
    edits: bool,
    done: bool,
    why: String,
}

/// The plan that holds.
pub(crate) async fn holding(app: &App) -> Result<Plan, Fault> {
    let plan = match app.registry.plan().await? {
        Some(text) => Plan::parse(&text),
        None => Plan::embedded(),
    };
    plan.map_err(|error| Fault::Said(format!("{error}。"), "请有权改实施方案的同事改正。".to_owned()))
}

fn goal(indicator: Indicator, tenths: i64) -> String {
    match &indicator.definition().unit {
        Unit::Percent => format!("{}.{} %", tenths / 10, tenths % 10),
        Unit::Count(unit) => format!("{} {unit}", say::count(tenths / 10)),
    }
}

/// What is lacking, in words: `落后 14.2 个百分点`.
pub(crate) fn lacking(progress: &Progress) -> Option<String> {
    let behind = progress.behind.filter(|behind| *behind > 0)?;
    Some(match &progress.figure.indicator.definition().unit {
        Unit::Percent => format!("落后 {}.{} 个百分点", behind / 10, behind % 10),
        Unit::Count(unit) => format!("少 {} {unit}", say::count(behind)),
    })
}

/// What should be by now.
pub(crate) fn expected(progress: &Progress) -> String {
    let indicator = progress.figure.indicator;
    match indicator.definition().unit {
        Unit::Percent => goal(indicator, progress.expected),
        Unit::Count(_) => goal(indicator, progress.expected * 10),
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    done: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let plan = holding(&app).await?;
    let catalogue = &app.settings.report.catalogue;
    let cube = match cube(&app, "").await {
        Ok(cube) => Ok(cube),
        Err(ReportError::Registry(error)) if !error.is_refusal() => return Err(error.into()),
        Err(error) => Err(error.to_string()),
    };
    let day = cube.as_ref().map_or_else(|_| say::today(), |cube| cube.as_of());
    let stages = plan.stages.iter().map(|stage| Stage {
        name: stage.name.clone(),
        from: stage.from.to_string(),
        to: stage.to.to_string(),
        tag: match stage.on(day) {
            Standing::Ahead => ("", "未开始".to_owned()),
            Standing::Open(days) => ("green", format!("进行中，还有 {days} 天")),
            Standing::Over => ("", "已到期".to_owned()),
        },
    });
    let progress: Result<Vec<Progress>, String> = match &cube {
        Ok(cube) => plan.progress(cube, catalogue, &visitor.area, &visitor.scope).map_err(|error| error.to_string()),
        Err(why) => Err(why.clone()),
    };
    let targets = progress.as_ref().map_or(&[][..], Vec::as_slice).iter().map(|one| {
        let indicator = one.figure.indicator;
        let wanted = match indicator.definition().unit {
            Unit::Percent => one.target.value,
            Unit::Count(_) => one.target.value / 10,
        };
        let met = one.figure.value().is_some_and(|value| value >= wanted);
        Target {
            name: indicator.definition().name.clone(),
            area: if one.target.area.is_some() { "本区域".to_owned() } else { "各地统一".to_owned() },
            by: one.target.by.to_string(),
            value: goal(indicator, one.target.value),
            expected: expected(one),
            actual: one.figure.text(),
            tag: match (one.behind, lacking(one)) {
                (None, _) => ("", "还没有数字".to_owned()),
                (_, Some(lacking)) => ("red", lacking),
                _ if met => ("green", "已达到".to_owned()),
                _ => ("green", "跟上进度".to_owned()),
            },
        }
    });
    let rank = catalogue.find(&plan.rules.rank).map_or_else(|| plan.rules.rank.clone(), |one| one.name.clone());
    let heading = format!("{} · {}", place(&visitor), plan.title);
    let (stages, targets) = (stages.collect(), targets.collect());
    let crumbs = vec![Crumb::to("统计", "/figures"), Crumb::here("实施方案")];
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/plan", heading.clone(), crumbs).await?,
        sub: format!("进度按日子平摊：应达到 = 目标 × 已过的天数 ÷ 总天数 · 截至 {day}"),
        stages,
        targets,
        rules: plan.rules.chinese(&rank).to_vec(),
        edits: visitor.may(Right::Plan),
        done: asked.done == "yes",
        why: progress.err().unwrap_or_default(),
        heading,
    })
}

struct StageLine {
    name: String,
    from: String,
    to: String,
}

struct TargetLine {
    indicators: Vec<Picks>,
    areas: Vec<Pick>,
    from: String,
    by: String,
    value: String,
}

#[derive(Template)]
#[template(path = "plan_edit.html")]
struct Editing {
    shell: Shell,
    title: String,
    stages: Vec<StageLine>,
    targets: Vec<TargetLine>,
    ranks: Vec<Picks>,
    praise_first: String,
    praise_at_least: String,
    criticise_last: String,
    criticise_behind: String,
    error: String,
}

/// Lines of the form: those that there are, and some to be filled in.
const MORE: usize = 2;

fn is_goal(one: Indicator) -> bool {
    one.better == Some(Better::High)
}

async fn form(app: &App, visitor: &Visitor, given: &Given, error: String) -> Result<Editing, Fault> {
    let city = visitor.areas.city().unwrap_or_default().to_owned();
    let line = |name: &str, at: usize| given.text(&format!("{name}{at}")).to_owned();
    let filled_lines = |name: &str| (0..200).rev().find(|at| !line(name, *at).is_empty()).map_or(0, |at| at + 1);
    let stages = (0..filled_lines("stage") + MORE)
        .map(|at| StageLine { name: line("stage", at), from: line("stage-from", at), to: line("stage-to", at) })
        .collect();
    let counties = visitor.areas.reporting_right_to(&city);
    let targets = (0..filled_lines("indicator") + MORE)
        .map(|at| {
            let (indicator, area) = (line("indicator", at), line("area", at));
            let mut areas = vec![Pick::new("", "各地统一", &area)];
            areas.extend(counties.iter().map(|(code, known)| Pick::new((*code).to_owned(), known.name.clone(), &area)));
            if !area.is_empty() && areas.iter().all(|pick| !pick.chosen) {
                let name = visitor.areas.get(&area).map_or_else(|| area.clone(), |known| known.name.clone());
                areas.push(Pick::new(area.clone(), name, &area));
            }
            TargetLine {
                indicators: measures(app, &indicator, is_goal),
                areas,
                from: line("from", at),
                by: line("by", at),
                value: line("value", at),
            }
        })
        .collect();
    let crumbs = vec![Crumb::to("统计", "/figures"), Crumb::to("实施方案", "/plan"), Crumb::here("修改")];
    Ok(Editing {
        shell: Shell::of(app, visitor, "/plan", "修改实施方案", crumbs).await?,
        title: given.text("title").to_owned(),
        stages,
        targets,
        ranks: measures(app, given.text("rank"), |one| is_goal(one) && one.unit == Unit::Percent),
        praise_first: given.text("praise_first").to_owned(),
        praise_at_least: given.text("praise_at_least").to_owned(),
        criticise_last: given.text("criticise_last").to_owned(),
        criticise_behind: given.text("criticise_behind").to_owned(),
        error,
    })
}

/// A plan as the form has it.
fn fields(plan: &Plan) -> Given {
    let decimal = |tenths: i64| match tenths % 10 {
        0 => (tenths / 10).to_string(),
        rest => format!("{}.{rest}", tenths / 10),
    };
    let mut pairs = vec![
        ("title".to_owned(), plan.title.clone()),
        ("rank".to_owned(), plan.rules.rank.clone()),
        ("praise_first".to_owned(), plan.rules.praise_first.to_string()),
        ("praise_at_least".to_owned(), decimal(plan.rules.praise_at_least)),
        ("criticise_last".to_owned(), plan.rules.criticise_last.to_string()),
        ("criticise_behind".to_owned(), decimal(plan.rules.criticise_behind)),
    ];
    for (at, stage) in plan.stages.iter().enumerate() {
        pairs.push((format!("stage{at}"), stage.name.clone()));
        pairs.push((format!("stage-from{at}"), stage.from.to_string()));
        pairs.push((format!("stage-to{at}"), stage.to.to_string()));
    }
    for (at, target) in plan.targets.iter().enumerate() {
        pairs.push((format!("indicator{at}"), target.indicator.clone()));
        pairs.push((format!("area{at}"), target.area.clone().unwrap_or_default()));
        pairs.push((format!("from{at}"), target.from.to_string()));
        pairs.push((format!("by{at}"), target.by.to_string()));
        pairs.push((format!("value{at}"), decimal(target.value)));
    }
    Given::of(pairs)
}

/// The plan that a form tells; a line whose first field is blank is none.
fn told(given: &Given) -> Result<Plan, String> {
    use canbao_report::plan::{Rules, Stage, Target};
    let line = |name: &str, at: usize| given.text(&format!("{name}{at}"));
    let day = |what: String, text: &str| {
        Date::parse(text).ok_or_else(|| format!("{what}：“{text}”不是日期，请写成 2017-03-31 的样子。"))
    };
    let tenths = |what: &str, text: &str| -> Result<i64, String> {
        let wrong = || format!("{what}：“{text}”要是不小于 0、最多一位小数的数。");
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let (whole, part): (i64, i64) = (whole.parse().map_err(|_| wrong())?, part.parse().map_err(|_| wrong())?);
        if (0..10).contains(&part) && (0..1_000_000_000).contains(&whole) {
            Ok(whole * 10 + part)
        } else {
            Err(wrong())
        }
    };
    let count = |what: &str, text: &str| text.parse::<usize>().map_err(|_| format!("{what}：“{text}”不是个数。"));
    let (mut stages, mut targets) = (Vec::new(), Vec::new());
    for at in (0..200).filter(|at| !line("stage", *at).is_empty()) {
        let what = |which: &str| format!("第 {} 个阶段的{which}", at + 1);
        let (from, to) = (day(what("开始日期"), line("stage-from", at))?, day(what("结束日期"), line("stage-to", at))?);
        stages.push(Stage { name: line("stage", at).to_owned(), from, to });
    }
    for at in (0..200).filter(|at| !line("indicator", *at).is_empty()) {
        let what = |which: &str| format!("第 {} 个目标的{which}", at + 1);
        targets.push(Target {
            indicator: line("indicator", at).to_owned(),
            from: day(what("开始日期"), line("from", at))?,
            by: day(what("期限"), line("by", at))?,
            value: tenths(&what("目标值"), line("value", at))?,
            area: Some(line("area", at).to_owned()).filter(|area| !area.is_empty()),
        });
    }
    Ok(Plan {
        title: given.text("title").to_owned(),
        stages,
        targets,
        rules: Rules {
            rank: given.text("rank").to_owned(),
            praise_first: count("表扬前几名", given.text("praise_first"))?,
            praise_at_least: tenths("表扬至少达到", given.text("praise_at_least"))?,
            criticise_last: count("批评最多几个", given.text("criticise_last"))?,
            criticise_behind: tenths("批评落后多少", given.text("criticise_behind"))?,
        },
    })
}

pub(crate) async fn edit(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let plan = holding(&app).await?;
    filled(&form(&app, &visitor, &fields(&plan), String::new()).await?)
}

pub(crate) async fn set(
    State(app): State<App>,
    visitor: Visitor,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let given = Given::of(pairs);
    let checked = told(&given).and_then(|plan| {
        // read once more as it will be read: every rule of a plan stands there
        let text = plan.to_toml();
        let read = Plan::parse(&text).and_then(|plan| plan.check(&app.settings.report.catalogue));
        read.map(|()| text).map_err(|error| format!("{error}。"))
    });
    match checked {
        Ok(text) => {
            app.registry.set_plan(&text, &visitor.account.login).await?;
            Ok(Redirect::to("/plan?done=yes").into_response())
        }
        Err(error) => again(&form(&app, &visitor, &given, error).await?),
    }
}
