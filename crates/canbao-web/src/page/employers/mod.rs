//! Employers (用人单位): as a list, found by code or name, and one of them with who is insured through it.

mod list;
mod one;

pub(crate) use list::{find, found, list};
pub(crate) use one::show;

use canbao_domain::standard;
use canbao_registry::area::Areas;

use super::word::Tag;

/// How an employer stands.
fn category(word: &str) -> Tag {
    let table = standard::unit_categories();
    let name = table.get(word).map_or(word, |entry| entry.name());
    let colour = match word {
        "uninsured" => "red",
        "unregistered" | "information" => "amber",
        "confirmed" => "green",
        _ => "",
    };
    Tag::new(name, colour)
}

fn county(code: Option<&str>, areas: &Areas) -> String {
    let known = code.filter(|code| !code.is_empty());
    known.map_or_else(
        || "区划不明".to_owned(),
        |code| areas.get(code).map_or_else(|| code.to_owned(), |area| area.name.clone()),
    )
}
