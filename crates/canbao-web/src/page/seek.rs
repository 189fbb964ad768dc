//! Turning the pages of a list: where one begins stands in the address as `area.identifier`.

use canbao_registry::query::Seek;

/// A place as the address has it.
pub(crate) fn key((area, id): &(String, i64)) -> String {
    format!("{area}.{id}")
}

/// A place of the address; none where it is no place.
pub(crate) fn place_of(key: &str) -> Option<(String, i64)> {
    let (area, id) = key.split_once('.')?;
    Some((area.to_owned(), id.parse().ok()?))
}

/// Where a page begins or ends, by what the address says; else at the first line.
pub(crate) fn seek(after: &str, before: &str, from: &str) -> Seek {
    if let Some(at) = place_of(after) {
        return Seek::After(at);
    }
    if let Some(at) = place_of(before) {
        return Seek::Before(at);
    }
    if !from.is_empty() && from.bytes().all(|byte| byte.is_ascii_digit()) {
        return Seek::From(from.to_owned());
    }
    Seek::First
}
