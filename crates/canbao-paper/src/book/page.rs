//! A sheet of facts: sentences, labelled values, small tables.

use super::{Book, style};
use crate::PaperError;
use crate::cell::{Cell, count_width, cut, date_text, width};

/// A column of a page takes at most this much of its width from what stands in it, in digits.
const WIDEST: usize = 44;

/// A sheet of facts that is being written. [`Page::end`] must be called.
pub struct Page<'b> {
    book: &'b mut Book,
    name: String,
    at: usize,
    row: u32,
    widths: Vec<usize>,
}

impl<'b> Page<'b> {
    pub(super) fn begin(book: &'b mut Book, name: &str, title: &str) -> Result<Self, PaperError> {
        let at = book.add_sheet(name)?;
        let format = book.style.title.clone();
        let failed = || PaperError::sheet(name);
        let sheet = book.sheet(at, name)?;
        sheet.set_portrait().set_screen_gridlines(false);
        sheet.set_row_height_pixels(0, style::TITLE_PIXELS).map_err(failed())?;
        sheet.write_string_with_format(0, 0, title, &format).map_err(failed())?;
        Ok(Self { book, name: name.to_owned(), at, row: 1, widths: Vec::new() })
    }

    /// A sentence in a row of its own.
    ///
    /// # Errors
    /// Where scratch space cannot be had.
    pub fn line(&mut self, text: &str) -> Result<&mut Self, PaperError> {
        let format = self.book.style.note.clone();
        self.put(0, Cell::Text(text), &format, false)?;
        self.row += 1;
        Ok(self)
    }

    /// An empty row.
    pub fn space(&mut self) -> &mut Self {
        self.row += 1;
        self
    }

    /// A label and what belongs to it.
    ///
    /// # Errors
    /// Where scratch space cannot be had.
    pub fn fact(&mut self, label: &str, value: Cell<'_>) -> Result<&mut Self, PaperError> {
        let (label_format, format) = (self.book.style.label.clone(), self.format(value, false));
        self.put(0, Cell::Text(label), &label_format, true)?;
        // a long value may run over to the right
        self.put(1, value, &format, false)?;
        self.row += 1;
        Ok(self)
    }

    /// A small table; with `total`, its last row is set off.
    ///
    /// # Errors
    /// Where scratch space cannot be had.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<Cell<'_>>], total: bool) -> Result<&mut Self, PaperError> {
        let (left, right) = (self.book.style.head.clone(), self.book.style.head_right.clone());
        for (column, title) in (0_u16..).zip(head) {
            let counts = rows.iter().any(|row| matches!(row.get(usize::from(column)), Some(Cell::Count(_))));
            self.put(column, Cell::Text(title), if counts { &right } else { &left }, true)?;
        }
        let (row, name) = (self.row, self.name.clone());
        let sheet = self.book.sheet(self.at, &name)?;
        sheet.set_row_height_pixels(row, style::HEAD_PIXELS).map_err(PaperError::sheet(&name))?;
        self.row += 1;
        for (n, cells) in rows.iter().enumerate() {
            let last = total && n + 1 == rows.len();
            for (column, cell) in (0_u16..).zip(cells) {
                let format = self.format(*cell, last);
                self.put(column, *cell, &format, true)?;
            }
            self.row += 1;
        }
        Ok(self)
    }

    /// Ends the page.
    ///
    /// # Errors
    /// Where the library refuses the sheet.
    pub fn end(self) -> Result<(), PaperError> {
        let sheet = self.book.sheet(self.at, &self.name)?;
        for (column, wide) in (0_u16..).zip(&self.widths) {
            let wide = u16::try_from((*wide).clamp(8, WIDEST)).unwrap_or(u16::MAX);
            sheet.set_column_width(column, f64::from(wide) + 2.7).map_err(PaperError::sheet(&self.name))?;
        }
        Ok(())
    }

    fn format(&self, cell: Cell<'_>, total: bool) -> rust_xlsxwriter::Format {
        let style = &self.book.style;
        match (cell, total) {
            (Cell::Count(_), false) => style.count.clone(),
            (Cell::Count(_), true) => style.total_count.clone(),
            (_, false) => style.body.clone(),
            (_, true) => style.total.clone(),
        }
    }

    fn put(
        &mut self,
        column: u16,
        cell: Cell<'_>,
        format: &rust_xlsxwriter::Format,
        sizes: bool,
    ) -> Result<(), PaperError> {
        let (row, name) = (self.row, self.name.clone());
        let sheet = self.book.sheet(self.at, &name)?;
        let failed = || PaperError::sheet(&name);
        let wide = match cell {
            Cell::Blank => {
                sheet.write_blank(row, column, format).map_err(failed())?;
                0
            }
            Cell::Text(text) => {
                sheet.write_string_with_format(row, column, cut(text), format).map_err(failed())?;
                width(text)
            }
            Cell::Count(count) => {
                sheet.write_number_with_format(row, column, count as f64, format).map_err(failed())?;
                count_width(count)
            }
            Cell::Date(days) => {
                sheet.write_string_with_format(row, column, date_text(days), format).map_err(failed())?;
                10
            }
        };
        if sizes {
            let at = usize::from(column);
            if self.widths.len() <= at {
                self.widths.resize(at + 1, 0);
            }
            if let Some(widest) = self.widths.get_mut(at) {
                *widest = wide.max(*widest);
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Page<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Page").field("name", &self.name).finish_non_exhaustive()
    }
}
