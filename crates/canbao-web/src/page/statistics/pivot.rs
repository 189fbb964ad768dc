//! 交叉表: an indicator by any two dimensions, with the way to the people behind a cell.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use canbao_paper::drawing::{Bar, Bars, bars};
use canbao_registry::paper::Kept;
use canbao_report::cube::{Dimension, Filter, Tree};
use canbao_report::figure::Figure;

use super::asked::{Asked, is_wide};
use super::{Pick, Picks, Tab, basis, crumbs, cube, measure, measures, nothing, place, snapshots, tabs};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;

/// Bars that a chart has room for.
const BARS: usize = 30;

pub(super) struct Cell {
    pub(super) text: String,
    pub(super) path: String,
}

struct Line {
    label: String,
    cells: Vec<Cell>,
    total: Cell,
}

/// A filter that is set, and the address without it.
struct Chip {
    label: String,
    without: String,
}

struct Only {
    word: &'static str,
    label: &'static str,
    all: Vec<Pick>,
}

struct Saved {
    id: i64,
    name: String,
    path: String,
    own: bool,
    note: String,
}

#[derive(Template)]
#[template(path = "pivot.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    meaning: &'static str,
    formula: &'static str,
    unit: String,
    measures: Vec<Picks>,
    rows: Vec<Pick>,
    columns: Vec<Pick>,
    trees: Vec<Pick>,
    snapshots: Vec<Pick>,
    only: Vec<Only>,
    chips: Vec<Chip>,
    query: String,
    first: &'static str,
    heads: Vec<String>,
    lines: Vec<Line>,
    total: Line,
    note: String,
    leads: bool,
    chart: String,
    saved: Vec<Saved>,
    done: &'static str,
    error: String,
    hint: String,
}

fn text(figure: &Figure) -> String {
    figure.bare().unwrap_or_else(|| "—".to_owned())
}

fn by(dimension: Dimension, chosen: Option<Dimension>) -> Pick {
    Pick {
        value: dimension.as_str().to_owned(),
        label: dimension.chinese().to_owned(),
        chosen: chosen == Some(dimension),
    }
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    answer(&app, &visitor, &Given::of(pairs), None).await
}

