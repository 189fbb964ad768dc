//! The collectors' app (入户采集): the pages that open without a line, and what they and the server tell each other.
//!
//! The pages are static and hold nothing of anybody; who is logged in, and what they may see, comes by the calls alone.

mod file;
mod talk;

pub(crate) use file::{entry_script, file, shell, worker};
pub(crate) use talk::{device, me, photo, piece, sync};

use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use canbao_registry::Registry;
use serde_json::Value;

use crate::fault::Fault;
use crate::say;

/// How often open tasks are held against what changed in the record.
const A_WHILE: Duration = Duration::from_secs(5);

/// Keeps open tasks as the record has become, for as long as it is polled. A database that does not answer is asked again.
pub(crate) async fn follow(registry: Registry) {
    loop {
        tokio::time::sleep(A_WHILE).await;
        let _ = registry.survey_reconcile("system", say::today()).await;
    }
}

/// What a page's script is told.
struct Json(Value);

impl IntoResponse for Json {
    fn into_response(self) -> Response {
        let mut response = self.0.to_string().into_response();
        let kind = HeaderValue::from_static("application/json; charset=utf-8");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

/// An answer that says why something cannot be done.
pub(crate) fn told(status: StatusCode, says: &str, hint: &str) -> Response {
    (status, Json(serde_json::json!({ "says": says, "hint": hint }))).into_response()
}

/// A fault, told to a page's script.
fn fault(fault: Fault) -> Response {
    let (says, hint) = fault.told();
    let status = fault.into_response().status();
    told(status, &says, &hint)
}
