//! Employers (用人单位): as a list, found by code or name, and one of them with who is insured through it.

mod list;
mod one;

pub(crate) use list::{Asked, find, found, list};
pub(crate) use one::show;

use canbao_domain::standard;
use canbao_registry::area::Areas;

use super::word::Tag;

/// What a category of employers is called.
pub(crate) fn category_name(word: &str) -> String {
    standard::unit_categories().get(word).map_or(word, |entry| entry.name()).to_owned()
}

/// How an employer stands.
fn category(word: &str) -> Tag {
    let colour = match word {
        "uninsured" => "red",
        "unregistered" | "information" => "amber",
        "confirmed" => "green",
        _ => "",
    };
    Tag::new(category_name(word), colour)
}

pub(crate) fn county(code: Option<&str>, areas: &Areas) -> String {
    let known = code.filter(|code| !code.is_empty());
    known.map_or_else(
        || "区划不明".to_owned(),
        |code| areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone()),
    )
}
