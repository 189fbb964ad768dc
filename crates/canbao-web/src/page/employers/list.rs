//! Employers by county and category, with counts; and found by code or name.

use std::collections::BTreeMap;

use askama::Template;
use axum::Form;
use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use canbao_domain::standard;
use canbao_registry::query::{Employer, UnitFilter, UnitLine};
use serde::Deserialize;

use super::{category, county};
use crate::App;
use crate::fault::Fault;
use crate::page::field::Choice;
use crate::page::filled;
use crate::page::kept::Search;
use crate::page::line::{Head, Line};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

/// Employers on a page.
const LINES: i64 = 50;
/// People of an employer that no register has, shown at most.
const MEMBERS: i64 = 200;

/// A count with the way to its list.
struct Cell {
    count: String,
    path: String,
}

struct CountyRow {
    name: String,
    cells: Vec<Cell>,
}

struct Row {
    path: String,
    name: String,
    code: String,
    kind: String,
    county: String,
    category: Tag,
    people: String,
}

#[derive(Template)]
#[template(path = "employers.html")]
struct Page {
    shell: Shell,
    heading: String,
    heads: Vec<String>,
    counties: Vec<CountyRow>,
    sum: Vec<Cell>,
    of_county: Vec<Choice>,
    of_category: Vec<Choice>,
    filtered: bool,
    count: String,
    rows: Vec<Row>,
    next: String,
    /// The way to taking this list along; blank where that may not be.
    export: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    county: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    after: i64,
}

impl Asked {
    /// Which employers are asked for. What stands in an address and is no code finds nothing, and goes into no link.
    pub(crate) fn filter(&self) -> Result<UnitFilter, Fault> {
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !plain(&self.county) || !plain(&self.category) {
            return Err(Fault::Nonsense("筛选条件不对。", "请从单位的列表重新筛选。"));
        }
        Ok(UnitFilter { county: self.county.clone(), category: self.category.clone() })
    }

    /// The address of this list.
    pub(crate) fn path(&self) -> String {
        path(&self.county, &self.category)
    }
}

fn path(county: &str, category: &str) -> String {
    let parts: Vec<String> = [("county", county), ("category", category)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if parts.is_empty() { "/employers".to_owned() } else { format!("/employers?{}", parts.join("&")) }
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let filter = asked.filter()?;
    let counts = app.registry.unit_counts(&visitor.scope).await?;
    let asker = visitor.asker("单位列表");
    let units = app.registry.list_units(&asker, &filter, asked.after, LINES).await?;
    let categories: Vec<(&str, &str)> =
        standard::unit_categories().entries().iter().map(|entry| (entry.code(), entry.name())).collect();
    let mut by: BTreeMap<&str, BTreeMap<&str, i64>> = BTreeMap::new();
    for (county, category, count) in &counts {
        *by.entry(county).or_default().entry(category).or_default() += count;
    }
    let cells = |code: &str, of: &dyn Fn(&str) -> i64| {
        let all: i64 = categories.iter().map(|(category, _)| of(category)).sum();
        let mut cells =
            vec![Cell { count: say::count(all), path: if code == "?" { String::new() } else { path(code, "") } }];
        cells.extend(categories.iter().map(|(category, _)| {
            let count = of(category);
            // of no known county there is no list by itself
            let path = if count == 0 || code == "?" { String::new() } else { path(code, category) };
            Cell { count: say::count(count), path }
        }));
        cells
    };
    let counties = by
        .iter()
        .map(|(code, counts)| CountyRow {
            name: county(Some(*code), &visitor.areas),
            cells: cells(if code.is_empty() { "?" } else { code }, &|category| {
                counts.get(category).copied().unwrap_or_default()
            }),
        })
        .collect();
    let total =
        |category: &str| by.values().map(|counts| counts.get(category).copied().unwrap_or_default()).sum::<i64>();
    let fits = |(of, what, _): &&(String, String, i64)| {
        (asked.county.is_empty() || *of == asked.county) && (asked.category.is_empty() || *what == asked.category)
    };
    let count: i64 = counts.iter().filter(fits).map(|(_, _, count)| count).sum();
    let choice = |value: &str, label: String, chosen: &str| Choice {
        value: value.to_owned(),
        label,
        note: String::new(),
        chosen: value == chosen,
    };
    let heading = format!("单位 {} 个", say::count(counts.iter().map(|(_, _, count)| count).sum()));
    let last = units.last().filter(|_| units.len() as i64 == LINES);
    let here = asked.path();
    let next = last.map_or_else(String::new, |last| {
        format!("{here}{}after={}", if here.contains('?') { '&' } else { '?' }, last.unit)
    });
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/employers", heading.clone(), vec![Crumb::here("单位")]).await?,
        heading,
        heads: categories.iter().map(|(_, name)| (*name).to_owned()).collect(),
        counties,
        sum: cells("", &total),
        of_county: by
            .keys()
            .filter(|code| !code.is_empty())
            .map(|code| choice(code, county(Some(*code), &visitor.areas), &asked.county))
            .collect(),
        of_category: categories.iter().map(|(code, name)| choice(code, (*name).to_owned(), &asked.category)).collect(),
        filtered: !asked.county.is_empty() || !asked.category.is_empty(),
        count: say::count(count),
        rows: units.iter().map(|unit| row(unit, &visitor)).collect(),
        next,
        export: if visitor.may(Right::Export) && count > 0 {
            here.replacen("/employers", "/export/new/employers", 1)
        } else {
            String::new()
        },
    })
}

