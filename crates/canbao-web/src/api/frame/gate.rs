//! What every call passes first: whose token is it, may they, not too often. No cookie opens anything here, so nothing that
//! a browser sends by itself does.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::caller::Caller;
use super::code::Code;
use super::problem::Problem;
use crate::App;
use crate::right::Right;

pub(crate) async fn pass(app: App, right: Right, mut request: Request, next: Next) -> Response {
    match caller(&app, right, request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn caller(app: &App, right: Right, headers: &HeaderMap) -> Result<Caller, Problem> {
    let unknown = || Problem::new(Code::NoToken);
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(text), None) = (given.next().and_then(|text| text.to_str().ok()), given.next()) else {
        return Err(unknown());
    };
    let (kind, secret) = text.split_once(' ').ok_or_else(unknown)?;
    if !kind.eq_ignore_ascii_case("bearer") {
        return Err(unknown());
    }
    let (token, account) = app.registry.token(secret.trim()).await?.ok_or_else(unknown)?;
    app.rate.take(token.id, Instant::now()).map_err(|seconds| Problem::new(Code::TooMany).after(seconds))?;
    let caller = Caller::new(token, account, app.registry.areas().await?);
    match caller.refused(right) {
        None => Ok(caller),
        Some(code) => Err(Problem::new(code)),
    }
}
