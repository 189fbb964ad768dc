//! Lists that leave as files: CSV or a workbook, with a mark on top that says who, when and what for, the count at the end,
//! and no cell that a spreadsheet takes for a formula.

use std::borrow::Cow;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use canbao_paper::{About, Grid, PaperError};

use crate::say;

/// The form of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Csv,
    Xlsx,
}

impl Form {
    /// By its word, which is a file's ending too.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Csv, Self::Xlsx].into_iter().find(|form| form.as_str() == word)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its media type.
    pub(crate) const fn media(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What stands around the rows.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// Who, when, what for; on every printed page too.
    pub(crate) mark: String,
    /// The workbook's own title.
    pub(crate) title: String,
    /// The worksheet's name.
    pub(crate) sheet: &'static str,
    /// What stands above each column, and how wide it is, in characters.
    pub(crate) columns: Vec<(&'static str, f64)>,
    /// The last row: how many there are.
    pub(crate) count: String,
}

/// Writes rows of as many cells as there are columns to a new file that its owner alone reads.
///
/// # Errors
/// Where the disk does not take it, or a cell is longer than a workbook's.
pub(crate) fn write<'a>(
    path: &Path,
    form: Form,
    frame: &Frame,
    rows: impl Iterator<Item = Vec<Cow<'a, str>>>,
) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    match form {
        Form::Csv => {
            let mut out = BufWriter::new(file);
            csv(&mut out, frame, rows)?;
            out.flush()
        }
        Form::Xlsx => {
            drop(file);
            workbook(path, frame, rows).map_err(|error| io::Error::other(error.to_string()))
        }
    }
}

/// What a spreadsheet would take for a formula stands there as text.
fn harmless(text: &str) -> Cow<'_, str> {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    if formula { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

fn csv<'a>(out: &mut impl Write, frame: &Frame, rows: impl Iterator<Item = Vec<Cow<'a, str>>>) -> io::Result<()> {
    // with the mark, office programs take it for UTF-8
    out.write_all("\u{feff}".as_bytes())?;
    line(out, std::iter::once(frame.mark.as_str()))?;
    line(out, frame.columns.iter().map(|(head, _)| *head))?;
    for row in rows {
        line(out, row.iter().map(AsRef::as_ref))?;
    }
    line(out, std::iter::once(frame.count.as_str()))
}

fn line<'a>(out: &mut impl Write, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        let cell = harmless(cell);
        if cell.contains(['"', ',', '\n', '\r']) {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\r\n")
}

fn workbook<'a>(path: &Path, frame: &Frame, rows: impl Iterator<Item = Vec<Cow<'a, str>>>) -> Result<(), PaperError> {
    let (year, month, day) = say::today().ymd();
    let date = (u16::try_from(year).unwrap_or(1970), month as u8, day as u8);
    let about = About { title: frame.title.clone(), author: "全民参保登记信息管理系统".to_owned(), date };
    let widths: Vec<f64> = frame.columns.iter().map(|(_, width)| *width).collect();
    let mut grid = Grid::create(path, &about, frame.sheet, &widths)?;
    grid.printed(&frame.mark, 2)?;
    grid.row(&[frame.mark.as_str()])?;
    grid.row(&frame.columns.iter().map(|(head, _)| *head).collect::<Vec<_>>())?;
    for row in rows {
        let cells: Vec<Cow<'_, str>> = row.iter().map(|cell| harmless(cell)).collect();
        grid.row(&cells.iter().map(AsRef::as_ref).collect::<Vec<_>>())?;
    }
    grid.row(&[frame.count.as_str()])?;
    grid.save()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_file_is_a_formula() {
        let evil = ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "a\"b,c\nd", "王秀英"];
        let frame = Frame {
            mark: "第 1 件".to_owned(),
            title: String::new(),
            sheet: "名单",
            columns: vec![("姓名", 10.0)],
            count: "共 7 人".to_owned(),
        };
        let folder = tempfile::tempdir().unwrap();
        let rows = || evil.into_iter().map(|text| vec![Cow::Borrowed(text)]);
        let [csv, xlsx] = [Form::Csv, Form::Xlsx].map(|form| {
            let path = folder.path().join(form.as_str());
            write(&path, form, &frame, rows()).unwrap();
            assert!(write(&path, form, &frame, rows()).is_err(), "nothing is written over");
            std::fs::read(path).unwrap()
        });
        let text = String::from_utf8(csv).unwrap();
        let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
        assert_eq!(
            lines,
            [
                "第 1 件",
                "姓名",
                "'=1+1",
                "'+86",
                "'-2",
                "'@SUM(A1)",
                "'\tx",
                "\"a\"\"b,c\nd\"",
                "王秀英",
                "共 7 人",
                ""
            ]
        );
        assert!(xlsx.starts_with(b"PK"));
    }
}
