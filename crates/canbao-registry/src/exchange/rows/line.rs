//! What the two kinds of row have in common.

/// A row as a line. Errors are the Chinese name of what is wrong, never what the line holds.
pub(super) trait Line: Sized {
    /// The word of the first line.
    const KIND: &'static str;

    fn read(line: &[u8]) -> Result<Self, &'static str>;

    /// The line without its newline.
    fn write(&self) -> Result<Vec<u8>, &'static str>;

    /// Rows ascend strictly by it: none stands twice.
    fn place(&self) -> (u64, u8);
}

/// A code of a scheme or a status.
pub(super) fn is_code(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The code of an area: 6, 9 or 12 digits.
pub(super) fn is_area(text: &str) -> bool {
    matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit())
}
