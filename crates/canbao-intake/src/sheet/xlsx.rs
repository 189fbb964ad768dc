//! XLSX.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, open_workbook};

use super::SheetName;
use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::{Page, Span};
use crate::plain::{push_float, push_serial};

fn open(path: &Path, shown: &str) -> Result<Xlsx<BufReader<File>>, IntakeError> {
    open_workbook(path).map_err(|error| unread(shown, error))
}

fn unread(shown: &str, error: calamine::XlsxError) -> IntakeError {
    IntakeError::new(shown, "不是完整的Excel文件，无法打开").hinted("请用Excel或WPS打开后另存为xlsx，去掉密码").because(error)
}

pub(crate) fn sheets(path: &Path, shown: &str) -> Result<Vec<SheetName>, IntakeError> {
    let book = open(path, shown)?;
    let sheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    Ok(sheets.map(|sheet| SheetName { name: sheet.name.clone(), hidden: sheet.visible != SheetVisible::Visible }).collect())
}

pub(crate) fn pages(path: &Path, shown: &str, sheet: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
    let mut book = open(path, shown)?;
    let is_1904 = book.has_1904_epoch();
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unread(shown, error))?;
    let mut page = Page::default();
    let (mut row, mut first) = (0_u32, 0);
    while let Some(cell) = cells.next_cell().map_err(|error| unread(shown, error))? {
        let (at, column) = cell.get_position();
        if at != row {
            page.end_row(first, i64::from(row) + 1, Span::default());
            if page.is_full() {
                if sink(&mut page)?.is_break() {
                    return Ok(());
                }
                page.clear();
            }
            first = page.cells.len();
            row = at;
        }
        while page.cells.len() - first < column as usize {
            page.push_cell("");
        }
        let start = page.text.len();
        match cell.get_value() {
            DataRef::String(text) => page.text.push_str(text),
            DataRef::SharedString(text) => page.text.push_str(text),
            DataRef::Float(value) => push_float(*value, &mut page.text),
            DataRef::Int(value) => page.text.push_str(&value.to_string()),
            DataRef::Bool(value) => page.text.push_str(if *value { "TRUE" } else { "FALSE" }),
            DataRef::DateTime(value) => {
                if !push_serial(value.as_f64(), is_1904, &mut page.text) {
                    push_float(value.as_f64(), &mut page.text);
                }
            }
            DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => page.text.push_str(text),
            DataRef::Error(_) | DataRef::Empty => {}
        }
        page.cells.push(Span::new(start, page.text.len()));
    }
    page.end_row(first, i64::from(row) + 1, Span::default());
    sink(&mut page).map(|_| ())
}
