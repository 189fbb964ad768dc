//! The answer in figures, and as a file.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, Response};
use canbao_registry::query::Verdict;

use super::answer::{UNREADABLE, next_step};
use super::kept::{Batch, KEPT};
use crate::App;
use crate::fault::Fault;
use crate::http::download;
use crate::page::filled;
use crate::page::shell::{Crumb, Shell};
use crate::page::word::Tag;
use crate::right::visitor::Visitor;
use crate::say;
use crate::sheet::Form;

struct Line {
    answer: Tag,
    rows: String,
    share: String,
    step: &'static str,
}

#[derive(Template)]
#[template(path = "batch_answer.html")]
struct Page {
    shell: Shell,
    heading: String,
    key: String,
    items: Vec<(&'static str, String)>,
    lines: Vec<Line>,
    total: String,
    unreadable: String,
    bad: Vec<(String, String)>,
    until: String,
}

fn tag(verdict: Verdict) -> Tag {
    let colour = match verdict {
        Verdict::Insured => "green",
        Verdict::Uninsured => "red",
        Verdict::Unknown | Verdict::Elsewhere => "",
        Verdict::NameDiffers | Verdict::Shared | Verdict::InvalidNumber => "amber",
    };
    Tag::new(verdict.chinese(), colour)
}

fn lines(batch: &Batch) -> Vec<Line> {
    let line = |answer, rows, step| Line { answer, rows: say::count(rows), share: say::share(rows, batch.rows), step };
    let of_verdict = batch.verdicts.iter().map(|(verdict, rows)| line(tag(*verdict), *rows, next_step(*verdict)));
    let unread = line(Tag::new(UNREADABLE, "red"), batch.unreadable, "原文在文件里，请改好这些行再查");
    of_verdict.chain([unread]).collect()
}

pub(crate) async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(key): Path<String>,
) -> Result<Html<String>, Fault> {
    let batch = app.batches.of(&visitor, &key)?;
    let heading = format!("批量查询答复 · {} 行", say::count(batch.rows));
    let crumbs = vec![Crumb::to("人员", "/people"), Crumb::to("批量查询", "/batch"), Crumb::here("答复")];
    let headers = |[number, name]: &[String; 2]| match name.as_str() {
        "" => format!("号码是“{number}”列；没有姓名列，只按号码查"),
        name => format!("号码是“{number}”列，姓名是“{name}”列"),
    };
    let items = vec![
        ("名单", batch.name.clone()),
        ("认出的列", headers(&batch.headers)),
        ("用途", batch.purpose.clone()),
        ("查询时间", say::time(batch.at)),
        ("数据截至", if batch.as_of.is_empty() { "还没有数据".to_owned() } else { batch.as_of.clone() }),
    ];
    let kept = i64::try_from(KEPT.as_millis()).unwrap_or_default();
    filled(&Page {
        shell: Shell::of(&app, &visitor, "/batch", heading.clone(), crumbs).await?,
        heading,
        key,
        items,
        lines: lines(&batch),
        total: say::count(batch.rows),
        unreadable: say::count(batch.unreadable),
        bad: batch.bad.clone(),
        until: say::time(batch.at + kept),
    })
}

pub(crate) async fn take(
    State(app): State<App>,
    visitor: Visitor,
    Path((key, form)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let batch = app.batches.of(&visitor, &key)?;
    let form = Form::from_word(&form).ok_or(Fault::NoSuchPage)?;
    let name = format!("批量查询答复.{}", form.as_str());
    download::send(batch.file(form), form.media(), &name).map_err(|_| Fault::Gone)
}
