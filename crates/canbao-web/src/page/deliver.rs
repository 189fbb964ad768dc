//! What is done with a delivery: upload, columns by hand, hand over, take back, give up, take out what is to be mended.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use canbao_domain::date::Date;
use canbao_registry::RegistryError;
use canbao_registry::delivery::{Checked, DeliveryFile, DeliveryState};

use super::delivery::{Typed, mine, page, unsettled};
use super::filled;
use crate::App;
use crate::aside::on_a_thread;
use crate::delivery::report::Report;
use crate::delivery::settings::Settings;
use crate::delivery::turn::{self, Turns};
use crate::delivery::{self, forget, keep, mend};
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::http::upload::Sent;
use crate::right::visitor::Visitor;
use crate::say;

fn to(id: i64) -> Response {
    Redirect::to(&format!("/delivery/{id}")).into_response()
}

fn disk() -> Fault {
    Fault::Refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "服务器的数据文件夹不能写入，没有办理。".to_owned(),
        "请系统管理员检查磁盘空间和权限，然后再试。".to_owned(),
    )
}

/// Moves what came to where it stays.
fn kept(app: &App, sent: &mut Sent) -> Result<Vec<DeliveryFile>, Fault> {
    sent.files.retain(|file| file.field == "files");
    if sent.files.is_empty() {
        return Err(Fault::Nonsense("没有选文件。", "请返回上一页选择文件，再上传。"));
    }
    keep(&app.settings.data, std::mem::take(&mut sent.files)).map_err(|_| disk())
}

/// Files that nobody keeps because the registry refused.
fn unkept(app: &App, files: &[DeliveryFile], error: RegistryError) -> Fault {
    forget(&app.settings.data, 0, files);
    error.into()
}

pub(crate) async fn begin(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    let (source, _) = delivery::source(&app, &visitor, &name)?;
    let files = kept(&app, &mut sent)?;
    let login = &visitor.account.login;
    let begun = app.registry.begin_delivery(login, &source.name, source.kind, &files).await;
    let (id, discarded) = begun.map_err(|error| unkept(&app, &files, error))?;
    if let Some(discarded) = discarded {
        let old = app.registry.delivery(discarded).await?;
        forget(&app.settings.data, discarded, &old.files);
    }
    let as_of = sent.text("as_of").trim();
    if Date::parse(as_of).is_some() {
        let settings = Settings { as_of: Some(as_of.to_owned()), ..Settings::default() };
        app.registry.set_delivery(id, &settings.json()).await?;
    }
    Turns::begin(&app, id);
    Ok(to(id))
}

pub(crate) async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    mut sent: Sent,
) -> Result<Response, Fault> {
    mine(&app, &visitor, id).await?;
    let files = kept(&app, &mut sent)?;
    let added = app.registry.add_to_delivery(&visitor.account.login, id, &files).await;
    added.map_err(|error| unkept(&app, &files, error))?;
    Turns::begin(&app, id);
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
                    if value == "unclear" {
                        settings.unclear.entry(field.clone()).or_default().insert(word.clone());
                    } else if !value.is_empty() {
                        settings.codes.entry(field.clone()).or_default().insert(word.clone(), value.to_owned());
                    }
                }
            }
        }
    }
    app.registry.set_delivery(id, &settings.json()).await?;
    Turns::begin(&app, id);
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
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let note = given.note.trim();
    let wrong = |at: &'static str, what: String, hint: String| Typed {
        as_of: given.as_of.clone(),
        note: note.to_owned(),
        at,
        what,
        hint,
    };
    let refused = 'refused: {
        let Some(as_of) = Date::parse(&given.as_of) else {
            break 'refused wrong("as_of", "数据截止日期看不懂。".to_owned(), "请写成 2016-10-31 的样子。".to_owned());
        };
        if delivery.state == DeliveryState::Open && delivery.checked == Checked::Sound {
            let open = unsettled(&report, &Settings::read(&delivery.settings));
            if !open.is_empty() {
                break 'refused wrong(
                    "",
                    format!("还有 {} 处要您定，没有报送。", open.len()),
                    "请在“列”里选每个不认识的代码是什么意思，不知道就选“不清楚”。".to_owned(),
                );
            }
            let alarms = super::delivery::alarms(&report, &delivery.found, &plan.alarm);
            if !alarms.is_empty() && note.chars().count() < 4 {
                break 'refused wrong(
                    "note",
                    "这份数据与上一份差别大，要写明原因才能报送。".to_owned(),
                    "请写明差别从哪里来，如：两个镇已划归高新区。".to_owned(),
                );
            }
        }
        match app.registry.send_delivery(&visitor.account.login, id, as_of, note, say::today()).await {
            Ok(()) => return Ok(to(id)),
            Err(error) if error.is_refusal() => wrong("as_of", error.to_string(), error.hint()),
            Err(error) => return Err(error.into()),
        }
    };
    let shown = page(&app, &visitor, &delivery, &source, &plan, refused).await?;
    Ok((StatusCode::CONFLICT, filled(&shown)?).into_response())
}

pub(crate) async fn withdraw(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<i64>,
    Form(given): Form<Given>,
) -> Result<Response, Fault> {
    let (delivery, source, plan) = mine(&app, &visitor, id).await?;
    match app.registry.withdraw_delivery(&visitor.account.login, id, &given.note).await {
        Ok(()) => Ok(to(id)),
        Err(error) if error.is_refusal() => {
            let typed =
                Typed { at: "note", what: error.to_string(), hint: error.hint(), note: given.note, ..Typed::default() };
            let shown = page(&app, &visitor, &delivery, &source, &plan, typed).await?;
            Ok((StatusCode::CONFLICT, filled(&shown)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) async fn discard(State(app): State<App>, visitor: Visitor, Path(id): Path<i64>) -> Result<Response, Fault> {
    let (delivery, source, _) = mine(&app, &visitor, id).await?;
    app.registry.discard_delivery(&visitor.account.login, id).await?;
    forget(&app.settings.data, id, &delivery.files);
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
    let is_there = !matches!(delivery.state, DeliveryState::Discarded);
    if delivery.checked != Checked::Sound || !is_there {
        return Err(Fault::Said("这份数据没有可以下载的行。".to_owned(), "请等读完后再下载。".to_owned()));
    }
    let (form, kind, ending) = match wanted.form.as_str() {
        "csv" => (mend::Form::Csv, "text/csv; charset=utf-8", "csv"),
        _ => (mend::Form::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let input = turn::input(&app, &delivery).await?;
    let passing = Passing::new(&app.settings.data).map_err(|_| disk())?;
    let title = format!("{}第{id}次报送待改的行", source.title);
    let (path, named) = (passing.path().to_owned(), title.clone());
    let written = on_a_thread(move || mend::write(&input, &report, form, &path, &named, say::today())).await;
    let rows = written.and_then(Result::ok).ok_or_else(disk)?;
    // on the log before a byte leaves
    app.registry.delivery_exported(&visitor.account.login, id, rows).await?;
    download::send(passing, kind, &format!("{title}.{ending}")).map_err(|_| disk())
}
