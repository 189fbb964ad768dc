//! Batch query by file (批量查询): a list of numbers and names goes in, each row's answer comes out, in figures on a page and
//! row by row as a file. Both stand here for an hour, for the session that asked, and then nowhere.

mod answer;
mod ask;
mod kept;
mod show;

pub(crate) use ask::{ask, form};
pub(crate) use kept::Batches;
pub(crate) use show::{show, take};
