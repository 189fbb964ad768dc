//! What all calls share: how one is told, checked, answered and written into the document.

pub(crate) mod call;
pub(crate) mod caller;
mod code;
pub(crate) mod docs;
pub(crate) mod document;
pub(crate) mod gate;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod receipt;
pub(crate) mod seek;
mod sent;
mod shape;
pub(crate) mod word;

use serde_json::Value;
use utoipa::ToSchema;

pub use code::Code;
pub use shape::{Amiss, Shape};

/// Where the document is, and its page.
pub(crate) const DOCUMENT: &str = "/api/v1/openapi.json";
pub(crate) const DOCS: &str = "/api/v1/docs";

/// What is sent or answered, as the document tells it. What stands on its fields in Chinese is read there.
pub(crate) trait Told: ToSchema {
    /// One as it may look.
    fn example() -> Value;

    /// Of what can be changed, the version: it stands in the answer's `ETag`, and is sent back in `If-Match`.
    fn version(&self) -> Option<&str> {
        None
    }
}
