//! 未参保原因: why those who lack insurance lack it, over areas.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use canbao_paper::drawing::{Part, key, stack};
use canbao_report::ReportError;
use canbao_report::cube::{Depth, Dimension, Grid};
use canbao_report::figure::Share;
use serde::Deserialize;

use super::pivot::named;
use super::{Pick, Tab, basis, crumbs, cube, filter, measure, nothing, place, tabs, under};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;
use crate::say;

/// Reasons that have a colour and a column of their own; the others are one.
const SHOWN: usize = 5;
/// Whom one asks for the reason.
const OF: [&str; 3] = ["uninsured", "partial", "interrupted"];

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    measure: String,
}

struct Row {
    name: String,
    path: String,
    cells: Vec<String>,
    total: String,
    stack: String,
}

struct Reason {
    name: String,
    count: String,
    share: String,
}

#[derive(Template)]
#[template(path = "reasons.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    measures: Vec<Pick>,
    query: String,
    none: bool,
    chart: String,
    key: String,
    heads: Vec<String>,
    under: &'static str,
    rows: Vec<Row>,
    total: Row,
    reasons: Vec<Reason>,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let code = if OF.contains(&asked.measure.as_str()) { asked.measure.as_str() } else { "uninsured" };
    let indicator = measure(&app, code, "uninsured")?;
    let cube = match cube(&app, "").await {
        Ok(cube) => cube,
        Err(error) => return nothing(&app, &visitor, "/figures/reasons", "未参保原因", error).await,
    };
    let filter = filter(&visitor);
    let grid: Result<Grid, ReportError> =
        cube.pivot(Dimension::Area(Depth::Below), Some(Dimension::Reason), indicator, &filter, &visitor.scope);
    let grid = match grid {
        Ok(grid) => grid,
        Err(error) => return nothing(&app, &visitor, "/figures/reasons", "未参保原因", error).await,
    };
    let counts: Vec<u64> = grid.column_totals.iter().map(|figure| figure.part).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(counts.get(*at).copied()));
    let (first, others) = order.split_at(order.len().min(SHOWN));
    let mut heads: Vec<String> =
        first.iter().filter_map(|at| grid.columns.get(*at)).map(|column| named(&column.label)).collect();
    if !others.is_empty() {
        heads.push("其他原因".to_owned());
    }
    // of each row what the shown reasons count, and all others together
    let told = |cells: &[u64]| -> Vec<u64> {
        let of = |at: &usize| cells.get(*at).copied().unwrap_or_default();
        let mut told: Vec<u64> = first.iter().map(of).collect();
        if !others.is_empty() {
            told.push(others.iter().map(of).sum());
        }
        told
    };
    let drawn = |name: &str, values: &[u64]| {
        let texts: Vec<String> = values.iter().map(|value| say::count(*value as i64)).collect();
        let parts: Vec<Part<'_>> = heads
            .iter()
            .zip(values)
            .zip(&texts)
            .enumerate()
            .map(|(at, ((name, value), text))| Part {
                name,
                value: *value,
                text,
                shade: 5_u8.saturating_sub(u8::try_from(at).unwrap_or(5)),
            })
            .collect();
        let label = format!("{name}{}的原因，截至 {}", indicator.name, grid.as_of);
        (stack(&label, &parts).unwrap_or_default(), key(&parts))
    };
    let row = |name: String, path: String, cells: &[u64], total: u64| {
        let values = told(cells);
        let (stack, _) = drawn(&name, &values);
        Row {
            name,
            path,
            cells: values.iter().map(|value| say::count(*value as i64)).collect(),
            total: say::count(total as i64),
            stack,
        }
    };
    let rows = grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals).map(|((value, cells), own)| {
        let cells: Vec<u64> = cells.iter().map(|figure| figure.part).collect();
        let path = if value.key.is_empty() { String::new() } else { format!("/area/{}", value.key) };
        row(named(&value.label), path, &cells, own.part)
    });
    let rows: Vec<Row> = rows.collect();
    let (chart, key) = drawn(place(&visitor), &told(&counts));
    let whole = grid.total.part;
    let reasons = order
        .iter()
        .filter_map(|at| Some((grid.columns.get(*at)?, counts.get(*at).copied().filter(|count| *count > 0)?)))
        .map(|(value, count)| Reason {
            name: named(&value.label),
            count: say::count(count as i64),
            share: Share { part: count, whole }.percent().unwrap_or_default(),
        });
    let reasons: Vec<Reason> = reasons.collect();
    let known = grid
        .columns
        .iter()
        .zip(&counts)
        .find(|(value, _)| value.key == "none")
        .map_or(whole, |(_, count)| whole - count);
    let heading = format!(
        "{} · {} {} 人，已查明原因 {} 人",
        place(&visitor),
        indicator.name,
        say::count(whole as i64),
        say::count(known as i64)
    );
    let page = Page {
        shell: Shell::of(&app, &visitor, "/figures/pivot", heading.clone(), crumbs("未参保原因")).await?,
        tabs: tabs("/figures/reasons"),
        sub: basis(&cube),
        measures: app
            .settings
            .report
            .catalogue
            .some(OF)
            .into_iter()
            .map(|one| Pick::new(one.code.clone(), one.name.clone(), code))
            .collect(),
        query: format!("measure={code}&rows=area&cols=reason"),
        none: whole == 0,
        chart,
        key,
        total: row("合计".to_owned(), String::new(), &counts, whole),
        heads,
        under: under(&visitor),
        rows,
        reasons,
        heading,
    };
    Ok(filled(&page)?.into_response())
}
