//! Extracts that come in by the page: looked at, shown with what is wrong in them, handed over.
//!
//! | module | does |
//! |---|---|
//! | `settings` | what somebody said by hand of a file's columns and codes |
//! | `problem` | what can be wrong with a row |
//! | `look` | reads a delivery and counts what is wrong with it |
//! | `report` | what was found, as it is kept: nothing in it shows anybody's data |
//! | `judge` | what must be settled or explained before it is handed over |
//! | `take` | what is done with it |
//! | `turn` | who is looked at just now, on a thread of its own |
//! | `mend` | the rows with something wrong, as a file to mend them by |

pub(crate) mod judge;
pub(crate) mod look;
pub(crate) mod mend;
pub(crate) mod problem;
pub(crate) mod report;
pub(crate) mod settings;
pub(crate) mod take;
pub(crate) mod turn;

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use canbao_domain::date::Date;
use canbao_domain::delivery::{DeliveryPlan, Source};
use canbao_registry::RegistryError;
use canbao_registry::delivery::{Delivery, DeliveryFile};

use settings::Settings;

use crate::App;
use crate::fault::Fault;
use crate::http::download::Passing;
use crate::http::upload::{SentFile, private_folder};
use crate::right::delivers;
use crate::right::who::Who;

/// A city's own plan, in the data folder.
const PLAN: &str = "deliveries.toml";

/// What the city expects: by its own plan, else by the program's.
pub(crate) fn plan(data: &Path) -> Result<DeliveryPlan, Fault> {
    let refused = |what: String| {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            what,
            "请系统管理员改正数据文件夹里的 deliveries.toml。".to_owned(),
        )
    };
    let plan = match std::fs::read_to_string(data.join(PLAN)) {
        Ok(text) => DeliveryPlan::parse(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => DeliveryPlan::embedded(),
        Err(error) => return Err(refused(format!("报送计划读不出来：{error}。"))),
    };
    plan.map_err(|error| refused(format!("{error}。")))
}

/// A source by its name, where it is the visitor's to deliver.
pub(crate) fn source(app: &App, who: &Who, name: &str) -> Result<(Source, DeliveryPlan), Fault> {
    let plan = plan(&app.settings.data)?;
    let found = plan.source(name).filter(|source| delivers(&who.account, &who.areas, source)).cloned();
    let source = found.ok_or_else(|| {
        let what = "没有这个来源，或者不由您报送。".to_owned();
        Fault::Said(what, "请从“数据报送”页进入；由您报送的来源没有列出的，请找系统管理员。".to_owned())
    })?;
    Ok((source, plan))
}

/// A delivery with its source, where it is theirs.
pub(crate) async fn mine(app: &App, who: &Who, id: i64) -> Result<(Delivery, Source, DeliveryPlan), Fault> {
    let delivery = match app.registry.delivery(id).await {
        Err(error) if error.is_refusal() => return Err(Fault::NoSuchRecord),
        other => other?,
    };
    let (source, plan) = source(app, who, &delivery.source)?;
    Ok((delivery, source, plan))
}

/// Where a delivery's files stand.
pub(crate) fn folder(data: &Path, id: i64) -> PathBuf {
    data.join("deliveries").join(id.to_string())
}

/// Moves files that came to where a delivery's stay. They have no number yet, so they stand under random names.
pub(crate) fn keep(data: &Path, files: Vec<SentFile>) -> std::io::Result<Vec<DeliveryFile>> {
    let mut kept = Vec::new();
    for file in files {
        let random = file.path().file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let stored = format!("extracts/{random}");
        let told = DeliveryFile {
            name: file.name.clone(),
            stored: stored.clone(),
            bytes: i64::try_from(file.size).unwrap_or(i64::MAX),
            sha256: file.sha256.clone(),
        };
        file.keep(&data.join(stored))?;
        kept.push(told);
    }
    Ok(kept)
}

/// Lets go of files that nobody needs any more.
pub(crate) fn forget(data: &Path, id: i64, files: &[DeliveryFile]) {
    for file in files {
        // what is gone already is as good
        let _ = std::fs::remove_file(data.join(&file.stored));
    }
    let _ = std::fs::remove_dir_all(folder(data, id));
}

/// The end of a file's name, where it is one that extracts have.
pub(crate) fn ending(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase());
    ["csv", "txt", "xls", "xlsx", "dbf", "parquet"].into_iter().find(|known| *known == ending).unwrap_or("csv")
}

/// Hands over the extracts of a source of a city file, as its reporter does by the page: copied, looked at, sent. For a demo.
pub(crate) async fn hand_over(
    app: &App,
    login: &str,
    spec: &canbao_intake::SourceSpec,
    as_of: Date,
) -> Result<(), RegistryError> {
    let data = &app.settings.data;
    let failed = |error: std::io::Error| RegistryError::File { doing: "写", path: data.clone(), source: error };
    private_folder(&data.join("extracts")).map_err(failed)?;
    let mut files = Vec::new();
    for file in &spec.files {
        let stored = format!("extracts/{}", Passing::new(data).map_err(failed)?.name());
        std::fs::copy(&file.path, data.join(&stored)).map_err(failed)?;
        let bytes = std::fs::metadata(&file.path).map_err(failed)?.len();
        files.push(DeliveryFile {
            name: file.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            sha256: canbao_run::sha256(&file.path)?,
            bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
            stored,
        });
    }
    let (id, _) = app.registry.begin_delivery(login, &spec.name, spec.kind, &files).await?;
    app.registry.set_delivery(login, id, &Settings::of(spec).json()).await?;
    turn::Turns::now(app, id).await?;
    app.registry.send_delivery(login, id, as_of, "", as_of).await
}
