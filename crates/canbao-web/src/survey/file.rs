//! The app's own files, under names that change with what is in them, so that a device keeps them for ever.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use crate::asset;
use crate::fault::Fault;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_bytes!(concat!("../../static/survey/", $name)).as_slice())),*]
    };
}

/// Everything that the app is made of.
const FILES: &[(&str, &[u8])] = &files![
    "app.js",
    "dom.js",
    "form.js",
    "format.js",
    "household.js",
    "icon-maskable.svg",
    "icon.svg",
    "items.js",
    "line.js",
    "list.js",
    "log.js",
    "manifest.webmanifest",
    "photo.js",
    "sign.js",
    "store.js",
    "survey.css",
    "sync.js",
    "talk.js",
    "unlock.js",
    "vault.js",
    "versions.js",
    "visit.js",
    "words.js",
];

const SHELL: &str = include_str!("../../static/survey/shell.html");
const WORKER: &str = include_str!("../../static/survey/sw.js");

/// What tells this program's files from another's.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in FILES.iter().copied().chain([("shell", SHELL.as_bytes()), ("worker", WORKER.as_bytes())]) {
        hasher.update(name.as_bytes()).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
    hasher.finalize().to_hex().chars().take(12).collect()
});

const fn kind(name: &str) -> &'static str {
    match name.as_bytes() {
        [.., b'.', b'j', b's'] => "text/javascript; charset=utf-8",
        [.., b'.', b'c', b's', b's'] => "text/css; charset=utf-8",
        [.., b'.', b's', b'v', b'g'] => "image/svg+xml",
        _ => "application/manifest+json; charset=utf-8",
    }
}

/// The page in which the app runs. It is the same for everybody.
pub(crate) async fn shell() -> Response {
    let page = SHELL
        .replace("{{files}}", &format!("/survey/files/{}", *VERSION))
        .replace("{{style}}", &asset::path("style.css"));
    ([(header::CACHE_CONTROL, "no-cache")], Html(page)).into_response()
}

/// The worker that keeps the app on the device. Another style, which the app shares with the other pages, is another version.
pub(crate) async fn worker() -> Response {
    let kept = [(header::CONTENT_TYPE, kind("sw.js")), (header::CACHE_CONTROL, "no-cache")];
    let style = blake3::hash(asset::path("style.css").as_bytes()).to_hex();
    let version = format!("{}{}", *VERSION, style.get(..4).unwrap_or_default());
    (StatusCode::OK, kept, WORKER.replace("{{version}}", &version)).into_response()
}

/// The script of the page on which papers are entered: it judges by the app's own file.
pub(crate) fn entry_script() -> String {
    include_str!("../../static/enter.js").replace("{{version}}", &VERSION)
}

/// One of the app's files.
pub(crate) async fn file(Path((version, name)): Path<(String, String)>) -> Result<Response, Fault> {
    let found = FILES.iter().find(|(known, _)| *known == name).filter(|_| version == *VERSION);
    let (name, bytes) = found.ok_or(Fault::NoSuchPage)?;
    let kept = [(header::CONTENT_TYPE, kind(name)), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((StatusCode::OK, kept, *bytes).into_response())
}
