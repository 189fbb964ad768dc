//! The extracts that a city expects: what came last, what is due, who is late.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Html;
use canbao_domain::delivery::{Due, Source};
use canbao_registry::delivery::{Delivery, DeliveryState};

use super::filled;
use super::person::Names;
use super::shell::{Crumb, Shell};
use super::word::Tag;
use crate::App;
use crate::delivery;
use crate::fault::Fault;
use crate::right::delivers;
use crate::right::visitor::Visitor;
use crate::say;

/// Deliveries of a source that are shown.
const SHOWN: i64 = 50;

/// A source, as it stands today.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) department: String,
    pub(crate) as_of: String,
    pub(crate) rows: String,
    pub(crate) unreadable: String,
    pub(crate) sent: String,
    pub(crate) age: String,
    pub(crate) due: Tag,
    pub(crate) late: bool,
    /// The delivery that is open; 0 for none.
    pub(crate) open: i64,
}

/// How a source stands, as a tag.
pub(crate) fn due(source: &Source, last: Option<&Delivery>) -> Tag {
    let today = say::today();
    match source.due(last.and_then(|last| last.as_of), today) {
        Due::Done(next) => Tag::new(format!("已报，下次 {next} 前"), "green"),
        Due::Open(by) if by == today => Tag::new("今天到期", "amber"),
        Due::Open(by) => Tag::new(format!("{by} 到期，还有 {} 天", by.0 - today.0), "amber"),
        Due::Late(_) if !source.required => Tag::new("有就报", ""),
        Due::Late(by) => Tag::new(format!("逾期 {} 天", today.0 - by.0), "red"),
    }
}

/// The visitor's sources as they stand, the late ones first.
pub(crate) async fn standing(app: &App, visitor: &Visitor) -> Result<Vec<Line>, Fault> {
    let plan = delivery::plan(&app.settings.data)?;
    let current: HashMap<String, Delivery> = app
        .registry
        .current_deliveries()
        .await?
        .into_iter()
        .map(|delivery| (delivery.source.clone(), delivery))
        .collect();
    let recent = app.registry.deliveries(None, 1000).await?;
    let names = Names::read(app).await?;
    let today = say::today();
    let mut lines = Vec::new();
    for source in plan.sources.iter().filter(|source| delivers(&visitor.account, &visitor.areas, source)) {
        let last = current.get(&source.name);
        let open = recent.iter().find(|other| other.source == source.name && other.state == DeliveryState::Open);
        let due = due(source, last);
        lines.push(Line {
            name: source.name.clone(),
            title: source.title.clone(),
            department: source.department.clone(),
            as_of: last.and_then(|last| last.as_of).map_or_else(|| "从未报送".to_owned(), |as_of| as_of.to_string()),
            rows: last.map_or_else(String::new, |last| say::count(last.found.rows)),
            unreadable: last.map_or_else(String::new, |last| say::count(last.found.unreadable)),
            sent: last.map_or_else(String::new, |last| sent(last, &names)),
            age: last.and_then(|last| last.as_of).map_or_else(String::new, |as_of| format!("{} 天", today.0 - as_of.0)),
            late: due.colour == "red",
            due,
            open: open.map_or(0, |open| open.id),
        });
    }
    lines.sort_by_key(|line| !line.late);
    Ok(lines)
}

fn sent(delivery: &Delivery, names: &Names) -> String {
    let at = delivery.ended_at.map_or_else(String::new, say::time);
    let who = delivery.ended_by.as_deref().map_or_else(String::new, |who| names.of(who));
    format!("{at} {who}")
}

#[derive(Template)]
#[template(path = "sources.html")]
struct List {
    shell: Shell,
    heading: String,
    lines: Vec<Line>,
}

/// What a heading says of sources: `16 个来源，5 个逾期`.
pub(crate) fn told(lines: &[Line]) -> String {
    match lines.iter().filter(|line| line.late).count() {
        0 => format!("{} 个来源，没有逾期", lines.len()),
        late => format!("{} 个来源，{late} 个逾期", lines.len()),
    }
}

pub(crate) async fn list(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let lines = standing(&app, &visitor).await?;
    let heading = format!("数据报送 · {}", told(&lines));
    let crumbs = vec![Crumb::to("数据", "/data"), Crumb::here("数据报送")];
    filled(&List { shell: Shell::of(&app, &visitor, "/data", heading.clone(), crumbs).await?, heading, lines })
}

struct Past {
    id: i64,
    made: String,
    who: String,
    as_of: String,
    rows: String,
    unreadable: String,
    state: Tag,
    used: i64,
}

#[derive(Template)]
#[template(path = "source.html")]
struct One {
    shell: Shell,
    heading: String,
    source: Source,
    by: String,
    open: i64,
    past: Vec<Past>,
    most: String,
}

/// A delivery's state as a tag.
pub(crate) fn state(delivery: &Delivery) -> Tag {
    let colour = match delivery.state {
        DeliveryState::Open => "amber",
        DeliveryState::Sent => "green",
        DeliveryState::Withdrawn | DeliveryState::Discarded => "",
    };
    Tag::new(delivery.state.chinese(), colour)
}

pub(crate) async fn one(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Html<String>, Fault> {
    let (source, _) = delivery::source(&app, &visitor, &name)?;
    let all = app.registry.deliveries(Some(&source.name), SHOWN).await?;
    let names = Names::read(&app).await?;
    let last = all.iter().find(|delivery| delivery.state == DeliveryState::Sent);
    let due = due(&source, last);
    let heading = format!("{} · {}", source.title, due.word);
    let open = all.iter().find(|delivery| delivery.state == DeliveryState::Open).map_or(0, |open| open.id);
    let past = all
        .iter()
        .map(|delivery| Past {
            id: delivery.id,
            made: say::time(delivery.made_at),
            who: names.of(&delivery.maker),
            as_of: delivery.as_of.map_or_else(String::new, |as_of| as_of.to_string()),
            rows: say::count(delivery.found.rows),
            unreadable: say::count(delivery.found.unreadable),
            state: state(delivery),
            used: delivery.used_by.unwrap_or(0),
        })
        .collect();
    let months = match source.months {
        1 => "每月".to_owned(),
        3 => "每季度".to_owned(),
        6 => "每半年".to_owned(),
        _ => "每年".to_owned(),
    };
    let by = format!("{months}一次，期满后次月 {} 日前报", source.due_day);
    let crumbs = vec![Crumb::to("数据报送", "/data"), Crumb::here(source.title.clone())];
    filled(&One {
        shell: Shell::of(&app, &visitor, "/data", heading.clone(), crumbs).await?,
        heading,
        by,
        open,
        past,
        most: say::bytes(app.settings.upload.extract_bytes),
        source,
    })
}
