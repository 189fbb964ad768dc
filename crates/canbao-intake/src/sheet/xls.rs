//! XLS, by calamine: a sheet of it is small (65,536 rows), and is held in memory.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, open_workbook};

use super::SheetName;
use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::{Page, Span};
use crate::plain::{push_float, push_serial};

fn open(path: &Path, shown: &str) -> Result<Xls<BufReader<File>>, IntakeError> {
    open_workbook(path).map_err(|error| unread(shown, error))
}

fn unread(shown: &str, error: calamine::XlsError) -> IntakeError {
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
    let range = book.worksheet_range(sheet).map_err(|error| unread(shown, error))?;
    let (top, left) = range.start().unwrap_or((0, 0));
    let mut page = Page::default();
    for (row, cells) in range.rows().enumerate() {
        let first = page.cells.len();
        for _ in 0..left {
            page.push_cell("");
        }
        for cell in cells {
            let start = page.text.len();
            match cell {
                Data::String(text) => page.text.push_str(text),
                Data::Float(value) => push_float(*value, &mut page.text),
                Data::Int(value) => page.text.push_str(&value.to_string()),
                Data::Bool(value) => page.text.push_str(if *value { "TRUE" } else { "FALSE" }),
                Data::DateTime(value) => {
                    if !push_serial(value.as_f64(), is_1904, &mut page.text) {
                        push_float(value.as_f64(), &mut page.text);
                    }
                }
                Data::DateTimeIso(text) | Data::DurationIso(text) => page.text.push_str(text),
                _ => {}
            }
            page.cells.push(Span::new(start, page.text.len()));
        }
        page.end_row(first, i64::from(top) + row as i64 + 1, Span::default());
        if page.is_full() {
            if sink(&mut page)?.is_break() {
                return Ok(());
            }
            page.clear();
        }
    }
    sink(&mut page).map(|_| ())
}
