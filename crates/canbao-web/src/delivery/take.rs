//! What is done with a delivery, by a page and by a program alike.

use axum::http::StatusCode;
use axum::response::Response;
use canbao_domain::date::Date;
use canbao_domain::delivery::Source;
use canbao_registry::delivery::{Checked, Delivery, DeliveryFile, DeliveryState};
use canbao_registry::{Registry, RegistryError};

use super::report::Report;
use super::settings::Settings;
use super::turn::{self, Turns};
use super::{forget, keep, mend};
use crate::App;
use crate::aside::on_a_thread;
use crate::fault::Fault;
use crate::http::download::{self, Passing};
use crate::http::upload::SentFile;
use crate::say;

/// What is said where the disk does not do what it should.
pub(crate) fn disk() -> Fault {
    Fault::Refused(
        StatusCode::SERVICE_UNAVAILABLE,
        "服务器的数据文件夹不能写入，没有办理。".to_owned(),
        "请系统管理员检查磁盘空间和权限，然后再试。".to_owned(),
    )
}

/// Moves files to where they stay.
fn kept(app: &App, files: Vec<SentFile>) -> Result<Vec<DeliveryFile>, Fault> {
    keep(&app.settings.data, files).map_err(|_| disk())
}

/// Files that nobody keeps because the registry refused.
fn unkept(app: &App, files: &[DeliveryFile], error: RegistryError) -> Fault {
    forget(&app.settings.data, 0, files);
    error.into()
}

/// Begins a delivery of a source; one that is open is given up. Gives its number. `as_of`: the day that the data stand for,
/// as it was typed; what is none is asked for later.
pub(crate) async fn begin(
    app: &App,
    registry: &Registry,
    login: &str,
    source: &Source,
    files: Vec<SentFile>,
    as_of: &str,
) -> Result<i64, Fault> {
    let files = kept(app, files)?;
    let begun = registry.begin_delivery(login, &source.name, source.kind, &files).await;
    let (id, discarded) = begun.map_err(|error| unkept(app, &files, error))?;
    if let Some(discarded) = discarded {
        let old = app.registry.delivery(discarded).await?;
        forget(&app.settings.data, discarded, &old.files);
    }
    if Date::parse(as_of).is_some() {
        let settings = Settings { as_of: Some(as_of.to_owned()), ..Settings::default() };
        app.registry.set_delivery(login, id, &settings.json()).await?;
    }
    Turns::begin(app, id);
    Ok(id)
}

/// Adds files to a delivery.
pub(crate) async fn add(
    app: &App,
    registry: &Registry,
    login: &str,
    id: i64,
    files: Vec<SentFile>,
) -> Result<(), Fault> {
    let files = kept(app, files)?;
    let added = registry.add_to_delivery(login, id, &files).await;
    added.map_err(|error| unkept(app, &files, error))?;
    Turns::begin(app, id);
    Ok(())
}

/// Says what its columns and words mean; it is looked at anew.
pub(crate) async fn explain(
    app: &App,
    registry: &Registry,
    login: &str,
    id: i64,
    settings: &Settings,
) -> Result<(), RegistryError> {
    registry.set_delivery(login, id, &settings.json()).await?;
    Turns::begin(app, id);
    Ok(())
}

/// Gives it up; its files go.
pub(crate) async fn discard(
    app: &App,
    registry: &Registry,
    login: &str,
    delivery: &Delivery,
) -> Result<(), RegistryError> {
    registry.discard_delivery(login, delivery.id).await?;
    forget(&app.settings.data, delivery.id, &delivery.files);
    Ok(())
}

/// The kinds of the file of the rows to be mended.
pub(crate) const MENDED: [&str; 2] = [XLSX, CSV];
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const CSV: &str = "text/csv; charset=utf-8";

/// The rows with something wrong, uncovered, to whoever delivers them.
pub(crate) async fn mended(
    app: &App,
    login: &str,
    delivery: &Delivery,
    source: &Source,
    form: mend::Form,
) -> Result<Response, Fault> {
    if delivery.checked != Checked::Sound || delivery.state == DeliveryState::Discarded {
        return Err(Fault::Said("这份数据没有可以下载的行。".to_owned(), "请等读完后再下载。".to_owned()));
    }
    let (kind, ending) = match form {
        mend::Form::Csv => (CSV, "csv"),
        mend::Form::Xlsx => (XLSX, "xlsx"),
    };
    let id = delivery.id;
    let report = Report::read(&app.registry.delivery_report(id).await?);
    let input = turn::input(app, delivery).await?;
    let passing = Passing::new(&app.settings.data).map_err(|_| disk())?;
    let title = format!("{}第{id}次报送待改的行", source.title);
    let (path, named) = (passing.path().to_owned(), title.clone());
    let written = on_a_thread(move || mend::write(&input, &report, form, &path, &named, say::today())).await;
    let rows = written.and_then(Result::ok).ok_or_else(disk)?;
    // on the log before a byte leaves
    app.registry.delivery_exported(login, id, rows).await?;
    download::send(passing, kind, &format!("{title}.{ending}")).map_err(|_| disk())
}
