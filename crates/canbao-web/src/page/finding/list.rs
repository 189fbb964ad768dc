//! A work-list: findings of one kind, a page at a time, several decided at once.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Html;
use canbao_domain::standard;
use canbao_registry::finding::{Question, Stand, Verdict, WorkFilter, WorkLine};
use serde::Deserialize;

use super::{kind_name, source_name, stand_tag};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::page::line::{named, place};
use crate::page::person::covered;
use crate::page::seek::{key, seek};
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::Right;
use crate::right::visitor::Visitor;
use crate::say;

const LINES: i64 = 20;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub(super) stand: String,
    after: String,
    before: String,
    from: String,
    /// How many were decided at once, as the act that led here tells.
    done: i64,
    refused: i64,
}

impl Asked {
    /// How far the findings are that are asked for; all where none is named.
    fn stand(&self) -> Option<Stand> {
        if self.stand == "all" { None } else { Some(Stand::from_word(&self.stand).unwrap_or(Stand::Open)) }
    }

    /// Which findings of a kind are asked for; none where there is no such kind.
    pub(crate) fn filter(&self, visitor: &Visitor, kind: &str) -> Option<WorkFilter> {
        standard::finding_kinds().get(kind)?;
        let area = visitor.asked(&visitor.area).map(str::to_owned);
        Some(WorkFilter { kind: kind.to_owned(), area, stand: self.stand() })
    }

    /// The address of this list.
    pub(crate) fn path(&self, kind: &str) -> String {
        path(kind, self.stand(), None)
    }
}

/// The address of a list, with something more.
fn path(kind: &str, stand: Option<Stand>, more: Option<(&str, String)>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if stand != Some(Stand::Open) {
        query.append_pair("stand", stand.map_or("all", Stand::as_str));
    }
    if let Some((name, value)) = more {
        query.append_pair(name, &value);
    }
    let query = query.finish();
    if query.is_empty() { format!("/findings/{kind}") } else { format!("/findings/{kind}?{query}") }
}

struct Row {
    id: i64,
    name: String,
    number: String,
    place: String,
    what: String,
    said: String,
    stand: Tag,
}

struct Tab {
    label: &'static str,
    count: String,
    path: String,
    current: bool,
}

struct Jump {
    code: String,
    name: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "finding_list.html")]
struct Page {
    shell: Shell,
    heading: String,
    kind: String,
    remark: String,
    question: &'static str,
    tabs: Vec<Tab>,
    stand: String,
    rows: Vec<Row>,
    count: String,
    open: bool,
    same: (&'static str, &'static str),
    different: (&'static str, &'static str),
    ask: bool,
    whose: bool,
    prev: String,
    next: String,
    jumps: Vec<Jump>,
    /// The way to taking this list along; blank where that may not be.
    export: String,
    told: String,
    refused: String,
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let entry = standard::finding_kinds().get(&kind).ok_or(Fault::NoSuchRecord)?;
    let counts = app.kept.work(&app, &visitor, &visitor.area).await?.get(&kind).copied().unwrap_or_default();
    let filter = asked.filter(&visitor, &kind).ok_or(Fault::NoSuchRecord)?;
    let stand = filter.stand;
    let page = app
        .registry
        .work_list(&visitor.asker("核对疑点列表"), &filter, &seek(&asked.after, &asked.before, &asked.from), LINES)
        .await?;
    let place_name = visitor.areas.get(&visitor.area).map_or("全市", |area| area.name.as_str());
    let of = |stand: Option<Stand>| counts.of(stand);
    let heading = format!("{place_name} · {} {} 条", entry.name(), say::count(of(stand)));
    let crumbs = vec![Crumb::to(place_name, "/"), Crumb::to("疑点核对", "/findings"), Crumb::here(entry.name())];
    let word = stand.map_or("all", Stand::as_str);
    let tabs = Stand::ALL.into_iter().map(Some).chain([None]).map(|one| Tab {
        label: one.map_or("全部", Stand::chinese),
        count: say::count(of(one)),
        path: path(&kind, one, None),
        current: one == stand,
    });
    let tabs = tabs.collect();
    let turned = |name, place: &Option<(String, i64)>| {
        place.as_ref().map(|at| path(&kind, stand, Some((name, key(at))))).unwrap_or_default()
    };
    let question = Question::of(&kind);
    let button = |verdict| (question.said(verdict), question.follows(verdict));
    let jumps = visitor.areas.reporting_right_to(&visitor.area).into_iter().map(|(code, area)| Jump {
        code: code.to_owned(),
        name: area.name.clone(),
        chosen: code == asked.from,
    });
    let told = match asked.done {
        0 => String::new(),
        done => format!("已核对 {} 条，可以在“已核对”里逐条撤销。", say::count(done)),
    };
    let refused = match asked.refused {
        0 => String::new(),
        refused => format!("有 {} 条没有办：它们已由别人核对，或要逐条选候选人。", say::count(refused)),
    };
    filled(&Page {
        shell: Shell::of(&app, &visitor, &format!("/findings/{kind}"), heading.clone(), crumbs).await?,
        heading,
        remark: entry.remark().unwrap_or_default().to_owned(),
        question: question.chinese(),
        tabs,
        stand: word.to_owned(),
        rows: page.lines.iter().map(|line| row(line, &visitor)).collect(),
        count: say::count(of(stand)),
        open: matches!(stand, Some(Stand::Open | Stand::Answered)),
        same: button(Verdict::Same),
        different: button(Verdict::Different),
        ask: true,
        // whose a row is that is nobody's cannot be said of many at once
        whose: kind == "row-unresolved",
        prev: turned("before", &page.before),
        next: turned("after", &page.next),
        jumps: jumps.collect(),
        export: if visitor.may(Right::Export) && of(stand) > 0 {
            asked.path(&kind).replacen("/findings", "/export/new/findings", 1)
        } else {
            String::new()
        },
        told,
        refused,
        kind,
    })
}

fn row(line: &WorkLine, visitor: &Visitor) -> Row {
    let said = match (&line.source, line.row) {
        (Some(source), Some(row)) => format!("{}第 {} 行", source_name(source), say::count(row)),
        _ => String::new(),
    };
    Row {
        id: line.id,
        name: named(line.name.as_deref()),
        number: line.number.as_deref().map(say::number).unwrap_or_default(),
        place: place(&line.area, &visitor.areas),
        what: line.detail.as_deref().map_or_else(|| kind_name(&line.kind), covered),
        said,
        stand: stand_tag(line.stand()),
    }
}
