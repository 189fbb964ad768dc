//! What a clerk makes of a finding, of several at once, and taking it back.

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::finding::{Ask, Handled, Verdict};
use canbao_registry::query::Asker;
use canbao_registry::{Registry, RegistryError};
use serde::Deserialize;

use super::{DAYS, case};
use crate::App;
use crate::fault::Fault;
use crate::page::refusal::{again, or_refused};
use crate::right::visitor::Visitor;
use crate::say;

/// Findings decided at once, at most: a page's.
pub(crate) const MOST: usize = 200;

/// What somebody says of a finding.
pub(crate) struct Said<'a> {
    pub(crate) verdict: Verdict,
    /// Whom it is about, where the row may mean several or nobody is named.
    pub(crate) candidate: Option<i64>,
    /// Or the number of whom they know it to be.
    pub(crate) number: &'a str,
    pub(crate) note: &'a str,
    /// Who is asked, and until which day they should answer.
    pub(crate) asked: &'a str,
    pub(crate) due: &'a str,
}

/// Records it; gives the handling's identifier.
///
/// # Errors
/// As [`Registry::handle`]; where nobody or several in reach have the number, or the day is none.
pub(crate) async fn say(
    app: &App,
    registry: &Registry,
    asker: &Asker,
    finding: i64,
    said: &Said<'_>,
) -> Result<i64, RegistryError> {
    let refused = |item, sentence: &str, hint| RegistryError::Refused { sentence: sentence.to_owned(), hint, item };
    let mut candidate = said.candidate;
    if said.verdict == Verdict::Same && !said.number.trim().is_empty() {
        candidate = match app.registry.by_number(asker, said.number).await?.as_slice() {
            [one] => Some(one.person),
            [] => {
                let hint = "请核对号码；是别的区域的人，请市级经办核对。";
                return Err(refused("number", "本区域内没有这个身份证号。", hint));
            }
            _ => return Err(refused("number", "这个号码有多个人使用。", "请先核对“一号多人”。")),
        };
    }
    let ask = match (said.verdict, Date::parse(said.due)) {
        (Verdict::Ask, Some(due)) => Some(Ask { area: said.asked.to_owned(), due }),
        (Verdict::Ask, None) => return Err(refused("due", "答复期限不是日期。", "请写成 2016-11-29 的样子。")),
        _ => None,
    };
    let id = registry.handle(asker, finding, said.verdict, candidate, said.note, ask.as_ref(), say::today()).await?;
    app.kept.forget_work();
    Ok(id)
}

/// Records the same of several; of each its own village is asked, which has the usual time.
///
/// # Errors
/// As [`Registry::handle_many`].
pub(crate) async fn say_of_many(
    app: &App,
    registry: &Registry,
    asker: &Asker,
    findings: &[i64],
    verdict: Verdict,
    note: &str,
) -> Result<Handled, RegistryError> {
    let today = say::today();
    let handled = registry.handle_many(asker, findings, verdict, note, Date(today.days() + DAYS), today).await?;
    app.kept.forget_work();
    Ok(handled)
}

/// A verdict that a clerk may give by its word.
fn verdict(word: &str) -> Result<Verdict, Fault> {
    let verdict = Verdict::from_word(word).filter(|verdict| *verdict != Verdict::NotThis);
    verdict.ok_or(Fault::Nonsense("没有选结论。", "请返回上一页选一个。"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Given {
    verdict: String,
    candidate: i64,
    /// A number that somebody knows the row to be of.
    number: String,
    note: String,
    asked: String,
    due: String,
    /// The next open one, to go on with.
    next: i64,
}

pub(crate) async fn decide(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let asker = visitor.asker("核对疑点");
    let said = Said {
        verdict: verdict(&given.verdict)?,
        candidate: Some(given.candidate).filter(|id| *id > 0),
        number: &given.number,
        note: &given.note,
        asked: &given.asked,
        due: &given.due,
    };
    match or_refused(say(&app, &app.registry, &asker, id, &said).await)? {
        Ok(_) => {
            // one that may still mean somebody else stays
            let case = app.registry.case(&asker, id).await?;
            let stays = case.line.handling.is_none();
            let to = if stays || given.next == 0 { id } else { given.next };
            Ok(Redirect::to(&format!("/finding/{to}")).into_response())
        }
        Err(error) => {
            let mut page = case::page(&app, &visitor, id, given.candidate).await?;
            (page.error, page.hint, page.note) = (error.to_string(), error.hint(), given.note);
            again(&page)
        }
    }
}

pub(crate) async fn decide_many(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    body: Bytes,
) -> Result<Response, Fault> {
    let (mut ids, mut word, mut note) = (Vec::new(), String::new(), String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        match name.as_ref() {
            "id" => ids.extend(value.parse::<i64>().ok()),
            "verdict" => word = value.into_owned(),
            "note" => note = value.into_owned(),
            _ => {}
        }
    }
    let verdict = verdict(&word)?;
    if ids.is_empty() {
        return Err(Fault::Nonsense("没有勾选要核对的疑点。", "请返回上一页勾选几条，或打开一条逐条核对。"));
    }
    ids.truncate(MOST);
    let asker = visitor.asker("批量核对疑点");
    let Handled { done, refused } = say_of_many(&app, &app.registry, &asker, &ids, verdict, &note).await?;
    Ok(Redirect::to(&format!("/findings/{kind}?done={done}&refused={}", refused.len())).into_response())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Undone {
    /// Where somebody wants to be afterwards: a finding.
    back: i64,
}

pub(crate) async fn take_back(
    State(app): State<App>,
    visitor: Visitor,
    Path(handling): Path<i64>,
    Form(given): Form<Undone>,
) -> Result<Response, Fault> {
    match or_refused(app.registry.take_back(&visitor.asker("撤销核对"), handling).await)? {
        Ok(finding) => {
            app.kept.forget_work();
            Ok(Redirect::to(&format!("/finding/{finding}")).into_response())
        }
        Err(error) if given.back > 0 => {
            let mut page = case::page(&app, &visitor, given.back, 0).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            again(&page)
        }
        Err(error) => Err(error.into()),
    }
}
