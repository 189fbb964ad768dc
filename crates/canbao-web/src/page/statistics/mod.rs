//! 统计分析: tables that are put together, trends, gaps, reasons, what the indicators mean, the plan; all from snapshots.

pub(crate) mod catalogue;
pub(crate) mod gap;
pub(crate) mod keep;
pub(crate) mod pivot;
pub(crate) mod plan;
pub(crate) mod reasons;
pub(crate) mod take;
pub(crate) mod trend;

mod asked;

use std::sync::Arc;

use askama::Template;
use axum::response::{IntoResponse as _, Response};
use canbao_report::ReportError;
use canbao_report::cube::{Cube, Filter, Tree};
use canbao_report::indicator::Indicator;

use super::filled;
use super::shell::{Crumb, Shell};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

/// A choice in a list of choices.
pub(crate) struct Pick {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Pick {
    fn new(value: impl Into<String>, label: impl Into<String>, given: &str) -> Self {
        let value = value.into();
        Self { chosen: value == given, value, label: label.into() }
    }
}

/// Choices under one heading.
pub(crate) struct Picks {
    pub(crate) title: &'static str,
    pub(crate) all: Vec<Pick>,
}

/// A page beside the others of its kind.
pub(crate) struct Tab {
    pub(crate) path: &'static str,
    pub(crate) label: &'static str,
    pub(crate) current: bool,
}

const TABS: [(&str, &str); 6] = [
    ("/figures", "参保情况"),
    ("/figures/pivot", "交叉表"),
    ("/figures/trend", "趋势"),
    ("/figures/gap", "差距在哪里"),
    ("/figures/reasons", "未参保原因"),
    ("/figures/catalogue", "指标口径"),
];

pub(crate) fn tabs(at: &str) -> Vec<Tab> {
    TABS.map(|(path, label)| Tab { path, label, current: path == at }).into_iter().collect()
}

#[derive(Template)]
#[template(path = "no_statistics.html")]
struct Nothing {
    shell: Shell,
    heading: &'static str,
    tabs: Vec<Tab>,
    why: String,
    hint: String,
}

/// The page that says why there are no figures.
async fn nothing(
    app: &App,
    visitor: &Visitor,
    at: &str,
    heading: &'static str,
    error: ReportError,
) -> Result<Response, Fault> {
    match error {
        ReportError::Registry(error) if !error.is_refusal() => Err(error.into()),
        ReportError::NoSnapshot => {
            let shell = Shell::of(app, visitor, "/figures", heading, crumbs(heading)).await?;
            let hint = "更新登记库以后会自动统计；也可以请系统管理员在服务器上运行 canbao report snapshot。".to_owned();
            Ok(filled(&Nothing { shell, heading, tabs: tabs(at), why: error.to_string(), hint })?.into_response())
        }
        error => Err(Fault::Said(error.to_string(), error.hint())),
    }
}

fn crumbs(here: &str) -> Vec<Crumb> {
    vec![Crumb::to("统计", "/figures"), Crumb::here(here)]
}

/// The snapshot of a number, else the last.
async fn cube(app: &App, number: &str) -> Result<Arc<Cube>, ReportError> {
    match number.parse() {
        Ok(id) => app.cubes.get(&app.registry, id).await,
        Err(_) => app.cubes.latest(&app.registry).await,
    }
}

/// Of whom figures are asked: the chosen area.
fn filter(visitor: &Visitor) -> Filter {
    Filter {
        area: Some(visitor.area.clone()).filter(|area| !area.is_empty()),
        tree: Tree::Reporting,
        ..Filter::default()
    }
}

fn place(visitor: &Visitor) -> &str {
    visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str())
}

fn level(visitor: &Visitor) -> &str {
    visitor.areas.get(&visitor.area).map_or("city", |area| area.level.as_str())
}

/// What the areas right under the chosen one are called.
fn under(visitor: &Visitor) -> &'static str {
    match level(visitor) {
        "city" => "县(市、区)",
        "county" => "镇(办)",
        _ => "村(社区)",
    }
}

/// `截至 2016-10-31 · 第 3 号统计快照`.
fn basis(cube: &Cube) -> String {
    let snapshot = cube.snapshot();
    format!("截至 {} · 第 {} 号统计快照，{} 统计", snapshot.as_of, snapshot.id, say::time(snapshot.taken_at))
}

/// Indicators to choose from, by the parts of the catalogue.
fn measures(app: &App, chosen: &str, which: impl Fn(Indicator) -> bool) -> Vec<Picks> {
    let groups = app.settings.report.catalogue.groups().into_iter();
    let picks = groups.map(|(title, all)| {
        let all = all.into_iter().filter(|indicator| which(*indicator));
        Picks { title, all: all.map(|one| Pick::new(one.code.clone(), one.name.clone(), chosen)).collect() }
    });
    picks.filter(|picks| !picks.all.is_empty()).collect()
}

/// An indicator by its code, else the one that a page begins with.
fn measure(app: &App, code: &str, first: &str) -> Result<Indicator, Fault> {
    let catalogue = &app.settings.report.catalogue;
    let code = if code.is_empty() { first } else { code };
    catalogue
        .find(code)
        .ok_or_else(|| Fault::Said(format!("指标目录里没有“{code}”。"), "请从列出的指标里选。".to_owned()))
}

/// Snapshots to choose from, the last first.
async fn snapshots(app: &App, chosen: &str) -> Result<Vec<Pick>, Fault> {
    let all = app.registry.snapshots().await?;
    let mut picks = vec![Pick::new("", "最新", chosen)];
    picks.extend(
        all.iter().rev().map(|one| Pick::new(one.id.to_string(), format!("{}（第 {} 号）", one.as_of, one.id), chosen)),
    );
    Ok(picks)
}
