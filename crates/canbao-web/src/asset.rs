//! Files that never change under their name: style, script, fonts.

use std::borrow::Cow;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Fault;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: Cow<'static, [u8]>,
    /// Under which browsers keep it for ever: its name with the first digits of its digest.
    path: String,
}

impl Asset {
    fn new(name: &'static str, kind: &'static str, bytes: impl Into<Cow<'static, [u8]>>) -> Self {
        let bytes = bytes.into();
        let digest = blake3::hash(&bytes).to_hex().get(..12).unwrap_or_default().to_owned();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        Self { name, kind, path: format!("/static/{stem}.{digest}.{ending}"), bytes }
    }
}

macro_rules! fonts {
    ($($name:literal),*) => {
        [$(Asset::new($name, "font/woff2", include_bytes!(concat!("../static/font/", $name)).as_slice())),*]
    };
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let fonts =
        fonts!["rare-a1.woff2", "rare-a2.woff2", "rare-b.woff2", "rare-c.woff2", "rare-e.woff2", "rare-f.woff2"];
    let rare = fonts.iter().fold(include_str!("../static/rare.css").to_owned(), |css, font| {
        css.replace(&format!("/static/{}", font.name), &font.path)
    });
    let style = format!("{}\n{rare}", include_str!("../static/style.css"));
    let mut all = vec![
        Asset::new("style.css", "text/css; charset=utf-8", style.into_bytes()),
        Asset::new("app.js", "text/javascript; charset=utf-8", include_bytes!("../static/app.js").as_slice()),
        Asset::new("enter.js", "text/javascript; charset=utf-8", crate::survey::entry_script().into_bytes()),
        Asset::new("icon.svg", "image/svg+xml", include_bytes!("../static/icon.svg").as_slice()),
    ];
    all.extend(fonts);
    all
});

/// Where a file is served: `/static/style.3f9a….css`.
pub(crate) fn path(name: &str) -> String {
    ASSETS.iter().find(|asset| asset.name == name).map_or_else(String::new, |asset| asset.path.clone())
}

pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Fault> {
    let is_it = |asset: &&Asset| asset.path.strip_prefix("/static/") == Some(&name);
    let asset = ASSETS.iter().find(is_it).ok_or(Fault::NoSuchPage)?;
    let kept = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    let bytes = match &asset.bytes {
        Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
        Cow::Owned(bytes) => axum::body::Bytes::copy_from_slice(bytes),
    };
    Ok((StatusCode::OK, kept, bytes).into_response())
}
