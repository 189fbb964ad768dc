//! How the city's own certificate authority is installed: open to anybody, for without it nobody gets any further.

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse as _, Response};

use super::filled;
use crate::fault::Fault;
use crate::{App, asset};

#[derive(Template)]
#[template(path = "ca.html")]
struct Page {
    fingerprint: String,
    office: String,
    style: String,
    icon: String,
}

const NONE: (&str, &str) = ("本系统没有用自己的根证书，不需要安装。", "请直接打开登录页。");

pub(crate) async fn show(State(app): State<App>) -> Result<Html<String>, Fault> {
    let Some(authority) = &app.settings.authority else {
        return Err(Fault::Said(NONE.0.to_owned(), NONE.1.to_owned()));
    };
    filled(&Page {
        fingerprint: authority.fingerprint(),
        office: app.office(),
        style: asset::path("style.css"),
        icon: asset::path("icon.svg"),
    })
}

/// The certificate itself, DER, so that the digest of the file is the fingerprint.
pub(crate) async fn certificate(State(app): State<App>) -> Result<Response, Fault> {
    let Some(authority) = &app.settings.authority else {
        return Err(Fault::Said(NONE.0.to_owned(), NONE.1.to_owned()));
    };
    let head = [
        (header::CONTENT_TYPE, "application/x-x509-ca-cert"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"city-ca.crt\""),
    ];
    Ok((head, authority.certificate().to_vec()).into_response())
}
