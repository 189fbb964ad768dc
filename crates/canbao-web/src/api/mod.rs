//! The interface for programs (接口): what the pages do, as JSON under `/api/v1`.
//!
//! A file is a resource with its calls. A call is told once ([`Call`]): method, path, right, what is sent, what is
//! answered, each with an example. From that come its route behind the gate, the checks of what is sent, and the OpenAPI
//! document. Whoever adds a resource writes a file and a line in [`groups`].
//!
//! What stands in Chinese on the fields of what is sent and answered is what the document says of them.

mod accounts;
mod areas;
mod batch;
mod bulks;
mod case;
mod changes;
mod counts;
mod delivery;
mod employers;
mod exports;
mod figures;
mod frame;
mod log;
mod me;
mod people;
mod person;
mod procedure;
mod run;
mod survey;

use std::sync::LazyLock;

pub(crate) use frame::call::Call;
pub(crate) use frame::rate::Rate;
pub use frame::{Amiss, Code, Shape};
pub(crate) use frame::{DOCS, DOCUMENT, docs, document, gate, problem};

use crate::right::Right;

/// A resource: its calls, what they are called together, and what is to be known of them.
pub(crate) struct Group {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) calls: Vec<Call>,
}

/// All resources, in the order of the document.
pub(crate) fn groups() -> Vec<Group> {
    vec![
        me::group(),
        areas::group(),
        people::group(),
        person::group(),
        batch::group(),
        changes::group(),
        bulks::group(),
        case::group(),
        delivery::group(),
        run::group(),
        survey::group(),
        exports::group(),
        employers::group(),
        counts::group(),
        figures::group(),
        accounts::group(),
        log::group(),
    ]
}

/// All calls.
pub(crate) fn calls() -> impl Iterator<Item = Call> {
    groups().into_iter().flat_map(|group| group.calls)
}

/// Whether any call needs a right: a token need not carry others.
pub(crate) fn needs(right: Right) -> bool {
    static NEEDED: LazyLock<Vec<Right>> = LazyLock::new(|| calls().map(|call| call.right).collect());
    NEEDED.contains(&right)
}

/// Whether an address is the interface's, so that errors are told to a program.
pub(crate) fn is_ours(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}

/// The document's text.
pub fn openapi() -> &'static str {
    &document::TEXT
}
