//! The rows with something wrong, as a file by which their sender mends them: where each stands, what is wrong, and what it
//! says, uncovered, for those who delivered it.

use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use arrow::array::AsArray as _;
use arrow::datatypes::{Int64Type, UInt32Type};
use canbao_domain::date::Date;
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Chunk, Profiles, Stop, open};
use canbao_paper::{About, Book, Cell, Column, Kind, ListPlan, PaperError};

use super::look::Input;
use super::problem::{Columns, Level};
use super::report::Report;

/// The form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    Xlsx,
}

/// Columns before those of the extract.
const LEAD: [&str; 4] = ["文件", "行号", "问题", "原文（读不出的行）"];

/// Writes them to a new private file; gives how many.
pub(crate) fn write(
    input: &Input,
    report: &Report,
    form: Form,
    path: &Path,
    title: &str,
    today: Date,
) -> io::Result<i64> {
    let columns: Vec<&'static str> = LEAD.into_iter().chain(fields(input.kind).map(Field::chinese)).collect();
    match form {
        Form::Csv => {
            let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
            let mut out = BufWriter::new(file);
            // with the mark, office programs take it for UTF-8
            out.write_all("\u{feff}".as_bytes())?;
            line(&mut out, columns.iter().copied())?;
            let rows = each(input, report, &mut |cells| line(&mut out, cells.iter().map(String::as_str)))?;
            out.flush()?;
            Ok(rows)
        }
        Form::Xlsx => {
            drop(OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?);
            let (year, month, day) = today.ymd();
            let date = (u16::try_from(year).unwrap_or(1970), month as u8, day as u8);
            let about = About { title: title.to_owned(), author: "参保登记系统".to_owned(), date };
            let paper = |error: PaperError| io::Error::other(format!("{error}"));
            let mut book = Book::create(path, about).map_err(paper)?;
            let mut list = book
                .list(ListPlan {
                    name: "待改的行".to_owned(),
                    title: title.to_owned(),
                    note: "对照“文件”“行号”在原来的数据里改好，重新导出后再上传。".to_owned(),
                    columns: columns.iter().map(|title| Column::new(title, Kind::Text)).collect(),
                    group: None,
                    empty: "没有要改的行。".to_owned(),
                })
                .map_err(paper)?;
            // a cell of text is text, whatever it begins with
            let rows = each(input, report, &mut |cells| {
                let cells: Vec<Cell<'_>> = cells.iter().map(|cell| Cell::Text(cell)).collect();
                list.row(&cells).map_err(paper)
            })?;
            list.end().map_err(paper)?;
            book.save().map_err(paper)?;
            Ok(rows)
        }
    }
}

fn fields(kind: SourceKind) -> impl Iterator<Item = Field> {
    kind.fields().iter().copied()
}

/// Hands each row on, as many cells as there are columns.
fn each(input: &Input, report: &Report, sink: &mut dyn FnMut(&[String]) -> io::Result<()>) -> io::Result<i64> {
    let wrong = |error: canbao_intake::IntakeError| io::Error::other(format!("{error}"));
    let profiles = Profiles::embedded().map_err(wrong)?;
    let spec = input.settings.spec(input.kind, &input.name, &input.files);
    let mut rows = 0;
    let mut failed = None;
    let mut hand = |cells: &[String]| {
        rows += 1;
        sink(cells).map_err(|error| {
            failed = Some(error);
            Stop
        })
    };
    let read = open(&spec, &profiles).map_err(wrong)?.read(&mut |chunk: Chunk| {
        let columns = Columns::of(input.kind, &chunk.batch);
        let part = chunk.batch.column_by_name("part").and_then(|column| column.as_primitive_opt::<UInt32Type>());
        let lines = chunk.batch.column_by_name("line").and_then(|column| column.as_primitive_opt::<Int64Type>());
        for row in 0..chunk.batch.num_rows() {
            let problems: Vec<&str> = columns
                .judge(row)
                .problems
                .into_iter()
                .filter(|problem| problem.level() == Level::Doubtful)
                .map(|problem| problem.chinese())
                .collect();
            if problems.is_empty() {
                continue;
            }
            let table = part.map_or(0, |part| part.value(row) as usize);
            let at = lines.map_or(0, |lines| lines.value(row));
            let mut cells = vec![report.table_shown(table), at.to_string(), problems.join("；"), String::new()];
            cells.extend(fields(input.kind).map(|field| columns.cell(field, row).unwrap_or_default().to_owned()));
            hand(&cells)?;
        }
        for rejected in &chunk.rejected {
            let table = report.table_shown(rejected.part as usize);
            let mut cells = vec![table, rejected.line.to_string(), rejected.reason.clone(), rejected.text.clone()];
            cells.resize(LEAD.len() + fields(input.kind).count(), String::new());
            hand(&cells)?;
        }
        Ok(())
    });
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(wrong(error)),
        (None, Ok(_)) => Ok(rows),
    }
}

/// A line of CSV, in which no spreadsheet finds a formula.
fn line<'a>(out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        // what a spreadsheet would compute stays text
        let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        if formula || cell.contains([',', '"', '\n', '\r']) {
            let mark = if formula { "'" } else { "" };
            write!(out, "\"{mark}{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("周小琴", "周小琴"),
            ("a,b", "\"a,b\""),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@x", "\"'@x\""),
            ("\tx", "\"'\tx\""),
            ("\rx", "\"'\rx\""),
        ] {
            let mut out = Vec::new();
            line(&mut out, std::iter::once(cell)).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), format!("{written}\r\n"));
        }
    }
}
