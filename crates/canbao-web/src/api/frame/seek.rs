//! Turning the pages of a list: a cursor is the place that an answer gave, behind which (`a:`) or before which (`b:`).

use canbao_registry::query::Seek;

use crate::page::seek::{key, place_of};

/// Where a page begins or ends; at the first line where no cursor is given.
pub(crate) fn seek(cursor: Option<&str>) -> Seek {
    let read = |cursor: &str| {
        let (way, place) = cursor.split_once(':')?;
        let at = place_of(place)?;
        Some(if way == "b" { Seek::Before(at) } else { Seek::After(at) })
    };
    cursor.and_then(read).unwrap_or(Seek::First)
}

/// The cursor of the page that follows.
pub(crate) fn next(at: Option<&(String, i64)>) -> Option<String> {
    at.map(|at| format!("a:{}", key(at)))
}

/// The cursor of the page before.
pub(crate) fn previous(at: Option<&(String, i64)>) -> Option<String> {
    at.map(|at| format!("b:{}", key(at)))
}

/// A page out of what was found, of which one more than `limit` was asked for; with the number of its last where more
/// follow.
pub(crate) fn paged<T>(mut found: Vec<T>, limit: i64, number: impl Fn(&T) -> i64) -> (Vec<T>, Option<i64>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(number);
    (found, next)
}
