//! Areas (区划): both trees as of a day, what an area ever was, and its changes, which the city makes.

mod change;
mod list;
mod one;

pub(crate) use change::{add, add_form, change};
pub(crate) use list::list;
pub(crate) use one::show;

/// What a level is called.
fn level(level: &str) -> &'static str {
    match level {
        "city" => "市",
        "county" => "县（区）",
        "town" => "镇（街道）",
        "village" => "村（社区）",
        _ => "区划",
    }
}