/// The page; where keeping it was refused, with why.
pub(super) async fn answer(
    app: &App,
    visitor: &Visitor,
    given: &Given,
    refused: Option<(String, String)>,
) -> Result<Response, Fault> {
    let asked = match Asked::read(given) {
        Ok(asked) => asked,
        Err(error) => return nothing(app, visitor, "/figures/pivot", "交叉表", error).await,
    };
    let indicator = measure(app, &asked.measure, "coverage")?;
    let cube = match cube(app, &asked.snapshot).await {
        Ok(cube) => cube,
        Err(error) => return nothing(app, visitor, "/figures/pivot", "交叉表", error).await,
    };
    let filter = asked.filter(visitor);
    let (mut refusal, mut grid) = (refused.unwrap_or_default(), None);
    match cube.pivot(asked.rows, asked.columns, indicator, &filter, &visitor.scope) {
        Ok(found) => grid = Some(found),
        // said at the form, where another choice is at hand
        Err(error) => refusal = (error.to_string(), error.hint()),
    }
    let definition = indicator.definition();
    let is_latest = asked.snapshot.is_empty();
    let wide = grid.as_ref().is_some_and(is_wide);
    let cell = |figure: &Figure, row, column| Cell {
        text: text(figure),
        path: if is_latest && figure.part > 0 {
            asked.people(visitor, indicator, row, column, cube.as_of())
        } else {
            String::new()
        },
    };
    let (mut lines, mut heads, mut chart, mut note) = (Vec::new(), Vec::new(), String::new(), String::new());
    let mut total =
        Line {
            label: "合计".to_owned(), cells: Vec::new(), total: Cell { text: "—".to_owned(), path: String::new() }
        };
    if let Some(grid) = &grid {
        if wide {
            heads = grid.columns.iter().map(|column| named(&column.label)).collect();
        }
        for ((row, cells), own) in grid.rows.iter().zip(&grid.cells).zip(&grid.row_totals) {
            let those = grid.columns.iter().zip(cells).filter(|_| wide);
            lines.push(Line {
                label: named(&row.label),
                cells: those.map(|(column, figure)| cell(figure, Some(row), Some(column))).collect(),
                total: cell(own, Some(row), None),
            });
        }
        let those = grid.columns.iter().zip(&grid.column_totals).filter(|_| wide);
        total.cells = those.map(|(column, figure)| cell(figure, None, Some(column))).collect();
        total.total = cell(&grid.total, None, None);
        if !(grid.rows_add_up && grid.columns_add_up) {
            note = "一人可以在几行或几列里，合计是单独计算的人数，不是各项之和。".to_owned();
        }
        let told: Vec<(String, f64, String)> = grid
            .rows
            .iter()
            .zip(&grid.row_totals)
            .filter_map(|(row, figure)| Some((named(&row.label), figure.value()? as f64, figure.text())))
            .collect();
        if told.len() > 1 && told.len() <= BARS {
            let shown: Vec<Bar<'_>> =
                told.iter().map(|(name, value, text)| Bar { name, value: *value, text, plan: None }).collect();
            let label =
                format!("{}{}，按{}，截至 {}", place(visitor), definition.name, asked.rows.chinese(), grid.as_of);
            chart =
                bars(&Bars { label: &label, width: 1120.0, bars: &shown, most: None, plan: "" }).unwrap_or_default();
        }
    }
    let chips = asked.only.iter().map(|(dimension, key)| {
        let values = cube.values(*dimension, &Filter::default(), &visitor.scope).unwrap_or_default();
        let label =
            values.iter().find(|value| value.key == *key).map_or_else(|| key.clone(), |value| value.label.clone());
        let mut without = asked.clone();
        without.only.retain(|(known, _)| known != dimension);
        Chip {
            label: format!("{}：{label}", dimension.chinese()),
            without: format!("/figures/pivot?{}", without.query()),
        }
    });
    let chips: Vec<Chip> = chips.collect();
    let only = Dimension::ALL.into_iter().filter(|dimension| dimension.is_of_people()).map(|dimension| {
        let chosen = asked.only.iter().find(|(known, _)| *known == dimension).map_or("", |(_, key)| key.as_str());
        let values = cube.values(dimension, &Filter::default(), &visitor.scope).unwrap_or_default();
        let all = values.iter().map(|value| Pick::new(value.key.clone(), value.label.clone(), chosen)).collect();
        Only { word: dimension.as_str(), label: dimension.chinese(), all }
    });
    let only = only.collect();
    let login = &visitor.account.login;
    let saved = app.registry.kept_tables(login).await?.into_iter().map(|kept: Kept| Saved {
        id: kept.id,
        path: format!("/figures/pivot?{}", kept.asked),
        own: kept.owner == *login,
        note: if kept.owner != *login {
            "别人共享".to_owned()
        } else if kept.shared {
            "已共享".to_owned()
        } else {
            String::new()
        },
        name: kept.name,
    });
    let saved = saved.collect();
    let heading = format!("{} · {}，按{}", place(visitor), definition.name, asked.by());
    let shell = Shell::of(app, visitor, "/figures/pivot", heading.clone(), crumbs("交叉表")).await?;
    let page = Page {
        shell,
        tabs: tabs("/figures/pivot"),
        sub: basis(&cube),
        meaning: &definition.meaning,
        formula: &definition.formula,
        unit: definition.unit.chinese().to_owned(),
        measures: measures(app, &asked.measure, |_| true),
        rows: Dimension::ALL.into_iter().map(|dimension| by(dimension, Some(asked.rows))).collect(),
        columns: Dimension::ALL.into_iter().map(|dimension| by(dimension, asked.columns)).collect(),
        trees: [Tree::Reporting, Tree::Codes]
            .map(|tree| Pick::new(tree.as_str(), tree.chinese(), asked.tree.as_str()))
            .into_iter()
            .collect(),
        snapshots: snapshots(app, &asked.snapshot).await?,
        only,
        chips,
        query: asked.query(),
        first: asked.rows.chinese(),
        heads,
        leads: lines
            .iter()
            .any(|line| !line.total.path.is_empty() || line.cells.iter().any(|cell| !cell.path.is_empty())),
        lines,
        total,
        note,
        chart,
        saved,
        done: match given.text("done") {
            "kept" => "已存为常用表。",
            "dropped" => "已删掉这张常用表。",
            _ => "",
        },
        error: refusal.0,
        hint: refusal.1,
        heading,
    };
    if page.error.is_empty() { Ok(filled(&page)?.into_response()) } else { crate::page::refusal::again(&page) }
}

pub(super) fn named(label: &str) -> String {
    if label.is_empty() { "其他".to_owned() } else { label.to_owned() }
}
