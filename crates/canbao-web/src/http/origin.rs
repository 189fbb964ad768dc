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
