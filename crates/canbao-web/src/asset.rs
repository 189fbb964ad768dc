//! Files that never change under their name: style, script.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::fault::Fault;

struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
    /// The first digits of its digest: the name under which browsers keep it for ever.
    digest: String,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let asset = |name, kind, bytes: &'static [u8]| {
        let digest = blake3::hash(bytes).to_hex().get(..12).unwrap_or_default().to_owned();
        Asset { name, kind, bytes, digest }
    };
    vec![
        asset("style.css", "text/css; charset=utf-8", include_bytes!("../static/style.css")),
        asset("app.js", "text/javascript; charset=utf-8", include_bytes!("../static/app.js")),
        asset("icon.svg", "image/svg+xml", include_bytes!("../static/icon.svg")),
    ]
});

/// Where a file is served: `/static/style.3f9a….css`.
pub(crate) fn path(name: &str) -> String {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let named = found.and_then(|asset| name.rsplit_once('.').map(|(stem, kind)| (stem, &asset.digest, kind)));
    named.map_or_else(String::new, |(stem, digest, kind)| format!("/static/{stem}.{digest}.{kind}"))
}

pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Fault> {
    let asset = ASSETS.iter().find(|asset| path(asset.name).ends_with(&format!("/{name}"))).ok_or(Fault::NoSuchPage)?;
    let kept = [(header::CONTENT_TYPE, asset.kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((StatusCode::OK, kept, asset.bytes).into_response())
}
