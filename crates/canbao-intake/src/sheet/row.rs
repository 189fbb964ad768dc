//! A worksheet's row while its cells come in.

use crate::page::{CELL_BYTES_MAX, Page, Span};

/// Columns of a worksheet.
const COLUMNS_MAX: usize = 16_384;
/// The most that a row's text may take, in bytes.
const ROW_BYTES_MAX: usize = 4 << 20;

/// A row in the making; its cells may come in any order, with gaps.
#[derive(Debug, Default)]
pub(crate) struct SheetRow {
    /// Its number, 1-based; 0 before the first.
    pub(crate) line: i64,
    first: usize,
    text_from: usize,
    cell_from: usize,
    column: usize,
    reason: Option<String>,
}

impl SheetRow {
    /// Begins row `number`, or the one after the last where the file does not say, or counts backwards.
    pub(crate) fn begin(&mut self, page: &Page, number: Option<i64>) {
        self.line = number.filter(|number| *number > self.line).unwrap_or(self.line + 1);
        self.first = page.cells.len();
        self.text_from = page.text.len();
        self.column = 0;
        self.reason = None;
    }

    /// Begins the cell of a 0-based column, or of the next one.
    pub(crate) fn open(&mut self, page: &mut Page, column: Option<usize>) {
        self.column = column.unwrap_or(self.column);
        self.cell_from = page.text.len();
    }

    /// Ends the cell: its text is what was added to the page's since it began.
    pub(crate) fn close(&mut self, page: &mut Page) {
        let end = page.text.len();
        if end - self.cell_from > CELL_BYTES_MAX {
            self.spoil(&format!("第{}格超过{CELL_BYTES_MAX}字节，不像表格的内容", self.column + 1));
        }
        if self.column >= COLUMNS_MAX || end - self.text_from > ROW_BYTES_MAX {
            self.spoil("这一行大得不像表格的内容，只保留了开头");
            page.text.truncate(self.cell_from);
            return;
        }
        // A blank cell beyond the last filled one (a style without a value) is none.
        if end > self.cell_from {
            let at = self.first + self.column;
            if page.cells.len() <= at {
                page.cells.resize(at + 1, Span::default());
            }
            if let Some(cell) = page.cells.get_mut(at) {
                *cell = Span::new(self.cell_from, end);
            }
        }
        self.column += 1;
    }

    /// Makes the row one that could not be read.
    pub(crate) fn spoil(&mut self, reason: &str) {
        self.reason.get_or_insert_with(|| reason.to_owned());
    }

    /// Ends the row.
    pub(crate) fn end(&mut self, page: &mut Page) {
        page.close_row(self.first, self.line, self.reason.take());
    }
}
