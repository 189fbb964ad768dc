//! The areas right under one, as they were or will be on a day, by both trees.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Html;
use canbao_domain::date::Date;
use canbao_registry::query::Filter;
use serde::Deserialize;

use super::level;
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

struct Row {
    code: String,
    name: String,
    level: &'static str,
    parent: String,
    manager: String,
    since: String,
    until: String,
    hand: bool,
    under: String,
    /// The way down; blank where there is nothing under it.
    down: String,
    people: String,
}

#[derive(Template)]
#[template(path = "areas.html")]
struct Page {
    shell: Shell,
    heading: String,
    sub: String,
    top: String,
    on: String,
    today: bool,
    rows: Vec<Row>,
    changes: bool,
    counts: bool,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    top: String,
    #[serde(default)]
    on: String,
}

pub(crate) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let day = match asked.on.trim() {
        "" => None,
        text => Some(Date::parse(text).ok_or(Fault::Nonsense("日期不对。", "请写成 2016-11-22 的样子。"))?),
    };
    let (on, versions, areas) = app.registry.areas_on(day).await?;
    let city = areas.city().unwrap_or_default();
    let top = if asked.top.is_empty() { city } else { asked.top.as_str() };
    let Some(area) = areas.get(top) else {
        let empty = areas.iter().next().is_none();
        let (what, hint) = if empty {
            ("这一天还没有区划。".to_owned(), "装入一次比对结果后，这里就有区划；或换一个较晚的日期。")
        } else {
            ("这一天没有这个区划。".to_owned(), "请换一个日期，或从全市的区划进入。")
        };
        return Err(Fault::Said(what, hint.to_owned()));
    };
    let name = |code: &str| areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone());
    // nobody counts people who are out of their reach
    let counts = visitor.may(Right::People) && day.is_none();
    let mut rows = Vec::new();
    let under = versions.iter().filter(|version| {
        version.area.parent.as_deref() == Some(top) || version.area.reporting.as_deref() == Some(top)
    });
    for version in under {
        let code = version.code.as_str();
        let area = &version.area;
        let below = areas
            .iter()
            .filter(|(_, below)| below.parent.as_deref() == Some(code) || below.reporting.as_deref() == Some(code))
            .count();
        let people = if counts && visitor.reaches(code) {
            let filter = Filter { area: Some(code.to_owned()), ..Filter::default() };
            say::count(app.registry.count(&visitor.scope, &filter).await?)
        } else {
            String::new()
        };
        rows.push(Row {
            code: code.to_owned(),
            name: area.name.clone(),
            level: level(&area.level),
            parent: area.parent.as_deref().map(name).unwrap_or_default(),
            manager: area.reporting.as_deref().map(name).unwrap_or_default(),
            since: version.since.clone(),
            until: version.until.clone().map_or_else(String::new, |until| format!("到 {until} 撤销或变更")),
            hand: version.by_hand,
            under: say::count(below as i64),
            down: if below == 0 { String::new() } else { format!("/areas?top={code}&on={}", asked.on.trim()) },
            people,
        });
    }
    let mut crumbs: Vec<Crumb> = vec![Crumb::to("区划", "/areas")];
    crumbs.extend(
        areas
            .chain(top)
            .into_iter()
            .filter(|(code, _)| *code != top)
            .map(|(code, area)| Crumb::to(area.name.clone(), format!("/areas?top={code}&on={}", asked.on.trim()))),
    );
    crumbs.push(Crumb::here(area.name.clone()));
    let heading = format!("{} · 下级区划 {} 个", area.name, rows.len());
    let all = areas.iter().count();
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/areas", heading.clone(), crumbs).await?,
        heading,
        sub: format!("{on} 的区划，全市共 {} 个", say::count(all as i64)),
        top: top.to_owned(),
        on: on.clone(),
        today: day.is_none(),
        rows,
        changes: visitor.may(Right::ChangeAreas),
        counts,
    })
}
