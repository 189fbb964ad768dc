//! Workbooks.

pub(crate) mod dates;
mod row;
pub(crate) mod strings;
pub(crate) mod xls;
pub(crate) mod xlsx;

pub(crate) use row::SheetRow;

/// A worksheet, before it is read.
#[derive(Debug, Clone)]
pub(crate) struct SheetName {
    pub(crate) name: String,
    pub(crate) hidden: bool,
}
