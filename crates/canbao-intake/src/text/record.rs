//! One record of delimited text: where its cells are, and where it ends.
//!
//! Quotes are RFC 4180's, read leniently: a quote within a cell is a character; a quoted cell that is
//! followed by more text is taken as written; a quote that never closes belongs to its own line alone.

use memchr::{memchr, memchr2};

use super::RECORD_BYTES_MAX;
use crate::page::{Page, Span};

/// What stands at a position of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    /// A record whose cells were pushed; `next` is where the next begins, `lines` how many line ends it has.
    Whole { next: usize, lines: usize },
    /// The text ends within a quoted cell; more text is needed to know.
    Open,
}

/// How records are cut.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cutter {
    pub(crate) separator: u8,
    /// Cells of a full row, once the header is known; 0 before.
    pub(crate) width: usize,
}

impl Cutter {
    /// Pushes the cells of the record at `at` to `page`. `limit` is the end of the text read so far;
    /// `last` says that there is no more.
    pub(crate) fn cut(self, page: &mut Page, at: usize, limit: usize, last: bool) -> Record {
        if let Some(next) = self.cut_plain(page, at, limit) {
            return Record::Whole { next, lines: 1 };
        }
        self.cut_quoted(page, at, limit, last)
    }

    /// The fast path: a line without a quote at a cell's beginning. `None`, and no cells pushed, if it has one.
    fn cut_plain(self, page: &mut Page, at: usize, limit: usize) -> Option<usize> {
        let bytes = page.text.as_bytes().get(..limit)?;
        let first = page.cells.len();
        let (mut start, mut i) = (at, at);
        for &byte in bytes.get(at..)? {
            if byte == self.separator {
                page.cells.push(Span::new(start, i));
                start = i + 1;
            } else if byte == b'\n' {
                page.cells.push(Span::new(start, trim_return(bytes, start, i)));
                return Some(i + 1);
            } else if byte == b'"' && opens_cell(bytes, start, i) {
                page.cells.truncate(first);
                return None;
            }
            i += 1;
        }
        page.cells.push(Span::new(start, trim_return(bytes, start, i)));
        Some(i)
    }

    fn cut_quoted(self, page: &mut Page, at: usize, limit: usize, last: bool) -> Record {
        let first = page.cells.len();
        let before = page.text.len();
        let mut start = at;
        let mut lines = 0;
        loop {
            let cell = self.quoted_cell(page.text.as_bytes(), start, limit);
            let (content, end) = match cell {
                Cell::Quoted { content, end } => (content, end),
                Cell::Plain { end } => (Content::Slice(start, trim_return(page.text.as_bytes(), start, end)), end),
                Cell::Open => {
                    if !last && limit - at < RECORD_BYTES_MAX {
                        page.cells.truncate(first);
                        page.text.truncate(before);
                        return Record::Open;
                    }
                    return self.cut_literal(page, first, before, at, limit);
                }
            };
            match content {
                Content::Slice(a, b) => page.cells.push(Span::new(a, b)),
                Content::Doubled(a, b) => {
                    let plain = page.text.get(a..b).unwrap_or("").replace("\"\"", "\"");
                    let from = page.text.len();
                    page.text.push_str(unwrap_formula(&plain));
                    page.cells.push(Span::new(from, page.text.len()));
                }
            }
            lines += count_lines(page.text.as_bytes(), start, end);
            let stop = page.text.as_bytes().get(end).copied();
            if end < limit && stop == Some(self.separator) {
                start = end + 1;
                continue;
            }
            let next = if end < limit { end + 1 } else { limit };
            let swallowed = lines > 0
                && (next - at > RECORD_BYTES_MAX
                    || self.width > 0
                        && (page.cells.len() - first != self.width || self.all_lines_are_rows(page, at, end)));
            if swallowed {
                return self.cut_literal(page, first, before, at, limit);
            }
            return Record::Whole { next, lines: lines + 1 };
        }
    }

