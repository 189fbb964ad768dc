//! Delimited text: CSV, TXT and what old programs export under other names.

pub(crate) mod blocks;
pub(crate) mod decode;
pub(crate) mod detect;
pub(crate) mod gbk;
pub(crate) mod reader;
pub(crate) mod record;
pub(crate) mod separator;
pub(crate) mod utf16;

/// Longest physical line, and longest record with line breaks in quotes, in bytes: what is longer is no
/// table's row.
pub(crate) const RECORD_BYTES_MAX: usize = 1 << 20;
