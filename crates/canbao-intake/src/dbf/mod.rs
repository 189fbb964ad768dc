//! dBase III to FoxPro tables, read by fixed width.
//!
//! Own reader, because the `dbase` crate builds a hash map a record.

pub(crate) mod header;
pub(crate) mod memo;
pub(crate) mod reader;
pub(crate) mod value;
