//! Why rows are refused.

use std::io;

/// Rows that could not be read or written. `Display` is a Chinese sentence with the line's number, which never
/// shows what the line holds; [`RowsError::hint`] says what to do.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The input or output failed.
    #[error("第{line}行读写出错：{source}。")]
    Io {
        /// 1-based.
        line: u64,
        /// What the system, or the parcel, said.
        source: io::Error,
    },
    /// The first line is not that of this kind of rows in this version.
    #[error("首行不是{0}名单的首行，或者版本不同。")]
    Header(&'static str),
    /// Longer than [`MAX_LINE`](super::MAX_LINE).
    #[error("第{0}行过长。")]
    TooLong(u64),
    /// The last line has no newline: something is cut off.
    #[error("第{0}行不完整。")]
    CutOff(u64),
    /// A line that is no such row.
    #[error("第{line}行不合规格：{what}。")]
    Line {
        /// 1-based; the first line is 1.
        line: u64,
        /// What is wrong, in Chinese.
        what: &'static str,
    },
    /// Rows do not ascend: one stands twice, or they are out of order.
    #[error("第{0}行的行号重复或次序不对。")]
    Order(u64),
    /// Another number of rows than the parcel's manifest says.
    #[error("应有{expected}行，实有{actual}行。")]
    Count {
        /// By the manifest.
        expected: u64,
        /// As read.
        actual: u64,
    },
}

impl RowsError {
    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Io { .. } => return None,
            Self::Header(_) => "请核对数据包的种类；由更新的版本写出时，请先升级本系统。",
            _ => "不要使用其中任何一行：请把行号告诉对方，由对方改正后重新发送。",
        })
    }
}
