//! XLS, by calamine: a sheet of it is small (65,536 rows), and is held in memory.

use std::fs::File;
use std::io::{BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use calamine::{Data, Range, Reader, SheetType, SheetVisible, Xls};

use super::{SheetName, SheetRow};
use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::Page;
use crate::plain::{push_float, push_serial};

/// Largest file read: the format's own limits keep real ones far below.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// An opened workbook.
pub(crate) struct Book {
    shown: String,
    sheets: Vec<(SheetName, Range<Data>)>,
    from_1904: bool,
}

impl Book {
    /// Reads the workbook at `path`.
    pub(crate) fn open(path: &Path, shown: &str) -> Result<Self, IntakeError> {
        let mut file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
        let mut head = Vec::new();
        file.by_ref().take(8).read_to_end(&mut head).map_err(|error| IntakeError::io(shown, error))?;
        if file.metadata().map_err(|error| IntakeError::io(shown, error))?.len() > FILE_BYTES_MAX {
            return Err(unread(shown, "比这种格式所能有的大得多"));
        }
        let file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
        // The parser trusts offsets within the file; a damaged file is an error here, and no crash.
        let read = catch_unwind(AssertUnwindSafe(|| Self::read(file, shown)));
        read.unwrap_or_else(|_| Err(unread(shown, "内容损坏")))
    }

    fn read(file: File, shown: &str) -> Result<Self, IntakeError> {
        let mut book = Xls::new(BufReader::new(file)).map_err(|error| {
            let locked = matches!(error, calamine::XlsError::Password);
            unread(shown, if locked { "有密码保护" } else { "打不开，可能没有复制完整" }).because(error)
        })?;
        let from_1904 = book.has_1904_epoch();
        let names: Vec<_> =
            book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet).cloned().collect();
        let mut sheets = Vec::new();
        for sheet in names {
            let range = book
                .worksheet_range(&sheet.name)
                .map_err(|error| unread(shown, "内容损坏").on_sheet(Some(&sheet.name)).because(error))?;
            let hidden = sheet.visible != SheetVisible::Visible;
            sheets.push((SheetName { name: sheet.name, hidden }, range));
        }
        if sheets.is_empty() {
            return Err(unread(shown, "里面没有工作表"));
        }
        Ok(Self { shown: shown.to_owned(), sheets, from_1904 })
    }

    /// Its worksheets, in the workbook's order.
    pub(crate) fn sheets(&self) -> Vec<SheetName> {
        self.sheets.iter().map(|(sheet, _)| sheet.clone()).collect()
    }

    /// Reads the rows of a sheet.
    pub(crate) fn pages(&self, sheet: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
        let Some((_, range)) = self.sheets.iter().find(|(known, _)| known.name == sheet) else {
            return Err(unread(&self.shown, "里面没有要读的工作表"));
        };
        let (top, left) = range.start().unwrap_or((0, 0));
        let mut page = Page::default();
        let mut row = SheetRow::default();
        for (index, cells) in range.rows().enumerate() {
            row.begin(&page, Some(i64::from(top) + index as i64 + 1));
            for (column, cell) in cells.iter().enumerate() {
                row.open(&mut page, Some(left as usize + column));
                self.push(cell, &mut page.text);
                row.close(&mut page);
            }
            row.end(&mut page);
            if page.is_full() {
                if sink(&mut page)?.is_break() {
                    return Ok(());
                }
                page.clear();
            }
        }
        sink(&mut page).map(|_| ())
    }

    fn push(&self, cell: &Data, out: &mut String) {
        match cell {
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => out.push_str(text),
            Data::Float(value) => push_float(*value, out),
            Data::Int(value) => out.push_str(&value.to_string()),
            Data::Bool(value) => out.push_str(if *value { "TRUE" } else { "FALSE" }),
            Data::DateTime(value) if push_serial(value.as_f64(), self.from_1904, out) => {}
            Data::DateTime(value) => push_float(value.as_f64(), out),
            Data::Error(calamine::CellErrorType::NA) => {}
            Data::Error(error) => out.push_str(&error.to_string()),
            _ => {}
        }
    }
}

fn unread(shown: &str, what: &str) -> IntakeError {
    IntakeError::new(shown, format!("不是完整的xls文件：{what}"))
        .hinted("请用Excel或WPS打开后另存为xlsx，去掉密码，再试一次")
}