    /// Reads one cell at `start`; `end` is at its separator, its line end, or the limit.
    fn quoted_cell(self, bytes: &[u8], start: usize, limit: usize) -> Cell {
        let plain = || {
            let rest = bytes.get(start..limit).unwrap_or(&[]);
            Cell::Plain { end: memchr2(self.separator, b'\n', rest).map_or(limit, |at| start + at) }
        };
        // Excel's ="6109…" keeps a number from being read as one; the wrapping is not part of the value.
        let formula = bytes.get(start..start + 2) == Some(b"=\"");
        let open = if formula { start + 1 } else { start };
        if start >= limit || bytes.get(open) != Some(&b'"') {
            return plain();
        }
        let (mut at, mut doubled) = (open + 1, false);
        loop {
            let Some(quote) = bytes.get(at..limit).and_then(|rest| memchr(b'"', rest)).map(|k| at + k) else {
                return Cell::Open;
            };
            if quote + 1 < limit && bytes.get(quote + 1) == Some(&b'"') {
                doubled = true;
                at = quote + 2;
                continue;
            }
            let mut end = quote + 1;
            while end < limit && matches!(bytes.get(end), Some(b' ' | b'\r')) {
                end += 1;
            }
            let closed = end >= limit || bytes.get(end).is_some_and(|byte| *byte == self.separator || *byte == b'\n');
            if !closed {
                return plain();
            }
            let content = if doubled { Content::Doubled(open + 1, quote) } else { Content::Slice(open + 1, quote) };
            return Cell::Quoted { content, end };
        }
    }

    /// The line at `at` with its quotes as characters: what is left of a record that does not close.
    fn cut_literal(self, page: &mut Page, first: usize, before: usize, at: usize, limit: usize) -> Record {
        page.cells.truncate(first);
        page.text.truncate(before);
        let bytes = page.text.as_bytes();
        let end = bytes.get(at..limit).and_then(|rest| memchr(b'\n', rest)).map_or(limit, |k| at + k);
        let mut start = at;
        while let Some(k) = bytes.get(start..end).and_then(|rest| memchr(self.separator, rest)) {
            page.cells.push(Span::new(start, start + k));
            start += k + 1;
        }
        page.cells.push(Span::new(start, trim_return(bytes, start, end)));
        Record::Whole { next: if end < limit { end + 1 } else { limit }, lines: 1 }
    }

    /// Whether every physical line from `at` to `end` would be a full row by itself: then a stray quote
    /// has joined whole rows, for no cell with line breaks looks like that.
    fn all_lines_are_rows(self, page: &Page, at: usize, end: usize) -> bool {
        let text = page.text.as_bytes().get(at..end).unwrap_or(&[]);
        text.split(|byte| *byte == b'\n').all(|line| self.cells_of(line) == self.width)
    }

    /// Cells of one physical line: separators within a cell whose quotes close on it do not count, those behind a
    /// quote that does not close do.
    fn cells_of(self, line: &[u8]) -> usize {
        let (mut cells, mut start) = (1, 0);
        loop {
            let end = match self.quoted_cell(line, start, line.len()) {
                Cell::Quoted { end, .. } | Cell::Plain { end } => end,
                Cell::Open => {
                    let rest = line.get(start..).unwrap_or(&[]);
                    memchr(self.separator, rest).map_or(line.len(), |k| start + k)
                }
            };
            if end >= line.len() {
                return cells;
            }
            cells += 1;
            start = end + 1;
        }
    }
}

enum Cell {
    Quoted { content: Content, end: usize },
    Plain { end: usize },
    Open,
}

enum Content {
    Slice(usize, usize),
    Doubled(usize, usize),
}

fn opens_cell(bytes: &[u8], start: usize, at: usize) -> bool {
    at == start || at == start + 1 && bytes.get(start) == Some(&b'=')
}

fn trim_return(bytes: &[u8], start: usize, mut end: usize) -> usize {
    while end > start && bytes.get(end - 1) == Some(&b'\r') {
        end -= 1;
    }
    end
}

fn count_lines(bytes: &[u8], start: usize, end: usize) -> usize {
    memchr::memchr_iter(b'\n', bytes.get(start..end).unwrap_or(&[])).count()
}

fn unwrap_formula(cell: &str) -> &str {
    cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}
