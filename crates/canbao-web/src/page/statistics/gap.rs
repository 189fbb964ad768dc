//! 差距在哪里: which areas and groups most of what is missing lies in.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use canbao_paper::drawing::cell_bar;
use canbao_report::ReportError;
use canbao_report::cube::{Depth, Dimension};
use canbao_report::gap::Gap;
use canbao_report::indicator::{Better, Unit};
use serde::Deserialize;

use super::asked::Asked as Table;
use super::pivot::named;
use super::{Picks, Tab, basis, crumbs, cube, filter, level, measure, measures, nothing, place, tabs, under};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::given::Given;
use crate::page::shell::Shell;
use crate::right::visitor::Visitor;
use crate::say;

/// Lines of a list.
const LINES: usize = 15;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    measure: String,
}

struct Line {
    name: String,
    path: String,
    missing: String,
    of: String,
    rate: String,
    share: String,
    bar: String,
    up_to_here: String,
    above: String,
}

struct Part {
    title: String,
    head: String,
    lines: Vec<Line>,
    /// How many are not shown, and what they add up to; blank where all are.
    more: String,
}

#[derive(Template)]
#[template(path = "gap.html")]
struct Page {
    shell: Shell,
    tabs: Vec<Tab>,
    heading: String,
    sub: String,
    meaning: &'static str,
    unit: String,
    measures: Vec<Picks>,
    parts: Vec<Part>,
    none: bool,
}

fn tenths(tenths: i64) -> String {
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn part(title: String, head: String, gap: &Gap, path: &dyn Fn(&canbao_report::gap::Contribution) -> String) -> Part {
    let lines = gap.contributions.iter().take(LINES).map(|one| {
        let other = one.other.as_ref().map_or_else(String::new, |other| format!("，{}", named(&other.label)));
        let above =
            i64::try_from(one.missing.part).unwrap_or(i64::MAX) - i64::try_from(one.expected).unwrap_or(i64::MAX);
        Line {
            name: format!("{}{other}", named(&one.value.label)),
            path: path(one),
            missing: say::count(one.missing.part as i64),
            of: say::count(one.missing.whole as i64),
            rate: one.missing.percent().unwrap_or_else(|| "—".to_owned()),
            share: tenths(one.share),
            bar: cell_bar(one.share as f64, 1000.0, None, false),
            up_to_here: tenths(one.up_to_here),
            above: match above {
                1.. => format!("+{}", say::count(above)),
                0 => "0".to_owned(),
                _ => format!("−{}", say::count(-above)),
            },
        }
    });
    let lines: Vec<Line> = lines.collect();
    let rest: u64 = gap.contributions.iter().skip(LINES).map(|one| one.missing.part).sum();
    let left = gap.contributions.len().saturating_sub(LINES);
    let more = if left == 0 {
        String::new()
    } else {
        format!("另有 {} 项，共 {}。", say::count(left as i64), say::count(rest as i64))
    };
    Part { title, head, lines, more }
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Response, Fault> {
    let indicator = measure(&app, &asked.measure, "uninsured")?;
    let is_gap = |one: canbao_report::indicator::Indicator| {
        one.is_of_people() && one.better == Some(Better::Low) && one.unit != Unit::Percent
    };
    if !is_gap(indicator) {
        return Err(Fault::Said(
            format!("“{}”不是缺口，不能看差距。", indicator.name),
            "请选未参保、部分参保、中断参保这样的指标。".to_owned(),
        ));
    }
    let cube = match cube(&app, "").await {
        Ok(cube) => cube,
        Err(error) => return nothing(&app, &visitor, "/figures/gap", "差距在哪里", error).await,
    };
    let (filter, scope) = (filter(&visitor), &visitor.scope);
    let table = Table::read(&Given::default()).map_err(|error| Fault::Said(error.to_string(), error.hint()))?;
    let drawn = || -> Result<(Gap, Vec<Part>), ReportError> {
        let as_of = cube.as_of();
        let list = |dimension: Dimension| {
            let table = Table { rows: dimension, ..table.clone() };
            let visitor = &visitor;
            move |one: &canbao_report::gap::Contribution| {
                table.people(visitor, indicator, Some(&one.value), None, as_of)
            }
        };
        let mut parts = Vec::new();
        let below = cube.gap(indicator, Dimension::Area(Depth::Below), &filter, scope)?;
        let whole = below.clone();
        if below.contributions.iter().any(|one| !one.value.key.is_empty()) {
            parts.push(part(
                format!("哪些{}", under(&visitor)),
                under(&visitor).to_owned(),
                &below,
                &list(Dimension::Area(Depth::Below)),
            ));
        }
        if matches!(level(&visitor), "city" | "county") {
            let villages = cube.gap(indicator, Dimension::Area(Depth::Village), &filter, scope)?;
            parts.push(part(
                "哪些村(社区)".to_owned(),
                "村(社区)".to_owned(),
                &villages,
                &list(Dimension::Area(Depth::Village)),
            ));
        }
        for dimension in [Dimension::Age, Dimension::Reason] {
            let gap = cube.gap(indicator, dimension, &filter, scope)?;
            parts.push(part(
                format!("哪些{}", dimension.chinese()),
                dimension.chinese().to_owned(),
                &gap,
                &list(dimension),
            ));
        }
        let groups = cube.gap_of_groups(indicator, (Dimension::Age, Dimension::Hukou), &filter, scope)?;
        parts.push(part("哪些人群".to_owned(), "年龄段，户口性质".to_owned(), &groups, &|_| String::new()));
        Ok((whole, parts))
    };
    let (whole, parts) = match drawn() {
        Ok(drawn) => drawn,
        Err(error) => return nothing(&app, &visitor, "/figures/gap", "差距在哪里", error).await,
    };
    let missing = say::count(whole.whole.part as i64);
    let unit = indicator.unit.chinese().to_owned();
    let heading = format!("{} · {} {missing} {unit}，差距在哪里", place(&visitor), indicator.name);
    let page = Page {
        shell: Shell::of(&app, &visitor, "/figures/pivot", heading.clone(), crumbs("差距在哪里")).await?,
        tabs: tabs("/figures/gap"),
        sub: basis(&cube),
        meaning: &indicator.definition().meaning,
        unit,
        measures: measures(&app, &indicator.code, is_gap),
        none: whole.whole.part == 0,
        parts,
        heading,
    };
    Ok(filled(&page)?.into_response())
}
