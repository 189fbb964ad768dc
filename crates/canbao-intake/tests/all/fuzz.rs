//! Every reader against invented and damaged input: never a panic, never a hang, never a lost row.
//!
//! `CANBAO_FUZZ_CASES` sets the cases of each property (64 without it).

use std::cell::RefCell;
use std::sync::OnceLock;

use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{IntakeError, Profiles, SourceSpec, open};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tempfile::TempDir;

use crate::common::{Read, number, read_extract};
use crate::dbf::Table;
use crate::xlsx::package;

fn cases() -> ProptestConfig {
    let cases = std::env::var("CANBAO_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 2000, ..ProptestConfig::default() }
}

/// Writes the bytes to a file of this thread, and reads them.
fn read(name: &str, bytes: &[u8]) -> Result<Read, IntakeError> {
    thread_local!(static FOLDER: RefCell<TempDir> = RefCell::new(TempDir::new().unwrap()));
    static PROFILES: OnceLock<Profiles> = OnceLock::new();
    let profiles = PROFILES.get_or_init(|| Profiles::embedded().unwrap());
    FOLDER.with_borrow(|folder| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_extract(open(&SourceSpec::of_file(SourceKind::EmployeePension, path), profiles)?)
    })
}

const FIELDS: [(Field, &str); 5] = [
    (Field::Name, "姓名"),
    (Field::Number, "身份证号码"),
    (Field::Address, "住址"),
    (Field::UnitName, "单位名称"),
    (Field::Phone, "联系电话"),
];

/// Text as it stands in cells: common and rare characters, and now and then what delimited text is made of.
fn cell() -> impl Strategy<Value = String> {
    let plain = select(vec![
        "王", "强", "安", "康", "市", "村", "a", "Z", "0", "9", "·", "𠅤", "㐱", "\u{e863}", "（", "　", " ", "-", "é",
    ]);
    let special = select(vec![",", "\t", ";", "|", "\"", "'", "\"\"", "\\", "="]);
    let words = vec(plain.clone(), 0..8).prop_map(|parts| parts.concat());
    let marked = vec(prop_oneof![3 => plain.clone(), 1 => special], 0..8).prop_map(|parts| parts.concat());
    // Line breaks, but no separators with them: rows upon rows in one cell are taken for a stray quote.
    let broken = vec(prop_oneof![3 => plain, 1 => Just("\n"), 1 => Just("\r\n"), 1 => Just("\"")], 0..8);
    prop_oneof![4 => words, 2 => marked, 1 => broken.prop_map(|parts| parts.concat())]
        .prop_filter("Excel's text formula is unwrapped", |cell| !cell.starts_with("=\""))
}

fn rows() -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = (0..1000_u64, vec(cell(), FIELDS.len())).prop_map(|(k, mut cells)| {
        cells[1] = number(k);
        cells
    });
    vec(row, 0..30)
}

