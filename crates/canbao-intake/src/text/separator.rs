//! Which character separates the cells.

use crate::page::Page;
use crate::text::record::{Cutter, Record};

/// The separators that are tried, the commonest first.
pub(crate) const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// Cuts `text` into its records with `separator`; a torn last record is left out if `torn`.
pub(crate) fn cut_all(text: &str, separator: u8, torn: bool, rows_max: usize) -> Page {
    let mut page = Page { text: text.to_owned(), ..Page::default() };
    let limit = page.text.len();
    let cutter = Cutter { separator, width: 0 };
    let (mut at, mut line) = (0, 1);
    while at < limit && page.rows.len() < rows_max {
        let first = page.cells.len();
        let Record::Whole { next, lines } = cutter.cut(&mut page, at, limit, true) else { break };
        if torn && next >= limit && !page.rows.is_empty() {
            page.cells.truncate(first);
            break;
        }
        page.end_row(first, line, crate::page::Span::new(at, next));
        line += lines as i64;
        at = next;
    }
    page
}
