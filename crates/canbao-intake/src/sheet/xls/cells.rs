//! A worksheet's rows.

use super::globals::Globals;
use super::records::{Records, f64_at, rk, u16_at, u32_at};
use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::Page;
use crate::plain::{push_float, push_serial};
use crate::sheet::SheetRow;
use crate::sheet::strings::Shared;

/// Where a cell's value stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    row: u16,
    column: u16,
    style: u16,
    what: What,
    /// Offset of the value in the stream, and how many bytes may be read there.
    at: u32,
    len: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Float,
    Rk,
    Shared,
    Text,
    Bool,
    Error,
}

/// The cells of the sheet at `offset`, by row and column; `None` if there is no sheet, or it has no end.
pub(super) fn find(stream: &[u8], offset: usize) -> Option<Vec<Found>> {
    let mut records = Records::new(stream, offset);
    if records.next()?.kind != 0x0809 {
        return None;
    }
    let mut found: Vec<Found> = Vec::new();
    // A formula's text follows it in a record of its own.
    let mut formula: Option<Found> = None;
    let mut depth = 0;
    loop {
        let record = records.next()?;
        let cell = |what: What, from: usize| {
            Some(Found {
                row: u16_at(record.data, 0)?,
                column: u16_at(record.data, 2)?,
                style: u16_at(record.data, 4)?,
                what,
                at: (record.at + from) as u32,
                len: record.data.len().checked_sub(from)? as u16,
            })
        };
        match record.kind {
            // A chart within the sheet has records of its own.
            0x0809 => depth += 1,
            0x000A if depth > 0 => depth -= 1,
            0x000A => break,
            _ if depth > 0 => {}
            0x0203 => found.extend(cell(What::Float, 6)),
            0x027E => found.extend(cell(What::Rk, 6)),
            0x00FD => found.extend(cell(What::Shared, 6)),
            0x0204 | 0x00D6 => found.extend(cell(What::Text, 6)),
            0x0205 => {
                let what = if record.data.get(7) == Some(&0) { What::Bool } else { What::Error };
                found.extend(cell(what, 6));
            }
            0x00BD => found.extend(short_numbers(record.data, record.at)),
            0x0006 => {
                formula = None;
                let result = record.data.get(6..14);
                match result {
                    Some([0, _, _, _, _, _, 0xFF, 0xFF]) => formula = cell(What::Text, 6),
                    Some([1, _, _, _, _, _, 0xFF, 0xFF]) => found.extend(cell(What::Bool, 8)),
                    Some([2, _, _, _, _, _, 0xFF, 0xFF]) => found.extend(cell(What::Error, 8)),
                    Some([_, _, _, _, _, _, 0xFF, 0xFF]) | None => {}
                    Some(_) => found.extend(cell(What::Float, 6)),
                }
            }
            0x0207 => {
                if let Some(mut cell) = formula.take() {
                    (cell.at, cell.len) = (record.at as u32, record.data.len() as u16);
                    found.push(cell);
                }
            }
            _ => {}
        }
    }
    let place = |cell: &Found| (cell.row, cell.column);
    if !found.is_sorted_by_key(place) {
        found.sort_by_key(place);
    }
    Some(found)
}

/// Several short numbers in one record: row, first column, then style and number each, last column.
fn short_numbers(data: &[u8], at: usize) -> Vec<Found> {
    let (Some(row), Some(first)) = (u16_at(data, 0), u16_at(data, 2)) else { return Vec::new() };
    let count = data.len().saturating_sub(6) / 6;
    let cell = |k: usize| {
        let from = 4 + 6 * k;
        let column = first.checked_add(u16::try_from(k).ok()?)?;
        Some(Found { row, column, style: u16_at(data, from)?, what: What::Rk, at: (at + from + 2) as u32, len: 4 })
    };
    (0..count).filter_map(cell).collect()
}

/// Hands the cells over as rows.
pub(super) fn pages(stream: &[u8], globals: &Globals, found: &[Found], sink: PageSink<'_>) -> Result<(), IntakeError> {
    let mut page = Page::default();
    let mut row = SheetRow::default();
    for cells in found.chunk_by(|a, b| a.row == b.row) {
        row.begin(&page, cells.first().map(|cell| i64::from(cell.row) + 1));
        for cell in cells {
            row.open(&mut page, Some(usize::from(cell.column)));
            push(stream, globals, cell, &mut row, &mut page.text);
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

fn push(stream: &[u8], globals: &Globals, cell: &Found, row: &mut SheetRow, out: &mut String) {
    let at = cell.at as usize;
    let data = stream.get(at..at + usize::from(cell.len)).unwrap_or(&[]);
    let number = match cell.what {
        What::Float => f64_at(data, 0),
        What::Rk => u32_at(data, 0).map(rk),
        What::Shared => {
            match u32_at(data, 0).map_or(Shared::Missing, |index| globals.strings.get(index as usize)) {
                Shared::Text(text) => out.push_str(text),
                Shared::Broken => row.spoil("有一格里有半个字符，内容已损坏"),
                Shared::Missing => row.spoil("有一格引用的文字在文件里不存在"),
            }
            return;
        }
        What::Text => {
            if !globals.text(data, false, out) {
                row.spoil("有一格里有半个字符，内容已损坏");
            }
            return;
        }
        What::Bool => {
            out.push_str(if data.first() == Some(&0) { "FALSE" } else { "TRUE" });
            return;
        }
        What::Error => {
            // A look-up that found nothing is a blank; other errors stand as Excel shows them.
            out.push_str(match data.first() {
                Some(0x2A) => "",
                Some(0x00) => "#NULL!",
                Some(0x07) => "#DIV/0!",
                Some(0x0F) => "#VALUE!",
                Some(0x17) => "#REF!",
                Some(0x1D) => "#NAME?",
                _ => "#NUM!",
            });
            return;
        }
    };
    match number {
        Some(number) if globals.is_date(cell.style) && push_serial(number, globals.from_1904, out) => {}
        Some(number) => push_float(number, out),
        None => row.spoil("有一格的数字不完整"),
    }
}
