//! Files as a template lays them out.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::Path;

use canbao_domain::date::Date;
use canbao_domain::source::Insurance;
use canbao_paper::{About, Grid};
use canbao_registry::exchange::template::{AskedFile, AskedRow};

use super::file::{Column, ColumnField, Format, Template};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::private;

/// A text with its places filled: `{area}`, `{date}`, `{sequence}`, `{rows}`, `{title}`; `{NAME:N}` in N characters.
///
/// # Errors
/// The Chinese words for what is wrong with a place.
pub(super) fn filled(text: &str, template: &Template, day: &str, sequence: i64, rows: usize) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (place, behind) = after.split_once('}').ok_or_else(|| format!("“{text}”里的花括号没有配对。"))?;
        let (name, width) = match place.split_once(':') {
            Some((name, width)) => (name, Some(width.parse::<usize>().ok().filter(|width| (1..=30).contains(width)))),
            None => (place, None),
        };
        let width = match width {
            Some(None) => return Err(format!("“{{{place}}}”的宽度应是1到30。")),
            Some(width) => width,
            None => None,
        };
        match (name, width) {
            ("area", width) => out.extend(template.area.chars().take(width.unwrap_or(12))),
            ("date", None) => out.push_str(day),
            ("date", Some(8)) => out.extend(day.chars().filter(char::is_ascii_digit)),
            ("sequence", width) => out.push_str(&padded(sequence.to_string(), width)?),
            ("rows", width) => out.push_str(&padded(rows.to_string(), width)?),
            ("title", None) => out.push_str(&template.title),
            _ => return Err(format!("不认识“{{{place}}}”。")),
        }
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

fn padded(number: String, width: Option<usize>) -> Result<String, String> {
    match width {
        Some(width) if number.len() > width => Err(format!("{number} 超出了规定的 {width} 位。")),
        Some(width) => Ok(format!("{number:0>width$}")),
        None => Ok(number),
    }
}

/// Writes a file beside its place, readable by its owner alone.
pub(super) fn write(
    aside: &Path,
    template: &Template,
    file: &AskedFile,
    day: &str,
    language: Language,
) -> Result<(), Failure> {
    let export = &template.export;
    let rows = file.rows.len();
    let fill = |text: &str| filled(text, template, day, file.sequence, rows).map_err(Failure::new);
    let mut head: Vec<Vec<String>> = Vec::new();
    for title in &export.titles {
        head.push(vec![fill(title)?]);
    }
    let titles = export.header.then(|| export.columns.iter().map(|column| column.title.clone()).collect());
    // the header stands right above the data, whatever is blank before it
    head.resize(export.data_row - 1 - usize::from(export.header), Vec::new());
    head.extend(titles);
    let fixed = export.columns.iter().map(|column| column.value.as_deref().map_or(Ok(String::new()), &fill));
    let fixed: Vec<String> = fixed.collect::<Result<_, _>>()?;
    let body = file.rows.iter().map(|row| {
        let cells = export.columns.iter().zip(&fixed);
        cells.map(|(column, fixed)| cell(column, fixed, row, template)).collect::<Vec<String>>()
    });
    let lines = head.into_iter().chain(body);
    match export.format {
        Format::Xlsx => {
            let (year, month, date) = Date::parse(day).map_or((2016, 1, 1), Date::ymd);
            let small = |number: u32| u8::try_from(number).unwrap_or(1);
            let date = (u16::try_from(year).unwrap_or(2016), small(month), small(date));
            let about = About { title: template.title.clone(), author: "全民参保登记".to_owned(), date };
            let widths: Vec<f64> = export.columns.iter().map(|column| column.width).collect();
            let paper = |error: canbao_paper::PaperError| Failure::new(&error).hints(error.hint().map(str::to_owned));
            let mut grid = Grid::create(aside, &about, &export.sheet, &widths).map_err(paper)?;
            for line in lines {
                grid.row(&line.iter().map(String::as_str).collect::<Vec<_>>()).map_err(paper)?;
            }
            grid.save().map_err(paper)
        }
        Format::Csv => {
            let encoding = template.encoding().unwrap_or(encoding_rs::UTF_8);
            let failed = |error: std::io::Error| private::unwritten(aside, &error, language);
            let mut out = BufWriter::new(OpenOptions::new().write(true).open(aside).map_err(failed)?);
            for line in lines {
                let text = line.iter().map(|cell| quoted(cell)).collect::<Vec<_>>().join(",") + "\r\n";
                out.write_all(&encoding.encode(&text).0).map_err(failed)?;
            }
            out.into_inner()
                .map_err(|error| failed(error.into_error()))
                .and_then(|file: File| file.sync_all().map_err(failed))
        }
    }
}

fn cell(column: &Column, fixed: &str, row: &AskedRow, template: &Template) -> String {
    let text = match column.field {
        None => return fixed.to_owned(),
        Some(ColumnField::Number) => row.number.clone(),
        Some(ColumnField::Name) => row.name.clone(),
        Some(ColumnField::Area) => row.area.clone(),
        // whoever's own county is not known is asked about by ours
        Some(ColumnField::County) => row.area.get(..6).unwrap_or(template.area.get(..6).unwrap_or_default()).to_owned(),
        Some(ColumnField::Insurance) => match (row.asked.pension, row.asked.medical) {
            (true, true) => "both",
            (true, false) => Insurance::Pension.as_str(),
            _ => Insurance::Medical.as_str(),
        }
        .to_owned(),
    };
    column.codes.get(&text).cloned().unwrap_or(text)
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}