fn row(unit: &UnitLine, visitor: &Visitor) -> Row {
    Row {
        path: format!("/employer/{}", unit.unit),
        name: unit.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| "（无名称）".to_owned()),
        code: unit.code.clone().unwrap_or_default(),
        kind: unit.kind.clone().unwrap_or_default(),
        county: county(unit.county.as_deref(), &visitor.areas),
        category: category(&unit.category),
        people: say::count(unit.insured_people),
    }
}

#[derive(Deserialize)]
pub(crate) struct Sought {
    #[serde(default)]
    q: String,
}

pub(crate) async fn find(
    State(app): State<App>,
    visitor: Visitor,
    Form(sought): Form<Sought>,
) -> Result<Response, Fault> {
    let text = sought.q.trim();
    if text.is_empty() || text.chars().count() > 60 {
        return Err(Fault::Nonsense("没有要查的内容。", "请输入单位名称、统一社会信用代码、工商注册号或单位编码。"));
    }
    let found = app.registry.by_unit(&visitor.asker("查单位"), text).await?;
    if let [Employer { unit: Some(unit), .. }] = found.as_slice() {
        return Ok(Redirect::to(&format!("/employer/{unit}")).into_response());
    }
    // a self-employed person's name and code are personal: what was typed stays here, the address has the key
    let key = app.kept.keep(Search::new(visitor.account.id, "单位", Vec::new(), vec![text.to_owned()]))?;
    Ok(Redirect::to(&format!("/employers/found/{key}")).into_response())
}

#[derive(Template)]
#[template(path = "employers_found.html")]
struct Found {
    shell: Shell,
    heading: String,
    rows: Vec<Row>,
    /// Of an employer that only insurance rows know: who is insured through it.
    head: Head,
    lines: Vec<Line>,
    members: String,
}

pub(crate) async fn found(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Html<String>, Fault> {
    let search = app.kept.search(&key, visitor.account.id).ok_or(Fault::Gone)?;
    let text = search.elsewhere.first().filter(|_| search.by == "单位").ok_or(Fault::Gone)?;
    let asker = visitor.asker("查单位");
    let mut units = app.registry.by_unit(&asker, text).await?;
    let (mut lines, mut members) = (Vec::new(), String::new());
    if units.iter().any(|unit| unit.unit.is_none()) {
        let found = app.registry.unit_members(&asker, text, None, MEMBERS).await?;
        members = say::count(found.people);
        lines = found.lines.iter().map(|line| Line::of_line(line, &visitor.areas, say::today())).collect();
        units = found.units;
    }
    let rows: Vec<Row> = units
        .iter()
        .map(|unit| Row {
            path: unit.unit.map_or_else(String::new, |unit| format!("/employer/{unit}")),
            name: unit.name.clone().unwrap_or_else(|| "（无名称）".to_owned()),
            code: unit
                .credit_code
                .clone()
                .or_else(|| unit.registration_number.clone())
                .or_else(|| unit.codes.first().cloned())
                .unwrap_or_default(),
            kind: unit.kind.clone().unwrap_or_default(),
            county: county(unit.county.as_deref(), &visitor.areas),
            category: unit.category.as_deref().map_or_else(|| Tag::new("只在参保册里", "amber"), category),
            people: say::count(unit.people),
        })
        .collect();
    let heading = format!("查到单位 {} 个", rows.len());
    let crumbs = vec![Crumb::to("单位", "/employers"), Crumb::here("查找")];
    let shell = Shell::of(&app, &visitor, "/employers", heading.clone(), crumbs).await?;
    filled(&Found { shell, heading, rows, head: Head::found(), lines, members })
}
