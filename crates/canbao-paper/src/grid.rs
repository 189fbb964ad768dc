//! A workbook in somebody else's layout: one sheet of plain text cells, without our style.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Format, Workbook};

use crate::book::{begun, escaped};
use crate::{About, MOST_ROWS, PaperError};

/// One sheet of text cells. No spreadsheet rounds a number in it or takes a text for a formula.
pub struct Grid {
    path: PathBuf,
    workbook: Workbook,
    sheet: String,
    text: Format,
    row: u32,
}

impl Grid {
    /// Begins a workbook that will stand at `path`; `widths` of its columns in characters. Rows wait in an unnamed file in
    /// the same folder.
    ///
    /// # Errors
    /// Where nothing can be written in that folder, or the sheet's name is none.
    pub fn create(path: &Path, about: &About, sheet: &str, widths: &[f64]) -> Result<Self, PaperError> {
        let failed = || PaperError::write(path);
        let mut workbook = begun(path, about)?;
        let text = Format::new().set_num_format("@");
        let worksheet = workbook.add_worksheet_with_constant_memory().map_err(failed())?;
        worksheet.set_name(sheet).map_err(PaperError::sheet(sheet))?;
        for (column, width) in (0_u16..).zip(widths) {
            worksheet.set_column_width(column, *width).map_err(PaperError::sheet(sheet))?;
        }
        Ok(Self { path: path.to_owned(), workbook, sheet: sheet.to_owned(), text, row: 0 })
    }

    /// Says something at the head of every printed page, whose width the rows fit; the first `repeated` rows stand on each.
    ///
    /// # Errors
    /// Where there is no sheet.
    pub fn printed(&mut self, head: &str, repeated: u32) -> Result<(), PaperError> {
        let failed = || PaperError::sheet(&self.sheet);
        let worksheet = self.workbook.worksheet_from_index(0).map_err(failed())?;
        // a header holds 255 characters
        let head: String = head.chars().take(200).collect();
        worksheet.set_landscape().set_header(format!("&L{}&R&P / &N", escaped(&head))).set_print_fit_to_pages(1, 0);
        if let Some(last) = repeated.checked_sub(1) {
            worksheet.set_repeat_rows(0, last).map_err(failed())?;
        }
        Ok(())
    }

    /// Appends a row of texts.
    ///
    /// # Errors
    /// Where a cell is longer than a workbook's, or there are more rows than a sheet's.
    pub fn row(&mut self, cells: &[&str]) -> Result<(), PaperError> {
        if self.row >= MOST_ROWS {
            return Err(PaperError::Shape {
                sheet: self.sheet.clone(), problem: "行数超过工作表的上限".to_owned()
            });
        }
        let worksheet = self.workbook.worksheet_from_index(0).map_err(PaperError::sheet(&self.sheet))?;
        for (column, cell) in (0_u16..).zip(cells) {
            worksheet
                .write_string_with_format(self.row, column, *cell, &self.text)
                .map_err(PaperError::sheet(&self.sheet))?;
        }
        self.row += 1;
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written, such as on a full disk.
    pub fn save(mut self) -> Result<(), PaperError> {
        self.workbook.save(&self.path).map_err(PaperError::write(&self.path))
    }
}

impl std::fmt::Debug for Grid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Grid").field("path", &self.path).field("rows", &self.row).finish_non_exhaustive()
    }
}
