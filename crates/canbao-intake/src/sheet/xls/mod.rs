//! XLS: BIFF8 of Excel 97 to 2003, and BIFF5 of Excel 95.
//!
//! Own reader, because calamine holds each sheet as a full rectangle of cells (one stray cell in the last
//! corner is 400 MB) and, on damaged files, takes memory without bound. Here every offset and length is
//! checked, and memory is the file's size and some bytes a cell.

mod cells;
mod container;
mod globals;
mod records;
mod text;

use std::path::Path;

use super::SheetName;
use crate::error::IntakeError;
use crate::extract::PageSink;
use globals::Globals;

/// An opened workbook.
pub(crate) struct Book {
    shown: String,
    /// The workbook's stream.
    stream: Vec<u8>,
    globals: Globals,
}

impl Book {
    /// Reads the workbook at `path`.
    pub(crate) fn open(path: &Path, shown: &str) -> Result<Self, IntakeError> {
        let stream = container::workbook(path, shown)?;
        let globals = Globals::read(&stream).map_err(|what| broken(shown, what))?;
        if globals.sheets.is_empty() {
            return Err(broken(shown, "里面没有工作表"));
        }
        Ok(Self { shown: shown.to_owned(), stream, globals })
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.stream.len() + self.globals.strings.bytes()
    }

    /// Its worksheets, in the workbook's order.
    pub(crate) fn sheets(&self) -> Vec<SheetName> {
        self.globals.sheets.iter().map(|(sheet, _)| sheet.clone()).collect()
    }

    /// Reads the rows of a sheet.
    pub(crate) fn pages(&self, sheet: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
        let Some((_, offset)) = self.globals.sheets.iter().find(|(known, _)| known.name == sheet) else {
            return Err(broken(&self.shown, "里面没有要读的工作表"));
        };
        let found = cells::find(&self.stream, *offset);
        let found = found.ok_or_else(|| broken(&self.shown, "工作表内容损坏").on_sheet(Some(sheet)))?;
        cells::pages(&self.stream, &self.globals, &found, sink)
    }
}

fn broken(shown: &str, what: &str) -> IntakeError {
    IntakeError::new(shown, format!("不是完整的xls文件：{what}"))
        .hinted("请用Excel或WPS打开后另存为xlsx，去掉密码，再试一次")
}
