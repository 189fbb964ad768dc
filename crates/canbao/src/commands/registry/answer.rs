//! What is answered row by row, as a file: CSV, or a workbook where its name ends in .xlsx.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use canbao_domain::date::Date;
use canbao_paper::{About, Book, Cell, Column, Kind, ListPlan, PaperError};

use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::private;

/// What the file says of itself.
pub(super) struct Head<'a> {
    pub(super) title: &'a str,
    pub(super) note: String,
    /// What stands above each column. Under [`LINE`] stand whole numbers, under all others texts.
    pub(super) columns: &'a [&'static str],
    pub(super) day: Option<Date>,
}

/// The column of the line in the file that is answered.
pub(super) const LINE: &str = "行";

/// Writes rows of as many cells as there are columns, readable by the owner alone, whole or not at all.
pub(super) fn write<'r>(
    out: &Path,
    head: &Head<'_>,
    rows: impl Iterator<Item = Vec<Cow<'r, str>>>,
    language: Language,
) -> Result<(), Failure> {
    let workbook = out.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"));
    private::write(out, language, |aside| {
        if workbook {
            book(aside, head, rows).map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))
        } else {
            csv(aside, head, rows).map_err(|error| private::unwritten(out, &error, language))
        }
    })
}

fn csv<'r>(path: &Path, head: &Head<'_>, rows: impl Iterator<Item = Vec<Cow<'r, str>>>) -> io::Result<()> {
    let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
    // with the mark, office programs take it for UTF-8
    out.write_all("\u{feff}".as_bytes())?;
    cells(&mut out, head.columns.iter().copied())?;
    for row in rows {
        cells(&mut out, row.iter().map(AsRef::as_ref))?;
    }
    out.flush()
}

/// A line of CSV, in which no spreadsheet finds a formula.
fn cells<'a>(out: &mut impl io::Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        // what a spreadsheet would compute stays text
        let formula = cell.starts_with(['=', '+', '-', '@', '\t']);
        if formula || cell.contains([',', '"', '\n', '\r']) {
            let mark = if formula { "'" } else { "" };
            write!(out, "\"{mark}{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

fn book<'r>(path: &Path, head: &Head<'_>, rows: impl Iterator<Item = Vec<Cow<'r, str>>>) -> Result<(), PaperError> {
    let (year, month, day) = head.day.map_or((1970, 1, 1), Date::ymd);
    let date = (u16::try_from(year).unwrap_or(1970), month as u8, day as u8);
    let about = About { title: head.title.to_owned(), author: "参保登记系统".to_owned(), date };
    let mut book = Book::create(path, about)?;
    let kind = |title: &str| if title == LINE { Kind::Count } else { Kind::Text };
    let mut sheet = book.list(ListPlan {
        name: "答复".to_owned(),
        title: head.title.to_owned(),
        note: head.note.clone(),
        columns: head.columns.iter().map(|title| Column::new(title, kind(title))).collect(),
        group: None,
        empty: "没有数据行。".to_owned(),
    })?;
    for row in rows {
        let cells = head.columns.iter().zip(&row).map(|(title, text)| match text.parse() {
            Ok(line) if *title == LINE => Cell::Count(line),
            _ => Cell::Text(text),
        });
        sheet.row(&cells.collect::<Vec<_>>())?;
    }
    sheet.end()?;
    book.save()
}
