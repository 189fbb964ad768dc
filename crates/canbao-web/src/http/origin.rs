//! Where a request comes from.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;

/// Whether a request that changes something comes from a page of this very host. Browsers say so themselves; what says
/// nothing at all is no browser, and needs the session's token like all others.
pub(crate) fn is_own(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (headers.get(header::ORIGIN).map(|value| value.to_str()), text("host")) {
        (None, _) => true,
        (Some(Ok(origin)), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}

/// Whether a browser says that a request comes from a page of this very host, as all of today's do.
pub(crate) fn says_own(headers: &HeaderMap) -> bool {
    (headers.contains_key("sec-fetch-site") || headers.contains_key(header::ORIGIN)) && is_own(headers)
}

/// The page of this host that a request came from, by its path.
pub(crate) fn came_from(headers: &HeaderMap) -> Option<String> {
    let (_, rest) = headers.get(header::REFERER)?.to_str().ok()?.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/')?);
    let own = headers.get(header::HOST).is_some_and(|own| own.as_bytes() == host.as_bytes());
    (own && own_path(path) == path).then(|| path.to_owned())
}

/// The path that somebody is sent on to after logging in: one of this host's own, else the home page.
pub(crate) fn own_path(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\0']);
    if own { next } else { "/" }
}

/// Takes a proxy's word on where somebody comes from: the last address of `x-forwarded-for`, which is the one that it saw
/// itself. What is before may be anybody's invention, and so is all of it where it does not come from this machine.
pub(crate) async fn forwarded(mut request: Request, next: Next) -> Response {
    let line = request.headers().get_all("x-forwarded-for").iter().next_back().and_then(|line| line.to_str().ok());
    let last = line.and_then(|line| line.rsplit(',').next()?.trim().parse::<IpAddr>().ok());
    if let (Some(ConnectInfo(from)), Some(last)) = (request.extensions_mut().get_mut::<ConnectInfo<SocketAddr>>(), last)
        && from.ip().is_loopback()
    {
        from.set_ip(last);
    }
    next.run(request).await
}
