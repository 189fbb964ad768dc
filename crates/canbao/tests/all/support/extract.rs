//! Delimited extracts taken apart and written again in another layout.

use std::fs;
use std::path::Path;

/// A header and the rows that have as many cells as it has.
pub(crate) struct Extract {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

impl Extract {
    /// Reads a text file of any encoding that the generator writes.
    pub(crate) fn read(path: &Path) -> Self {
        let raw = fs::read(path).unwrap();
        let text = match encoding_rs::Encoding::for_bom(&raw) {
            Some((encoding, _)) => encoding.decode(&raw).0.into_owned(),
            None => match String::from_utf8(raw) {
                Ok(text) => text,
                Err(error) => encoding_rs::GB18030.decode(error.as_bytes()).0.into_owned(),
            },
        };
        let head = text.lines().next().unwrap();
        let separator = [',', '\t', ';', '|'].into_iter().max_by_key(|mark| head.matches(*mark).count());
        let mut rows = records(&text, separator.unwrap()).into_iter();
        let header = rows.next().unwrap();
        let rows = rows.filter(|row| row.len() == header.len()).collect();
        Self { header, rows }
    }

    /// Writes some of the rows as UTF-8 with commas.
    pub(crate) fn write_csv(&self, path: &Path, rows: &[&Vec<String>]) {
        let mut text = String::new();
        for row in [&self.header].iter().chain(rows) {
            let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes the rows to a workbook: a sheet for each part, every cell as text.
    pub(crate) fn write_workbook(&self, path: &Path, sheets: &[Vec<&Vec<String>>]) {
        let mut book = rust_xlsxwriter::Workbook::new();
        for rows in sheets {
            let sheet = book.add_worksheet();
            for (r, row) in [&self.header].iter().chain(rows).enumerate() {
                for (c, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string(u32::try_from(r).unwrap(), u16::try_from(c).unwrap(), cell).unwrap();
                }
            }
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        book.save(path).unwrap();
    }

    /// The rows dealt out to `hands`, one after the other.
    pub(crate) fn dealt(&self, hands: usize) -> Vec<Vec<&Vec<String>>> {
        let mut dealt = vec![Vec::new(); hands];
        for (at, row) in self.rows.iter().enumerate() {
            dealt[at % hands].push(row);
        }
        dealt
    }
}

fn quoted(cell: &str) -> String {
    if cell.contains([',', '"', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.to_owned() }
}

fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => inside = !inside,
            '\r' if !inside => {}
            '\n' if !inside => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            c if c == separator && !inside => record.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        records.push(record);
    }
    records
}

/// The path of the source of a kind in a city file.
pub(crate) fn path_of(config: &str, kind: &str) -> String {
    let source = config.split("[[source]]").find(|block| block.contains(&format!("kind = \"{kind}\"")));
    let source = source.unwrap_or_else(|| panic!("the city has no {kind}"));
    let path = source.lines().find_map(|line| line.strip_prefix("path = \""));
    path.unwrap().trim_end_matches('"').to_owned()
}
