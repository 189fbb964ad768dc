//! Comparison with other registries (联网比对): what went out and came in, a question that leaves, a parcel that came, what
//! two people do with it, and the registries that are known.

mod arrived;
mod ask;
mod list;
mod partner;
mod request;

use std::path::{Path, PathBuf};

use axum::http::StatusCode;
use canbao_registry::exchange::Desk;
use canbao_registry::exchange::identity::Identity;
use canbao_registry::exchange::parcel::Kind;

use crate::App;
use crate::fault::Fault;

pub(crate) use arrived::{receive, show as show_arrived, wish as wish_about};
pub(crate) use ask::{ask, form};
pub(crate) use list::{file, list};
pub(crate) use partner::{add, card, found, list as partners, one as partner, remove};
pub(crate) use request::{decide, show as show_request, withdraw};

/// The desk, where this registry has keys.
fn desk(app: &App) -> Result<Option<Desk>, Fault> {
    let Some(file) = app.settings.identity.as_deref().filter(|file| file.exists()) else { return Ok(None) };
    // what is wrong with the file names where it stands, which is the administrator's business
    let keys = Identity::read(file).map_err(|_| {
        Fault::Refused(
            StatusCode::SERVICE_UNAVAILABLE,
            "本机构的密钥文件不能使用，联网比对暂停。".to_owned(),
            "请系统管理员在服务器上运行 canbao exchange card，按提示处理。".to_owned(),
        )
    })?;
    Ok(Some(Desk::new(app.registry.clone(), keys)))
}

/// The desk, for what cannot be done without.
fn at_desk(app: &App) -> Result<Desk, Fault> {
    desk(app)?.ok_or_else(|| {
        let what = "本机构还没有联网比对的密钥。".to_owned();
        Fault::Said(what, "请系统管理员在“交换机构”里生成一次。".to_owned())
    })
}

/// Where parcels wait that came.
fn inbox(data: &Path) -> PathBuf {
    data.join("exchange/in")
}

/// Where parcels stand that were made.
fn outbox(data: &Path) -> PathBuf {
    data.join("exchange/out")
}

/// What a parcel's rows are.
const fn measure(kind: Kind) -> &'static str {
    match kind {
        Kind::Question | Kind::PsiRequest => "人",
        _ => "行",
    }
}

/// A digest in as many digits as tell it from others.
fn short(digest: &impl ToString) -> String {
    digest.to_string().chars().take(12).collect()
}
