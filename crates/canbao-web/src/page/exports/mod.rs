//! Lists that leave as files (导出): asked for with purpose and columns, approved by a second person, made when they are
//! taken, with a watermark.

mod ask;
mod column;
mod file;
mod one;

pub(crate) use ask::{PURPOSES, ask, form, purpose};
pub(crate) use column::{COLUMNS, told};
pub(crate) use file::{KINDS, answer};
pub(crate) use one::{decide, is_open, list, reach, show, take, withdraw};
