//! Lists that leave as files (导出): asked for with purpose and columns, approved by a second person, made when they are
//! taken, with a watermark.

mod ask;
mod column;
mod file;
mod one;

pub(crate) use ask::{
    PURPOSES, ask, ask_for_employers, ask_for_findings, form, form_of_employers, form_of_findings, purpose,
};
pub(crate) use column::{all, chosen, masks, told};
pub(crate) use file::{KINDS, answer};
pub(crate) use one::{decide, is_open, list, reach, show, take, withdraw};
