//! A page: some thousand rows of one part, as spans over one text.
//!
//! Every reader fills pages, whatever its format, and one binder makes Arrow batches of them. A cell is
//! a span of the page's text, so that a row costs no allocation and a delimited file's cells are never
//! copied before they reach their column.

/// Longest cell that is read, in bytes of UTF-8: twice what a worksheet's cell can hold (32,767 characters).
pub(crate) const CELL_BYTES_MAX: usize = 128 * 1024;

/// Where a page is closed by its readers: rows, and bytes of text.
pub(crate) const PAGE_ROWS_MAX: usize = 8192;
/// See [`PAGE_ROWS_MAX`].
pub(crate) const PAGE_BYTES_MAX: usize = 4 << 20;

/// A cell's place in [`Page::text`], in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        // A page's text is bounded to a few MiB, so the casts hold.
        Self { start: start as u32, end: end as u32 }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.start >= self.end
    }

    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// One row of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowMark {
    /// Index of its first cell in [`Page::cells`]; its last is before the next row's first.
    pub(crate) first: u32,
    /// 1-based physical line, sheet row or record.
    pub(crate) line: i64,
    /// The row as written in the file, where the file is text; else empty.
    pub(crate) raw: Span,
    /// Why the reader could not read it: 1-based into [`Page::reasons`]; 0 for a row that was read.
    pub(crate) reason: u32,
}

/// Some thousand rows of one part.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) text: String,
    pub(crate) cells: Vec<Span>,
    pub(crate) rows: Vec<RowMark>,
    /// Reasons of the page's bad rows.
    pub(crate) reasons: Vec<String>,
    /// Blank lines, rows or records that were passed over.
    pub(crate) blank: u64,
    /// Whether the last row of the page is the file's last and lacks its line end.
    pub(crate) torn: bool,
}

impl Page {
    /// Forgets all rows and the text.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
        self.rows.clear();
        self.reasons.clear();
        self.blank = 0;
        self.torn = false;
    }

    /// Whether a reader should hand the page over before it adds another row.
    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= PAGE_ROWS_MAX || self.text.len() >= PAGE_BYTES_MAX
    }

    /// The cells of row `index`.
    pub(crate) fn cells_of(&self, index: usize) -> &[Span] {
        let Some(row) = self.rows.get(index) else { return &[] };
        let end = self.rows.get(index + 1).map_or(self.cells.len(), |next| next.first as usize);
        self.cells.get(row.first as usize..end).unwrap_or(&[])
    }

    /// Closes a row whose cells were pushed since `first`; a blank one is dropped and counted.
    pub(crate) fn end_row(&mut self, first: usize, line: i64, raw: Span) {
        if self.is_blank_from(first) {
            self.cells.truncate(first);
            self.blank += 1;
            return;
        }
        self.rows.push(RowMark { first: first as u32, line, raw, reason: 0 });
    }

    /// Adds a row that could not be read, `raw` being its text.
    pub(crate) fn bad_row(&mut self, line: i64, raw: Span, reason: String) {
        self.reasons.push(reason);
        let first = self.cells.len() as u32;
        self.rows.push(RowMark { first, line, raw, reason: self.reasons.len() as u32 });
    }

    /// Closes a row of a sheet, record or batch: as [`Page::end_row`], or with `reason` as one that could not be read.
    pub(crate) fn close_row(&mut self, first: usize, line: i64, reason: Option<String>) {
        match reason {
            None => self.end_row(first, line, Span::default()),
            Some(reason) => {
                self.reasons.push(reason);
                let reason = self.reasons.len() as u32;
                self.rows.push(RowMark { first: first as u32, line, raw: Span::default(), reason });
            }
        }
    }

    /// Why row `index` could not be read.
    pub(crate) fn reason_of(&self, row: &RowMark) -> Option<&str> {
        let index = (row.reason as usize).checked_sub(1)?;
        self.reasons.get(index).map(String::as_str)
    }

    /// The text of row `index` to keep verbatim: as in the file, or its cells joined by tabs.
    pub(crate) fn verbatim(&self, index: usize) -> String {
        let Some(row) = self.rows.get(index) else { return String::new() };
        if !row.raw.is_empty() {
            return row.raw.of(&self.text).trim_end_matches(['\r', '\n']).replace('\0', "\\x00");
        }
        let mut out = String::new();
        for (k, cell) in self.cells_of(index).iter().enumerate() {
            if k > 0 {
                out.push('\t');
            }
            out.push_str(cell.of(&self.text));
        }
        out
    }

    fn is_blank_from(&self, first: usize) -> bool {
        let Some(cells) = self.cells.get(first..) else { return true };
        // Nearly every row is told by its first cell.
        cells.iter().all(|cell| is_blank(cell.of(&self.text)))
    }
}

/// Whether a cell holds nothing to read: white space, zero-width characters, NULs, or DOS's end mark only.
pub(crate) fn is_blank(cell: &str) -> bool {
    match cell.as_bytes().first() {
        None => true,
        Some(b'!'..=b'~') => false,
        Some(_) => cell.chars().all(is_void),
    }
}

fn is_void(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\0' | '\u{1a}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}
