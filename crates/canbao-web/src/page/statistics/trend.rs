//! 趋势: an indicator from snapshot to snapshot, of the chosen area and those below it.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use canbao_paper::drawing::{Line as Drawn, Plan as Planned, Unit as Axis, line};
use canbao_report::cube::{Cube, Depth, Dimension};
use canbao_report::figure::{Figure, Trend};
use canbao_report::indicator::{Table, Unit};
use canbao_report::plan::Plan;
use serde::Deserialize;

use super::{Picks, Tab, crumbs, filter, measure, measures, nothing, place, tabs, under};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;

/// Snapshots that are shown: a year, and the one before.
const SHOWN: usize = 13;
/// Of these so many have a column for each area.
const COLUMNS: usize = 6;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    measure: String,
}

struct Row {
    day: String,
    value: String,
    basis: String,
    change: String,
}

struct Area {
    name: String,
    path: String,
    cells: Vec<String>,
    change: String,
}

#[derive(Template)]
#[template(path = "trend.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    meaning: &'static str,
    unit: String,
    measures: Vec<Picks>,
    chart: String,
    why: &'static str,
    rows: Vec<Row>,
    under: &'static str,
    days: Vec<String>,
    areas: Vec<Area>,
}

/// What a target is called beside the line.
async fn plan(app: &App) -> Result<Option<Plan>, Fault> {
    Ok(match app.registry.plan().await? {
        Some(text) => Plan::parse(&text).ok(),
        None => Plan::embedded().ok(),
    })
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let indicator = measure(&app, &asked.measure, "coverage")?;
    let all = app.registry.snapshots().await?;
    // of several snapshots of one day the last one counts
    let mut wanted: Vec<i64> = Vec::new();
    for (at, one) in all.iter().enumerate() {
        if all.iter().skip(at + 1).all(|later| later.as_of != one.as_of) {
            wanted.push(one.id);
        }
    }
    let from = wanted.len().saturating_sub(SHOWN);
    let mut cubes: Vec<Arc<Cube>> = Vec::new();
    for id in wanted.into_iter().skip(from) {
        match app.cubes.get(&app.registry, id).await {
            Ok(cube) => cubes.push(cube),
            Err(error) => return nothing(&app, &visitor, "/figures/trend", "趋势", error).await,
        }
    }
    cubes.sort_by_key(|cube| cube.as_of());
    let filter = filter(&visitor);
    // an area that was not there then has no figure of that day
    let tables: Vec<(Arc<Cube>, Table)> = cubes
        .into_iter()
        .filter_map(|cube| {
            let table = cube.table(Dimension::Area(Depth::Below), &[indicator], &filter, &visitor.scope).ok()?;
            Some((cube, table))
        })
        .collect();
    let Some((last, latest)) = tables.last() else {
        return nothing(&app, &visitor, "/figures/trend", "趋势", canbao_report::ReportError::NoSnapshot).await;
    };
    let total = |table: &Table| table.total.first().copied();
    let figures: Vec<Figure> = tables.iter().filter_map(|(_, table)| total(table)).collect();
    let percent = indicator.unit == Unit::Percent;
    let scale = if percent { 10.0 } else { 1.0 };
    let points: Vec<(i32, f64)> =
        figures.iter().filter_map(|figure| Some((figure.as_of.0, figure.value()? as f64 / scale))).collect();
    let end = figures.last().map(|figure| [figure.text(), figure.as_of.to_string()]).unwrap_or_default();
    let plan = plan(&app).await?;
    let target = plan.as_ref().and_then(|plan| plan.target(&indicator.code, &visitor.area, last.as_of()));
    let goal = |tenths: i64| tenths as f64 / 10.0;
    let planned = target.map(|target| Planned {
        from: (target.from.0, 0.0),
        to: (target.by.0, goal(target.value)),
        text: "计划",
    });
    let label = format!("{}{}，截至 {}", place(&visitor), indicator.name, last.as_of());
    let chart = line(&Drawn {
        label: &label,
        size: (1120.0, 300.0),
        points: &points,
        unit: if percent { Axis::Percent } else { Axis::People },
        from_zero: planned.is_some(),
        end: &end.each_ref().map(String::as_str),
        until: target.map(|target| (target.by.0, "期限")),
        plan: planned,
        target: None,
        forecast: None,
    });
    let why = if points.len() < 2 {
        "只有一次统计，还看不出变化；登记库每次更新都会统计一次。"
    } else {
        ""
    };
    let mut rows: Vec<Row> = Vec::new();
    for (at, figure) in figures.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| figures.get(at));
        let change = before.and_then(|before| Trend::between(figure, before));
        rows.push(Row {
            day: figure.as_of.to_string(),
            value: figure.text(),
            basis: figure.basis(),
            change: change.map_or_else(|| "—".to_owned(), Trend::with_unit),
        });
    }
    rows.reverse();
    let shown: Vec<&Table> = tables.iter().rev().take(COLUMNS).map(|(_, table)| table).rev().collect();
    let areas = latest.rows.iter().filter(|row| !row.value.key.is_empty()).map(|row| {
        let at = |table: &&Table| {
            let row = table.rows.iter().find(|known| known.value.key == row.value.key)?;
            row.figures.first().copied()
        };
        let own: Vec<Option<Figure>> = shown.iter().map(at).collect();
        let first = own.first().copied().flatten();
        let change = own.last().copied().flatten().zip(first).and_then(|(now, then)| Trend::between(&now, &then));
        Area {
            name: row.value.label.clone(),
            path: format!("/area/{}", row.value.key),
            cells: own
                .iter()
                .map(|figure| figure.and_then(|figure| figure.bare()).unwrap_or_else(|| "—".to_owned()))
                .collect(),
            change: change.filter(|_| shown.len() > 1).map_or_else(|| "—".to_owned(), Trend::text),
        }
    });
    let heading = match (figures.last(), figures.len().checked_sub(2).and_then(|at| figures.get(at))) {
        (Some(now), Some(before)) => {
            let change = Trend::between(now, before)
                .map_or_else(String::new, |change| format!("，比 {} {}", before.as_of, change.with_unit()));
            format!("{} · {} {}{change}", place(&visitor), indicator.name, now.text())
        }
        (Some(now), None) => format!("{} · {} {}", place(&visitor), indicator.name, now.text()),
        _ => format!("{} · {}", place(&visitor), indicator.name),
    };
    let page = Page {
        shell: Shell::of(&app, &visitor, "/figures/pivot", heading.clone(), crumbs("趋势")).await?,
        tabs: tabs("/figures/trend"),
        sub: format!(
            "{} 次统计，从 {} 到 {}",
            tables.len(),
            tables.first().map_or_else(String::new, |(cube, _)| cube.as_of().to_string()),
            last.as_of()
        ),
        meaning: &indicator.definition().meaning,
        unit: indicator.unit.chinese().to_owned(),
        measures: measures(&app, &indicator.code, |_| true),
        chart: chart.unwrap_or_default(),
        why,
        rows,
        under: under(&visitor),
        days: shown.iter().map(|table| table.as_of.to_string()).collect(),
        areas: areas.collect(),
        heading,
    };
    Ok(filled(&page)?.into_response())
}
