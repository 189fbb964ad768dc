//! What an auditor reads: what was done, who looked. Nobody's name or number stands in either.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Html;
use canbao_registry::audit::verify;
use serde::Deserialize;

use super::person::Names;
use super::shell::{Crumb, Shell};
use super::{deed, filled};
use crate::App;
use crate::fault::Fault;
use crate::right::visitor::Visitor;
use crate::say;

const LINES: i64 = 50;

#[derive(Deserialize)]
pub(crate) struct Asked {
    before: Option<i64>,
    #[serde(default)]
    actor: String,
}

struct Line {
    seq: String,
    at: String,
    who: String,
    what: String,
    subject: String,
    count: String,
}

#[derive(Template)]
#[template(path = "log.html")]
struct Page {
    shell: Shell,
    heading: &'static str,
    sub: &'static str,
    path: &'static str,
    heads: [&'static str; 3],
    lines: Vec<Line>,
    actor: String,
    older: String,
}

fn older(path: &str, actor: &str, last: Option<i64>, lines: usize) -> String {
    let Some(last) = last.filter(|_| lines as i64 == LINES) else { return String::new() };
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("before", &last.to_string());
    if !actor.is_empty() {
        query.append_pair("actor", actor);
    }
    format!("{path}?{}", query.finish())
}

pub(crate) async fn audit(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let actor = Some(asked.actor.trim()).filter(|actor| !actor.is_empty());
    let found = app.registry.audit_page(asked.before, actor, LINES).await?;
    let names = Names::read(&app).await?;
    let last = found.last().map(|done| done.seq);
    let older = older("/log", &asked.actor, last, found.len());
    let lines = found
        .into_iter()
        .map(|done| Line {
            seq: say::count(done.seq),
            at: say::time(done.at),
            who: names.of(&done.actor),
            what: deed::done(&done.action),
            subject: deed::to_what(&done.subject),
            count: done.revision.map_or_else(String::new, |revision| revision.to_string()),
        })
        .collect();
    let crumbs = vec![Crumb::to("审计", "/log"), Crumb::here("办理记录")];
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/log", "办理记录", crumbs).await?,
        heading: "办理记录",
        sub: "每一条都与前一条相连，改动、缺失或换序，按“核验”就能查出",
        path: "/log",
        heads: ["办了什么", "对象", "版本"],
        lines,
        actor: asked.actor,
        older,
    })
}

pub(crate) async fn looks(
    State(app): State<App>,
    visitor: Visitor,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, Fault> {
    let actor = Some(asked.actor.trim()).filter(|actor| !actor.is_empty());
    let found = app.registry.looks_page(asked.before, actor, LINES).await?;
    let names = Names::read(&app).await?;
    let last = found.last().map(|look| look.seq);
    let older = older("/looks", &asked.actor, last, found.len());
    let lines = found
        .into_iter()
        .map(|look| Line {
            seq: say::count(look.seq),
            at: say::time(look.at),
            who: names.of(&look.actor),
            what: deed::done(&look.purpose),
            subject: deed::to_what(&look.subject),
            count: say::count(look.persons),
        })
        .collect();
    let crumbs = vec![Crumb::to("审计", "/log"), Crumb::here("查看记录")];
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/looks", "查看记录", crumbs).await?,
        heading: "查看记录",
        sub: "谁、什么时候、为什么看了哪条记录；对象是登记库的记录编号，不含姓名和号码",
        path: "/looks",
        heads: ["用途", "对象", "人数"],
        lines,
        actor: asked.actor,
        older,
    })
}

#[derive(Template)]
#[template(path = "verified.html")]
struct Proof {
    shell: Shell,
    heading: String,
    counts: Vec<(&'static str, String)>,
    heads: Vec<(&'static str, String)>,
    faults: Vec<String>,
}

/// Whether both chains are whole and the record is what the audit says.
pub(crate) async fn prove(State(app): State<App>, visitor: Visitor) -> Result<Html<String>, Fault> {
    let _turn = app.proving.try_acquire().map_err(|_| {
        let what = "正在核验，是别人刚才按的。".to_owned();
        Fault::Refused(StatusCode::SERVICE_UNAVAILABLE, what, "请等几分钟再按；一次只核验一遍。".to_owned())
    })?;
    let found = verify(&app.registry).await?;
    let count = |count: u64| say::count(i64::try_from(count).unwrap_or(i64::MAX));
    let head = |head: &str| if head.is_empty() { "还没有记录".to_owned() } else { grouped(head) };
    let heading = match found.faults.len() {
        0 => "核验 · 都连得上，没有改动".to_owned(),
        faults => format!("核验 · 发现 {faults} 处改动"),
    };
    let crumbs = vec![Crumb::to("审计", "/log"), Crumb::here("核验")];
    filled(&Proof {
        shell: Shell::of(&app, &visitor, "/log", heading.clone(), crumbs).await?,
        heading,
        counts: vec![
            ("办理记录", format!("{} 条", count(found.entries))),
            ("查看记录", format!("{} 条", count(found.looks))),
            (
                "重新汇总",
                format!(
                    "{} 次载入、{} 次变更，共 {} 行",
                    count(found.applies),
                    count(found.changes),
                    count(found.rows)
                ),
            ),
        ],
        heads: vec![("办理记录", head(&found.head)), ("查看记录", head(&found.looks_head))],
        faults: found.faults,
    })
}

/// Hexadecimal digits in groups of eight.
fn grouped(digits: &str) -> String {
    let groups = digits.as_bytes().chunks(8).map(|group| String::from_utf8_lossy(group));
    groups.collect::<Vec<_>>().join(" ")
}
