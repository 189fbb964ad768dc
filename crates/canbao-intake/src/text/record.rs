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
        let (words, tail) = bytes.get(at..)?.as_chunks::<8>();
        let mut start = at;
        let mut meet = |i: usize, byte: u8, cells: &mut Vec<Span>| {
            if byte == self.separator {
                cells.push(Span::new(start, i));
                start = i + 1;
                Met::More
            } else if byte == b'\n' {
                cells.push(Span::new(start, trim_return(bytes, start, i)));
                Met::End
            } else if opens_cell(bytes, start, i) {
                Met::Quote
            } else {
                Met::More
            }
        };
        // eight bytes at a time; what is neither separator, line end nor quote is passed over
        for (word, from) in words.iter().zip((at..).step_by(8)) {
            let mut marks = self.marks(u64::from_le_bytes(*word));
            while marks != 0 {
                let k = marks.trailing_zeros() as usize / 8;
                marks &= marks - 1;
                match meet(from + k, word.get(k).copied().unwrap_or(0), &mut page.cells) {
                    Met::More => {}
                    Met::End => return Some(from + k + 1),
                    Met::Quote => {
                        page.cells.truncate(first);
                        return None;
                    }
                }
            }
        }
        let from = limit - tail.len();
        for (k, byte) in tail.iter().enumerate().filter(|(_, byte)| self.is_mark(**byte)) {
            match meet(from + k, *byte, &mut page.cells) {
                Met::More => {}
                Met::End => return Some(from + k + 1),
                Met::Quote => {
                    page.cells.truncate(first);
                    return None;
                }
            }
        }
        page.cells.push(Span::new(start, trim_return(bytes, start, limit)));
        Some(limit)
    }

    fn is_mark(self, byte: u8) -> bool {
        byte == self.separator || byte == b'\n' || byte == b'"'
    }

    /// The upper bit of each byte that is a separator, a line end or a quote.
    fn marks(self, word: u64) -> u64 {
        const LOWER: u64 = u64::MAX / 255 * 0x7F;
        let other = |byte: u8| {
            let odd = word ^ (u64::MAX / 255 * u64::from(byte));
            ((odd & LOWER) + LOWER) | odd
        };
        !(other(self.separator) & other(b'\n') & other(b'"')) & !LOWER
    }

    fn cut_quoted(self, page: &mut Page, at: usize, limit: usize, last: bool) -> Record {
        let first = page.cells.len();
        let before = page.text.len();
        let mut start = at;
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
            let stop = page.text.as_bytes().get(end).copied();
            if end < limit && stop == Some(self.separator) {
                start = end + 1;
                continue;
            }
            let lines = count_lines(page.text.as_bytes(), at, end);
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

/// What a mark of a line turned out to be.
enum Met {
    More,
    End,
    Quote,
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

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn marks_are_those_of_each_byte(
            bytes in proptest::array::uniform8(prop_oneof![any::<u8>(), Just(b','), Just(b'\n'), Just(b'"'), Just(b'-')]),
            separator in prop_oneof![Just(b','), Just(b'\t'), Just(b';'), Just(b'|')],
        ) {
            let cutter = Cutter { separator, width: 0 };
            let marks = cutter.marks(u64::from_le_bytes(bytes));
            for (k, byte) in bytes.iter().enumerate() {
                let upper = if cutter.is_mark(*byte) { 0x80 } else { 0 };
                prop_assert_eq!(marks.to_le_bytes()[k], upper);
            }
        }

        #[test]
        fn plain_lines_are_cut_as_by_splitting(
            lines in proptest::collection::vec("[a-z,\r中\"]{0,40}", 1..6),
        ) {
            let text = lines.join("\n");
            let mut page = Page { text: text.clone(), ..Page::default() };
            let cutter = Cutter { separator: b',', width: 0 };
            let mut at = 0;
            for line in text.split('\n') {
                let first = page.cells.len();
                match cutter.cut_plain(&mut page, at, text.len()) {
                    None => {
                        prop_assert!(line.split(',').any(|cell| cell.starts_with('"')));
                        prop_assert_eq!(page.cells.len(), first);
                    }
                    Some(next) => {
                        prop_assert_eq!(next, (at + line.len() + 1).min(text.len()));
                        let cells: Vec<&str> = page.cells[first..].iter().map(|c| c.of(&page.text)).collect();
                        let mut expected: Vec<&str> = line.split(',').collect();
                        let last = expected.len() - 1;
                        expected[last] = expected[last].trim_end_matches('\r');
                        prop_assert_eq!(cells, expected);
                    }
                }
                at += line.len() + 1;
            }
        }
    }
}
