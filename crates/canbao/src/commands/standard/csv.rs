//! Code tables as CSV: with a BOM, so that office programs take it for UTF-8; read back in what they save.

use canbao_domain::standard::Table;

use super::sheet::{Cell, HEAD, Row};

/// A table as CSV, lines ended as on Windows.
pub(super) fn write(table: &Table) -> String {
    let mut out = String::from('\u{feff}');
    let mut push = |cells: [&str; HEAD.len()]| {
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                out.push(',');
            }
            if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(cell);
            }
        }
        out.push_str("\r\n");
    };
    push(HEAD);
    for line in table.lines() {
        push([&line.code, &line.name, &line.aliases, &line.group, &line.remark]);
    }
    out
}

/// The text of a CSV file: UTF-8 or UTF-16 by its mark, UTF-8 if it is, else GB18030, in which Chinese office
/// programs save. `None` where it is none of them.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        let rest = bytes.get(mark..).unwrap_or_default();
        return encoding.decode_without_bom_handling_and_without_replacement(rest).map(Into::into);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into),
    }
}

/// The rows of a CSV text, numbered by the line on which they begin. `None` where a quote is never closed.
pub(super) fn read(text: &str) -> Option<Vec<Row>> {
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.contains('\t') && !first.contains(',') { '\t' } else { ',' };
    let (mut rows, mut cells, mut cell) = (Vec::new(), Vec::new(), String::new());
    let (mut line, mut began, mut quoted) = (1, 1, false);
    let mut characters = text.chars().peekable();
    let finish = |cell: &mut String| {
        let text = std::mem::take(cell);
        // a spreadsheet computes what begins so
        if text.trim_start().starts_with('=') { Cell::Formula } else { Cell::Text(text) }
    };
    while let Some(c) = characters.next() {
        match c {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.trim().is_empty() => (quoted, cell) = (true, String::new()),
            _ if c == separator && !quoted => cells.push(finish(&mut cell)),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' | '\r' if !quoted => {
                cells.push(finish(&mut cell));
                rows.push(Row { number: began, cells: std::mem::take(&mut cells) });
                line += 1;
                began = line;
            }
            _ => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
        }
    }
    if !cell.is_empty() || !cells.is_empty() {
        cells.push(finish(&mut cell));
        rows.push(Row { number: began, cells });
    }
    (!quoted).then_some(rows)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn quotes_lines_and_separators_are_read_as_they_are_written() {
        let rows = read("代码,名称\r\n\"a,\"\"b\"\"\nc\", d \n=1+1,\"=\"\n").unwrap();
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [1, 2, 4]);
        assert_eq!(rows.get(1).unwrap().cells, [text("a,\"b\"\nc"), text(" d ")]);
        assert_eq!(rows.get(2).unwrap().cells, [Cell::Formula, Cell::Formula]);
        assert_eq!(read("a\tb\n1\t2").unwrap().get(1).unwrap().cells, [text("1"), text("2")]);
        assert!(read("a,\"b").is_none());
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn what_office_programs_save_is_decoded() {
        let (gbk, ..) = encoding_rs::GBK.encode("代码,名称");
        assert_eq!(decode(&gbk).unwrap(), "代码,名称");
        assert_eq!(decode("\u{feff}代码".as_bytes()).unwrap(), "代码");
        let utf16: Vec<u8> = [0xfeff].into_iter().chain("代码".encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(decode(&utf16).unwrap(), "代码");
        assert!(decode(&[0xff, 0xff, 0xff]).is_none());
    }
}
