//! What a clerk makes of a finding, of several at once, and taking it back.

use axum::Form;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::finding::{Ask, Verdict};
use serde::Deserialize;

use super::{DAYS, case};
use crate::App;
use crate::fault::Fault;
use crate::page::filled;
use crate::right::visitor::Visitor;
use crate::say;

/// Findings decided at once, at most: a page's.
const MOST: usize = 200;

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
    let verdict = Verdict::from_word(&given.verdict)
        .filter(|verdict| *verdict != Verdict::NotThis)
        .ok_or(Fault::Nonsense("没有选结论。", "请返回上一页选一个。"))?;
    let mut refusal = None;
    let mut candidate = Some(given.candidate).filter(|id| *id > 0);
    if verdict == Verdict::Same && !given.number.trim().is_empty() {
        let found = app.registry.by_number(&asker, &given.number).await?;
        match found.as_slice() {
            [one] => candidate = Some(one.person),
            [] => refusal = Some(("本区域内没有这个身份证号。", "请核对号码；是别的区域的人，请市级经办核对。")),
            _ => refusal = Some(("这个号码有多个人使用。", "请先核对“一号多人”。")),
        }
    }
    let ask = match (verdict, Date::parse(&given.due)) {
        (Verdict::Ask, Some(due)) => Some(Ask { area: given.asked.clone(), due }),
        (Verdict::Ask, None) => {
            refusal = Some(("答复期限不是日期。", "请写成 2016-11-29 的样子。"));
            None
        }
        _ => None,
    };
    let done = match refusal {
        Some((sentence, hint)) => Err((sentence.to_owned(), hint.to_owned())),
        None => {
            let done = app.registry.handle(&asker, id, verdict, candidate, &given.note, ask.as_ref(), say::today());
            match done.await {
                Ok(_) => Ok(()),
                Err(error) if error.is_refusal() => Err((error.to_string(), error.hint())),
                Err(error) => return Err(error.into()),
            }
        }
    };
    match done {
        Ok(()) => {
            app.kept.forget_work();
            // one that may still mean somebody else stays
            let case = app.registry.case(&asker, id).await?;
            let stays = case.line.handling.is_none();
            let to = if stays || given.next == 0 { id } else { given.next };
            Ok(Redirect::to(&format!("/finding/{to}")).into_response())
        }
        Err((sentence, hint)) => {
            let mut page = case::page(&app, &visitor, id, given.candidate).await?;
            (page.error, page.hint, page.note) = (sentence, hint, given.note);
            Ok((StatusCode::CONFLICT, filled(&page)?).into_response())
        }
    }
}

/// Several findings of a list. Each is decided by itself; those that cannot be are counted.
pub(crate) async fn decide_many(
    State(app): State<App>,
    visitor: Visitor,
    Path(kind): Path<String>,
    body: Bytes,
) -> Result<Response, Fault> {
    let (mut ids, mut verdict, mut note) = (Vec::new(), None, String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        match name.as_ref() {
            "id" => ids.extend(value.parse::<i64>().ok()),
            "verdict" => verdict = Verdict::from_word(&value),
            "note" => note = value.into_owned(),
            _ => {}
        }
    }
    let verdict = verdict
        .filter(|verdict| *verdict != Verdict::NotThis)
        .ok_or(Fault::Nonsense("没有选结论。", "请返回上一页选一个。"))?;
    if ids.is_empty() {
        return Err(Fault::Nonsense("没有勾选要核对的疑点。", "请返回上一页勾选几条，或打开一条逐条核对。"));
    }
    ids.truncate(MOST);
    let asker = visitor.asker("批量核对疑点");
    let today = say::today();
    let (mut done, mut refused) = (0, 0);
    for id in ids {
        // of each its own village is asked
        let ask = match verdict {
            Verdict::Ask => {
                let case = app.registry.case(&asker, id).await;
                case.ok().map(|case| Ask { area: case.line.area, due: Date(today.days() + DAYS) })
            }
            _ => None,
        };
        match app.registry.handle(&asker, id, verdict, None, &note, ask.as_ref(), today).await {
            Ok(_) => done += 1,
            Err(error) if error.is_refusal() || matches!(error, canbao_registry::RegistryError::Nobody) => refused += 1,
            Err(error) => return Err(error.into()),
        }
    }
    app.kept.forget_work();
    Ok(Redirect::to(&format!("/findings/{kind}?done={done}&refused={refused}")).into_response())
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
    match app.registry.take_back(&visitor.asker("撤销核对"), handling).await {
        Ok(finding) => {
            app.kept.forget_work();
            Ok(Redirect::to(&format!("/finding/{finding}")).into_response())
        }
        Err(error) if error.is_refusal() && given.back > 0 => {
            let mut page = case::page(&app, &visitor, given.back, 0).await?;
            (page.error, page.hint) = (error.to_string(), error.hint());
            Ok((StatusCode::CONFLICT, filled(&page)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}
