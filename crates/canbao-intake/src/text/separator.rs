//! Which character separates the cells.

use crate::page::Page;
use crate::text::record::{Cutter, Record};

/// The separators that are tried, the commonest first.
pub(crate) const SEPARATORS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How many cells the lines of a text have with a separator: the commonest count over 1, and how many
/// records have it, of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Regularity {
    pub(crate) cells: usize,
    pub(crate) rows: usize,
    pub(crate) of: usize,
}

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

/// How regular a page's rows are.
pub(crate) fn regularity(page: &Page) -> Regularity {
    let mut counts = std::collections::BTreeMap::new();
    for index in 0..page.rows.len() {
        *counts.entry(page.cells_of(index).len()).or_insert(0_usize) += 1;
    }
    let best = counts.into_iter().filter(|(cells, _)| *cells > 1).max_by_key(|(cells, rows)| (*rows, *cells));
    let (cells, rows) = best.unwrap_or((1, 0));
    Regularity { cells, rows, of: page.rows.len() }
}
