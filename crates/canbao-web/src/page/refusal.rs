//! What is refused is said at the form that asked for it, with what was typed; what fails is a page of its own.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use canbao_registry::RegistryError;

use super::filled;
use crate::fault::Fault;

/// What was done, or why it was refused.
///
/// # Errors
/// Where it failed for another reason.
pub(crate) fn or_refused<T>(done: Result<T, impl Into<Fault>>) -> Result<Result<T, RegistryError>, Fault> {
    match done.map_err(Into::into) {
        Ok(done) => Ok(Ok(done)),
        Err(Fault::Registry(refusal)) if refusal.is_refusal() => Ok(Err(refusal)),
        Err(fault) => Err(fault),
    }
}

/// The form once more, on which a refusal stands.
pub(crate) fn again(page: &impl Template) -> Result<Response, Fault> {
    Ok((StatusCode::CONFLICT, filled(page)?).into_response())
}
