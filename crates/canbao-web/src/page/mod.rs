//! A page each: what it reads, what it shows.

pub(crate) mod account;
pub(crate) mod accounts;
pub(crate) mod area;
pub(crate) mod areas;
pub(crate) mod batch;
pub(crate) mod bulk;
pub(crate) mod ca;
pub(crate) mod change;
pub(crate) mod compose;
mod deed;
pub(crate) mod deliver;
pub(crate) mod delivery;
pub(crate) mod employers;
pub(crate) mod exchange;
pub(crate) mod exports;
pub(crate) mod field;
pub(crate) mod figures;
pub(crate) mod find;
pub(crate) mod finding;
pub(crate) mod given;
pub(crate) mod home;
pub(crate) mod kept;
pub(crate) mod line;
pub(crate) mod log;
pub(crate) mod login;
pub(crate) mod papers;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod propose;
mod refusal;
pub(crate) mod request;
pub(crate) mod resume;
pub(crate) mod reveal;
pub(crate) mod run;
pub(crate) mod runs;
pub(crate) mod seek;
mod shell;
pub(crate) mod sources;
pub(crate) mod statistics;
pub(crate) mod survey;
pub(crate) mod token;
mod word;

use askama::Template;
use axum::response::Html;

use crate::fault::Fault;

/// A filled template.
pub(crate) fn filled(page: &impl Template) -> Result<Html<String>, Fault> {
    page.render()
        .map(Html)
        .map_err(|_| Fault::Nonsense("这个页面没有画成。", "请稍候重试；持续出现时请联系系统管理员。"))
}