fn quoted(cell: &str, separator: char, always: bool) -> String {
    if always || cell.contains([separator, '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

fn delimited(rows: &[Vec<String>], separator: char, line_end: &str, always: bool) -> String {
    let header = FIELDS.map(|(_, header)| header.to_owned()).to_vec();
    std::iter::once(&header)
        .chain(rows)
        .map(|row| {
            row.iter().map(|cell| quoted(cell, separator, always)).collect::<Vec<_>>().join(&separator.to_string())
                + line_end
        })
        .collect()
}

fn encoded(text: &str, encoding: &'static Encoding, mark: bool) -> Vec<u8> {
    let text = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
    if encoding == UTF_16LE {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else if encoding == UTF_16BE {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else {
        encoding.encode(&text).0.into_owned()
    }
}

/// What the reading of well-formed rows must give: each cell as it is, blank ones null.
fn assert_cells(read: &Read, rows: &[Vec<String>]) {
    assert_eq!(read.totals.rejected, 0, "{:?}", read.reasons());
    assert_eq!(read.rows.len(), rows.len());
    for (got, row) in read.rows.iter().zip(rows) {
        for ((field, _), cell) in FIELDS.iter().zip(row) {
            let blank = cell.trim().is_empty();
            assert_eq!(got.get(field.as_str()), if blank { "" } else { cell });
            assert_eq!(got.cells.contains_key(field.as_str()), !blank);
        }
    }
}

/// A damage to bytes.
#[derive(Debug, Clone)]
enum Damage {
    Set(usize, u8),
    Insert(usize, Vec<u8>),
    Remove(usize, usize),
    Repeat(usize, usize),
    Cut(usize),
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    let at = || any::<prop::sample::Index>().prop_map(|index| index.index(1 << 20));
    let byte = || prop_oneof![any::<u8>(), select(b"\"\n\r,\t\0\x1a\xff\x81\x30".to_vec())];
    let one = prop_oneof![
        (at(), byte()).prop_map(|(at, byte)| Damage::Set(at, byte)),
        (at(), vec(byte(), 1..6)).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), 1..40_usize).prop_map(|(at, len)| Damage::Remove(at, len)),
        (at(), 1..200_usize).prop_map(|(at, len)| Damage::Repeat(at, len)),
        at().prop_map(Damage::Cut),
    ];
    vec(one, 1..6)
}

fn damaged(bytes: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for damage in damages {
        if bytes.is_empty() {
            break;
        }
        let len = bytes.len();
        match damage {
            Damage::Set(at, byte) => bytes[at % len] = *byte,
            Damage::Insert(at, more) => drop(bytes.splice(at % len..at % len, more.iter().copied())),
            Damage::Remove(at, count) => drop(bytes.drain(at % len..(at % len + count).min(len))),
            Damage::Repeat(at, count) => {
                let piece = bytes[at % len..(at % len + count).min(len)].to_vec();
                drop(bytes.splice(at % len..at % len, piece));
            }
            Damage::Cut(at) => bytes.truncate(at % len),
        }
    }
    bytes
}

/// Lines of a file, as its reader counts them.
fn lines(bytes: &[u8]) -> usize {
    let end = bytes.iter().rposition(|byte| !matches!(byte, 0x1A | 0)).map_or(0, |at| at + 1);
    let bytes = if bytes.get(end) == Some(&0x1A) { &bytes[..end] } else { bytes };
    bytes.split(|byte| *byte == b'\n').count() - usize::from(bytes.is_empty() || bytes.ends_with(b"\n"))
}

fn counted(read: &Read) -> u64 {
    read.totals.parts.iter().map(|part| part.rows + part.blank + part.headers).sum()
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn well_formed_text_comes_out_cell_by_cell(
        rows in rows(),
        separator in select(vec![',', '\t', ';', '|']),
        line_end in select(vec!["\n", "\r\n"]),
        encoding in select(vec![(UTF_8, false), (UTF_8, true), (GB18030, false), (UTF_16LE, true), (UTF_16LE, false), (UTF_16BE, true)]),
        always in any::<bool>(),
    ) {
        let bytes = encoded(&delimited(&rows, separator, line_end, always), encoding.0, encoding.1);
        assert_cells(&read("名单.csv", &bytes).unwrap(), &rows);
    }

    #[test]
    fn damaged_text_loses_no_line(rows in rows(), encoding in select(vec![UTF_8, GB18030]), damages in damages()) {
        let plain: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.replace(['"', '\n', '\r', ','], "")).collect()).collect();
        let bytes = damaged(&encoded(&delimited(&plain, ',', "\n", false), encoding, false), &damages);
        let wide = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
        if let Ok(read) = read("名单.csv", &bytes) {
            let replaced = read.rows.iter().any(|row| row.cells.values().any(|cell| cell.contains(char::REPLACEMENT_CHARACTER)));
            prop_assert!(!replaced);
            if !bytes.contains(&b'"') && bytes.contains(&b'\n') && !wide {
                prop_assert_eq!(counted(&read), lines(&bytes) as u64);
            }
        }
    }

    #[test]
    fn damaged_text_with_quotes_keeps_its_lines_in_order(
        rows in rows(),
        encoding in select(vec![(UTF_8, false), (UTF_8, true), (GB18030, false), (UTF_16LE, true), (UTF_16BE, true)]),
        separator in select(vec![',', '\t', '|']),
        damages in damages(),
    ) {
        let bytes = damaged(&encoded(&delimited(&rows, separator, "\r\n", false), encoding.0, encoding.1), &damages);
        if let Ok(read) = read("名单.csv", &bytes) {
            let mut seen: Vec<i64> = read.rows.iter().map(|row| row.line).chain(read.rejected.iter().map(|row| row.line)).collect();
            seen.sort_unstable();
            prop_assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(counted(&read) <= bytes.len() as u64);
        }
    }

    #[test]
    fn noise_is_read_or_refused(bytes in vec(any::<u8>(), 0..3000), extension in select(vec!["csv", "txt", "dbf", "xlsx", "xls", "parquet"])) {
        let _ = read(&format!("名单.{extension}"), &bytes);
    }

    #[test]
    fn noise_of_text_is_read_or_refused(pieces in vec(select(vec![
        &b"\xd0\xd5\xc3\xfb"[..], "姓名".as_bytes(), "身份证号码".as_bytes(), b",", b"\"", b"\n", b"\r", b"\t", b"|", b";", b"610902198503120010", b"\0", b"\x1a",
        b"\xff", b"\xe5", b"\x81\x30", b" ", b"=\"", "合计".as_bytes(), b"\xef\xbb\xbf",
    ]), 0..200)) {
        let bytes = pieces.concat();
        if let Ok(read) = read("名单.txt", &bytes) {
            prop_assert!(read.rows.len() <= bytes.len());
        }
    }

    #[test]
    fn well_formed_dbf_comes_out_cell_by_cell(rows in rows(), encoding in select(vec![UTF_8, GB18030]), deleted in vec(any::<bool>(), 30)) {
        let columns: Vec<(&[u8], u8, usize, u8)> = vec![(b"XM", b'C', 80, 0), (b"SFZH", b'C', 18, 0), (b"DZ", b'C', 100, 0), (b"DWMC", b'C', 90, 0), (b"LXDH", b'C', 60, 0)];
        let records = rows.iter().zip(&deleted).map(|(row, deleted)| {
            (if *deleted { b'*' } else { b' ' }, row.iter().map(|cell| encoding.encode(cell).0.into_owned()).collect())
        });
        // What the table's own text cannot tell, its label does.
        let driver = if encoding == UTF_8 { 0xF0 } else { 0x4D };
        let table = Table { version: 3, driver, columns, records: records.collect(), end: b"\x1a" };
        let read = read("名单.dbf", &table.bytes()).unwrap();
        if read.parts[0].encoding == Some(encoding.name()) || rows.iter().flatten().all(|cell| cell.is_ascii()) {
            let kept: Vec<&Vec<String>> = rows.iter().zip(&deleted).filter(|(_, deleted)| !**deleted).map(|(row, _)| row).collect();
            prop_assert_eq!(read.rows.len(), kept.len());
            prop_assert_eq!(read.rejected.len(), rows.len() - kept.len());
            for (got, row) in read.rows.iter().zip(kept) {
                for ((field, _), cell) in FIELDS.iter().zip(row) {
                    let cell = cell.trim_end_matches(' ');
                    prop_assert_eq!(got.get(field.as_str()), if cell.trim().is_empty() { "" } else { cell });
                }
            }
        }
    }

    #[test]
    fn damaged_dbf_loses_no_record(rows in rows(), damages in damages()) {
        let columns: Vec<(&[u8], u8, usize, u8)> = vec![(b"XM", b'C', 80, 0), (b"SFZH", b'N', 18, 0), (b"CSRQ", b'D', 8, 0), (b"DZ", b'M', 10, 0), (b"CBRQ", b'T', 8, 0)];
        let records = rows.iter().map(|row| (b' ', row.iter().map(|cell| GB18030.encode(cell).0.into_owned()).collect()));
        let table = Table { version: 0xF5, driver: 0, columns, records: records.collect(), end: b"\x1a" };
        let whole = table.bytes();
        // Damage to the records only: every one of them is a row, rejected or blank.
        let header = 33 + 32 * 5;
        let mut bytes = whole.clone();
        for damage in &damages {
            if let Damage::Set(at, byte) = damage && !rows.is_empty() {
                let at = header + at % (whole.len() - 1 - header);
                bytes[at] = *byte;
            }
        }
        prop_assert_eq!(counted(&read("名单.dbf", &bytes).unwrap()), rows.len() as u64);
        let _ = read("名单.dbf", &damaged(&whole, &damages));
    }

    #[test]
    fn well_formed_xlsx_comes_out_cell_by_cell(rows in rows(), shared in any::<bool>(), places in any::<bool>()) {
        let (sheet, strings) = sheet_of(&rows, shared, places);
        let read = read("名单.xlsx", &package(&sheet, &strings, "")).unwrap();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| cell.replace("\r\n", "\n")).collect()).collect();
        assert_cells(&read, &rows);
    }

    #[test]
    fn damaged_xlsx_is_read_or_refused(rows in rows(), damages in damages(), which in 0..4) {
        let (sheet, strings) = sheet_of(&rows, true, true);
        let bytes = match which {
            0 => package(&String::from_utf8_lossy(&damaged(sheet.as_bytes(), &damages)), &strings, ""),
            1 => package(&sheet, &String::from_utf8_lossy(&damaged(strings.as_bytes(), &damages)), ""),
            2 => package(&sheet, &strings, &String::from_utf8_lossy(&damaged(b"<cellXfs><xf numFmtId=\"14\"/></cellXfs>", &damages))),
            _ => damaged(&package(&sheet, &strings, ""), &damages),
        };
        let _ = read("名单.xlsx", &bytes);
    }

    #[test]
    fn damaged_xls_is_read_or_refused(damages in damages()) {
        static BOOK: &[u8] = include_bytes!("../files/sheets.xls");
        let _ = read("名单.xls", &damaged(BOOK, &damages));
    }

    #[test]
    fn damaged_parquet_is_read_or_refused(damages in damages()) {
        static FILE: OnceLock<Vec<u8>> = OnceLock::new();
        let _ = read("名单.parquet", &damaged(FILE.get_or_init(crate::parquet::small), &damages));
    }
}

fn sheet_of(rows: &[Vec<String>], shared: bool, places: bool) -> (String, String) {
    let header = FIELDS.map(|(_, header)| header.to_owned()).to_vec();
    let (mut sheet, mut strings, mut count) = (String::new(), String::new(), 0);
    for (r, row) in std::iter::once(&header).chain(rows).enumerate() {
        sheet += "<row>";
        for (c, cell) in row.iter().enumerate() {
            let text = cell.replace('&', "&amp;").replace('<', "&lt;");
            let place = if places { format!(" r=\"{}{}\"", char::from(b'A' + c as u8), r + 1) } else { String::new() };
            if shared {
                sheet += &format!("<c{place} t=\"s\"><v>{count}</v></c>");
                strings += &format!("<si><t xml:space=\"preserve\">{text}</t></si>");
                count += 1;
            } else {
                sheet += &format!("<c{place} t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>");
            }
        }
        sheet += "</row>";
    }
    (sheet, strings)
}
