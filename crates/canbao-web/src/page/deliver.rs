//! What is done with a delivery: upload, columns by hand, hand over, take back, give up, take out what is to be mended.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::delivery::{Typed, page};
use super::refusal::{again, or_refused};
use crate::App;
use crate::delivery::report::Report;
use crate::delivery::settings::Settings;
use crate::delivery::{judge, mend, mine, source, take};
use crate::fault::Fault;
use crate::http::upload::{Sent, SentFile};
use crate::right::visitor::Visitor;

fn to(id: i64) -> Response {
    Redirect::to(&format!("/delivery/{id}")).into_response()
}

/// The files that were chosen.
fn chosen(sent: &mut Sent) -> Result<Vec<SentFile>, Fault> {
    sent.files.retain(|file| file.field == "files");
    if sent.files.is_empty() {
        return Err(Fault::Nonsense("没有选文件。", "请返回上一页选择文件，再上传。"));
    }
    Ok(std::mem::take(&mut sent.files))
}

pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    let (source, _) = source(&app, &visitor, &name)?;
    let (files, as_of) = (chosen(&mut sent)?, sent.text("as_of").trim());
    Ok(to(take::begin(&app, &app.registry, &visitor.account.login, &source, files, as_of).await?))
}

pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    mine(&app, &visitor, id).await?;
    take::add(&app, &app.registry, &visitor.account.login, id, chosen(&mut sent)?).await?;
    Ok(to(id))
}

/// What columns and words mean, by hand: `c3=name`, `k0=normal`, and how the file is written.
pub(crate) async fn columns(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let (delivery, ..) = mine(&app, &visitor, id).await?;
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let mut settings = Settings::read(&delivery.settings);
    for (name, value) in &given {
        let value = value.trim();
        let place = |letter| name.strip_prefix(letter).and_then(|at| at.parse::<usize>().ok());
        let filled = Some(value.to_owned()).filter(|value| !value.is_empty() && value.len() < 100);
        match name.as_str() {
            "encoding" => settings.encoding = filled,
            "separator" => settings.separator = filled,
            "header_row" => settings.header_row = filled.and_then(|row| row.parse().ok()),
            "sheet" => settings.sheet = filled.into_iter().collect(),
            _ => {
                if let Some(column) = place('c').and_then(|at| report.columns.get(at)) {
                    let recognised = column.field.as_deref().unwrap_or_default();
                    if value.is_empty() {
                        settings.columns.remove(&column.header);
                    } else if value != recognised {
                        settings.columns.insert(column.header.clone(), value.to_owned());
                    }
                }
                if let Some((field, word, _)) = place('k').and_then(|at| report.unknown.get(at)) {
                    if value == judge::UNCLEAR {
                        settings.unclear.entry(field.clone()).or_default().insert(word.clone());
                    } else if !value.is_empty() {
                        settings.codes.entry(field.clone()).or_default().insert(word.clone(), value.to_owned());
                    }
                }
            }
        }
    }
    take::explain(&app, &app.registry, &visitor.account.login, id, &settings).await?;
    Ok(to(id))
}

#[derive(serde::Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    as_of: String,
    #[serde(default)]
    note: String,
}

pub(crate) async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let (delivery, source, plan) = mine(&app, &visitor, id).await?;
    let sent = judge::send(&app.registry, &visitor.account.login, &delivery, &plan, &given.as_of, &given.note).await;
    match or_refused(sent)? {
        Ok(()) => Ok(to(id)),
        Err(error) => {
            let (at, what, hint) = (error.item(), error.to_string(), error.hint());
            let typed = Typed { as_of: given.as_of, note: given.note.trim().to_owned(), at, what, hint };
            again(&page(&app, &visitor, &delivery, &source, &plan, typed).await?)
        }
    }
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let (delivery, source, plan) = mine(&app, &visitor, id).await?;
    match or_refused(app.registry.withdraw_delivery(&visitor.account.login, id, &given.note).await)? {
        Ok(()) => Ok(to(id)),
        Err(error) => {
            let typed =
                Typed { at: "note", what: error.to_string(), hint: error.hint(), note: given.note, ..Typed::default() };
            again(&page(&app, &visitor, &delivery, &source, &plan, typed).await?)
        }
    }
}

pub(crate) async fn discard(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let (delivery, source, _) = mine(&app, &visitor, id).await?;
    take::discard(&app, &app.registry, &visitor.account.login, &delivery).await?;
    Ok(Redirect::to(&format!("/data/{}", source.name)).into_response())
}

#[derive(serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    form: String,
}

/// The rows with something wrong, uncovered, to whoever delivers them.
pub(crate) async fn mend(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(wanted): Form<Wanted>,
) -> Result<Response, Fault> {
    let (delivery, source, _) = mine(&app, &visitor, id).await?;
    let form = if wanted.form == "csv" { mend::Form::Csv } else { mend::Form::Xlsx };
    take::mended(&app, &visitor.account.login, &delivery, &source, form).await
}
