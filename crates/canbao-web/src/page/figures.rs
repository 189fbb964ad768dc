//! 参保情况: coverage by area, age, sex and hukou, with a map of the counties; every figure from one snapshot.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use canbao_paper::drawing::{Deeper, Geography, Map, Region, Scale, cell_bar, map};
use canbao_report::ReportError;
use canbao_report::cube::{Cube, Depth, Dimension, Filter};
use canbao_report::figure::{Figure, Trend, month_before};
use canbao_report::indicator::Table;

use super::filled;
use super::shell::{Crumb, Shell};
use super::statistics::{Tab, tabs};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

/// The four figures on top.
const TOP: [&str; 4] = ["coverage", "uninsured", "pension-coverage", "medical-coverage"];
/// The columns of the tables; coverage stands last, with its bar.
const COLUMNS: [&str; 6] = ["population", "enrolled", "uninsured", "partial", "interrupted", "coverage"];

struct Top {
    name: &'static str,
    meaning: &'static str,
    value: String,
    unit: &'static str,
    basis: String,
    date: String,
}

struct Line {
    code: String,
    label: String,
    cells: Vec<String>,
    rate: String,
    bar: String,
    change: String,
}

struct Shown {
    title: &'static str,
    head: &'static str,
    heads: Vec<&'static str>,
    lines: Vec<Line>,
    total: Line,
    adds_up: bool,
    leads: bool,
}

#[derive(Template)]
#[template(path = "figures.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    tops: Vec<Top>,
    map: String,
    key: String,
    what: String,
    areas: Shown,
    others: Vec<Shown>,
    no_trend: String,
}

#[derive(Template)]
#[template(path = "no_figures.html")]
struct NoFigures {
    shell: Shell,
    why: String,
    hint: String,
}

pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Fault> {
    let crumbs = vec![Crumb::to("统计", "/figures"), Crumb::here("参保情况")];
    let cube = match app.cubes.latest(&app.registry).await {
        Ok(cube) => cube,
        Err(ReportError::Registry(error)) if !error.is_refusal() => return Err(error.into()),
        Err(error) => {
            let shell = Shell::of(&app, &visitor, "/figures", "参保情况", crumbs).await?;
            let page = NoFigures { shell, why: error.to_string(), hint: error.hint() };
            return Ok((StatusCode::OK, filled(&page)?).into_response());
        }
    };
    match page(&app, &visitor, &cube, crumbs).await? {
        Ok(page) => Ok(filled(&page)?.into_response()),
        Err(error) => Err(Fault::Said(error.to_string(), error.hint())),
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    cube: &Cube,
    crumbs: Vec<Crumb>,
) -> Result<Result<Page, ReportError>, Fault> {
    let snapshots = app.registry.snapshots().await?;
    let (before, no_trend) = match month_before(&snapshots, cube.snapshot()) {
        Ok(snapshot) => (app.cubes.get(&app.registry, snapshot.id).await.ok(), String::new()),
        Err(why) => (None, why),
    };
    let area = visitor.area.as_str();
    let catalogue = &app.settings.report.catalogue;
    let (top, columns) = (catalogue.some(TOP), catalogue.some(COLUMNS));
    let drawn = || -> Result<_, ReportError> {
        let filter = Filter { area: Some(area.to_owned()).filter(|area| !area.is_empty()), ..Filter::default() };
        let scope = visitor.scope.clone();
        let tops = cube.figures(&top, &filter, &scope)?;
        let below = cube.table(Dimension::Area(Depth::Below), &columns, &filter, &scope)?;
        let earlier = before
            .as_ref()
            .and_then(|before| before.table(Dimension::Area(Depth::Below), &columns, &filter, &scope).ok());
        let mut others = Vec::new();
        for (title, dimension) in
            [("按年龄", Dimension::Age), ("按性别", Dimension::Sex), ("按户口性质", Dimension::Hukou)]
        {
            let table = cube.table(dimension, &columns, &filter, &scope)?;
            others.push(shown(title, dimension.chinese(), &table, None, false));
        }
        Ok((tops, below, earlier, others))
    };
    let (tops, below, earlier, others) = match drawn() {
        Ok(drawn) => drawn,
        Err(error) => return Ok(Err(error)),
    };
    let level = visitor.areas.get(area).map_or("city", |area| area.level.as_str());
    let name = visitor.areas.get(area).map_or("全市", |area| area.name.as_str());
    let head = match level {
        "city" => "县(市、区)",
        "county" => "镇(办)",
        _ => "村(社区)",
    };
    let (map, key) = if level == "city" { county_map(&below) } else { (String::new(), String::new()) };
    let value = |at: usize| tops.get(at).map_or_else(String::new, Figure::text);
    let heading = format!("{name} · 参保率 {}，{}养老和医疗都没有", value(0), value(1));
    let top = |figure: &Figure| {
        let definition = figure.indicator.definition();
        Top {
            name: &definition.name,
            meaning: &definition.meaning,
            value: figure.bare().unwrap_or_else(|| "—".to_owned()),
            unit: figure.unit(),
            basis: figure.basis(),
            date: figure.date(),
        }
    };
    Ok(Ok(Page {
        shell: Shell::of(app, visitor, "/figures", heading.clone(), crumbs).await?,
        tabs: tabs("/figures"),
        sub: format!("截至 {} · {} 统计", cube.as_of(), say::time(cube.snapshot().taken_at)),
        tops: tops.iter().map(top).collect(),
        what: format!("各{head}参保率，%"),
        map,
        key,
        areas: shown("排名", head, &below, earlier.as_ref(), true),
        others,
        no_trend,
        heading,
    }))
}

/// The counties coloured by their coverage, and the key.
fn county_map(table: &Table) -> (String, String) {
    let coverage =
        |figures: &[Figure]| figures.last().map(|figure| (figure.value(), figure.bare().unwrap_or_default()));
    let rows: Vec<_> = table
        .rows
        .iter()
        .map(|row| (row, coverage(&row.figures).unwrap_or_default(), format!("/area/{}", row.value.key)))
        .collect();
    let tenths: Vec<i64> = rows.iter().filter_map(|(_, (tenths, _), _)| *tenths).collect();
    let scale = Scale::of(&tenths, Deeper::Low);
    let regions: Vec<Region<'_>> = rows
        .iter()
        .map(|(row, (tenths, text), href)| Region {
            code: &row.value.key,
            name: &row.value.label,
            tenths: *tenths,
            text,
            href: Some(href),
        })
        .collect();
    let drawn = map(&Map {
        label: &format!("各县(市、区)参保率，截至 {}", table.as_of),
        what: "参保率",
        unit: " %",
        geography: Geography::ankang(),
        scale: &scale,
        regions: &regions,
    });
    // without shapes the table says it all
    drawn.map_or_else(Default::default, |drawn| (drawn, scale.key(" %", "越深，缺口越大")))
}

fn shown(title: &'static str, head: &'static str, table: &Table, before: Option<&Table>, leads: bool) -> Shown {
    let line = |code: &str, label: &str, figures: &[Figure], earlier: Option<&[Figure]>| {
        let (rate, counts) = figures.split_last().map_or((None, figures), |(rate, counts)| (Some(rate), counts));
        let change = rate.zip(earlier.and_then(<[Figure]>::last)).and_then(|(now, then)| Trend::between(now, then));
        Line {
            code: code.to_owned(),
            label: label.to_owned(),
            cells: counts.iter().map(|figure| figure.bare().unwrap_or_else(|| "—".to_owned())).collect(),
            rate: rate.map_or_else(String::new, Figure::text),
            bar: rate
                .and_then(Figure::value)
                .map_or_else(String::new, |tenths| cell_bar(tenths as f64, 1000.0, None, false)),
            change: change.map_or_else(String::new, Trend::text),
        }
    };
    let of_before = |key: &str| {
        let row = before?.rows.iter().find(|row| row.value.key == key)?;
        Some(row.figures.as_slice())
    };
    let mut rows: Vec<_> = table.rows.iter().collect();
    if leads {
        // a village has nothing below it: what does not fall below is all of it, and told above
        if rows.iter().all(|row| row.value.key.is_empty()) {
            rows.clear();
        }
        // who stands best comes first; areas without a figure last
        rows.sort_by_key(|row| std::cmp::Reverse(row.figures.last().and_then(Figure::value)));
    }
    let heads = table.indicators.split_last().map_or_else(Default::default, |(_, counts)| counts);
    Shown {
        title,
        head,
        heads: heads.iter().map(|indicator| indicator.definition().name.as_str()).collect(),
        lines: rows
            .into_iter()
            .map(|row| line(&row.value.key, &row.value.label, &row.figures, of_before(&row.value.key)))
            .collect(),
        total: line("", "合计", &table.total, before.map(|before| before.total.as_slice())),
        adds_up: table.adds_up,
        leads,
    }
}
