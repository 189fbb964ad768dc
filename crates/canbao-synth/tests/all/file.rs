//! Reads the files of a city, each format by other code than wrote it.

use std::fs;
use std::path::{Path, PathBuf};

use calamine::{Data, Reader, Xlsx, open_workbook};
use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::city::{SAMPLE, table};

/// A data row of a person source, by the meaning of its columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pub(crate) source: String,
    pub(crate) row: i64,
    /// As many columns as the header?
    pub(crate) whole: bool,
    pub(crate) number: String,
    pub(crate) name: String,
    pub(crate) sex: String,
    pub(crate) birth: String,
    pub(crate) village: String,
    pub(crate) status: String,
    pub(crate) benefit: String,
    pub(crate) pool: String,
    pub(crate) scheme: String,
}

/// Kind, files and separator of each person source, in the order of the file names.
const SOURCES: [(&str, &str, char); 14] = [
    ("employee-pension", "人社/企业职工养老保险.csv", ','),
    ("resident-pension", "人社/城乡居民养老保险", ','),
    ("institution-pension", "人社/机关事业单位养老保险.xlsx", ' '),
    ("employee-medical", "人社/城镇职工医疗保险.csv", ','),
    ("resident-medical", "人社/城镇居民医疗保险.txt", '\t'),
    ("rural-medical", "卫计/新农合", ' '),
    ("unemployment", "人社/失业保险.txt", '|'),
    ("work-injury", "人社/工伤保险.parquet", ' '),
    ("maternity", "人社/生育保险.txt", '\t'),
    ("household-register", "公安/户籍人口.csv", ','),
    ("nonlocal-residents", "公安/非户籍常住人口.csv", ','),
    ("subsistence", "民政/城乡低保五保.xlsx", ' '),
    ("disability", "残联/残疾人补助.csv", ','),
    ("elsewhere", "上级/异地参保比对结果.xlsx", ' '),
];

/// All data rows of all person sources.
pub(crate) fn lines(city: &Path) -> Vec<Line> {
    let mut all = Vec::new();
    for (source, path, separator) in SOURCES {
        let mut row = 0;
        for file in files(&city.join(path)) {
            for records in tables(&file, separator) {
                let header = records.iter().position(|record| record.len() > 3).unwrap();
                for record in &records[header + 1..] {
                    row += 1;
                    all.push(line(source, row, &records[header], record));
                }
            }
        }
    }
    all
}

fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_path_buf()];
    }
    let mut files: Vec<PathBuf> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn line(source: &str, row: i64, header: &[String], record: &[String]) -> Line {
    let of = |names: &[&str]| {
        let place = header.iter().position(|column| names.contains(&column.as_str()));
        place.and_then(|place| record.get(place)).cloned().unwrap_or_default()
    };
    Line {
        source: source.to_owned(),
        row,
        whole: record.len() == header.len(),
        number: of(&["证件号码", "公民身份号码", "身份证号", "社会保障号码", "身份证号码", "SFZH", "参保人证照"]),
        name: of(&["姓名", "XM"]),
        sex: of(&["性别", "XB"]),
        birth: of(&["出生日期", "出生年月日", "CSRQ"]),
        village: of(&["村代码", "社区代码", "村居代码", "现住地代码", "XZQH"]),
        status: of(&["参保状态", "人员状态", "状态", "CHZT", "户籍状态"]),
        benefit: of(&["待遇状态"]),
        pool: of(&["统筹区"]),
        scheme: of(&["险种类型"]),
    }
}

/// The tables of a file, headers and titles included.
fn tables(path: &Path, separator: char) -> Vec<Vec<Vec<String>>> {
    match path.extension().unwrap().to_str().unwrap() {
        "dbf" => vec![dbf(&fs::read(path).unwrap())],
        "xlsx" => book(path),
        "parquet" => vec![columns(path)],
        _ => vec![records(&text(&fs::read(path).unwrap()), separator)],
    }
}

fn text(bytes: &[u8]) -> String {
    let encoding = Encoding::for_bom(bytes).map_or(GB18030, |(encoding, _)| encoding);
    let (text, _, damaged) = encoding.decode(bytes);
    assert!(!damaged, "{}", encoding.name());
    assert!(encoding != UTF_8 || bytes.starts_with(b"\xEF\xBB\xBF"));
    text.into_owned()
}

/// RFC 4180, letter by letter.
fn records(text: &str, separator: char) -> Vec<Vec<String>> {
    let mut records = vec![vec![String::new()]];
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let record = records.last_mut().unwrap();
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                record.last_mut().unwrap().push('"');
            }
            '"' => quoted = !quoted,
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'));
                records.push(vec![String::new()]);
            }
            letter if letter == separator && !quoted => record.push(String::new()),
            letter => record.last_mut().unwrap().push(letter),
        }
    }
    assert_eq!(records.pop(), Some(vec![String::new()]), "the last line ends");
    records
}

fn dbf(bytes: &[u8]) -> Vec<Vec<String>> {
    let short = |at: usize| usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]));
    let count = u32::from_le_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
    let (start, size) = (short(8), short(10));
    assert_eq!(bytes.len(), start + count * size + 1);
    assert_eq!((bytes[start - 1], bytes[bytes.len() - 1]), (b'\r', 0x1A));
    let fields: Vec<&[u8]> = bytes[32..start - 1].chunks(32).collect();
    let decode = |bytes: &[u8]| GB18030.decode(bytes).0.trim_matches(['\0', ' ']).to_owned();
    let mut all = vec![fields.iter().map(|field| decode(&field[..11])).collect()];
    for record in bytes[start..bytes.len() - 1].chunks(size) {
        let mut at = 1;
        all.push(
            fields
                .iter()
                .map(|field| {
                    let width = usize::from(field[16]);
                    at += width;
                    decode(&record[at - width..at])
                })
                .collect(),
        );
    }
    all
}

fn book(path: &Path) -> Vec<Vec<Vec<String>>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let mut tables = Vec::new();
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        let width = range.width();
        let mut table: Vec<Vec<String>> = Vec::new();
        for record in range.rows() {
            let cells: Vec<String> = record
                .iter()
                .map(|cell| match cell {
                    Data::Empty => String::new(),
                    Data::String(text) => text.clone(),
                    other => panic!("a cell that is no text: {other:?}"),
                })
                .collect();
            // a title stands alone in its row
            let title = cells.iter().filter(|cell| !cell.is_empty()).count() == 1 && table.len() < 2;
            table.push(if title { vec![cells[0].clone()] } else { cells[..width].to_vec() });
        }
        tables.push(table);
    }
    tables
}

fn columns(path: &Path) -> Vec<Vec<String>> {
    let lines = table(path);
    let mut header: Vec<String> = lines[0].keys().cloned().collect();
    header.sort();
    let mut all = vec![header.clone()];
    for line in &lines {
        all.push(header.iter().map(|name| line[name].clone().unwrap_or_default()).collect());
    }
    all
}

#[test]
fn the_city_file_names_every_source_and_its_files_are_there() {
    let city = &SAMPLE.path;
    let config = fs::read_to_string(city.join("city.toml")).unwrap();
    assert_eq!(config.matches("[[source]]").count(), 16);
    for line in config.lines().filter_map(|line| line.strip_prefix("path = \"")) {
        let path = line.trim_end_matches('"');
        let folder = city.join(path).parent().unwrap().to_path_buf();
        assert!(fs::read_dir(folder).unwrap().count() > 0, "{path}");
    }
    let regions = fs::read_to_string(city.join("regions.csv")).unwrap();
    assert!(regions.starts_with("code,name,level,parent") && regions.lines().count() == 2075);
    assert_eq!(files(&city.join("卫计/新农合")).len(), 10);
}

#[test]
fn rows_are_whole_but_for_the_ragged_ones() {
    let ragged = SAMPLE.lines.iter().filter(|line| !line.whole).count();
    let said = SAMPLE.truth.iter().filter(|row| row.damage == "rejected").count();
    assert!(ragged > 0 && ragged == said, "{ragged} {said}");
}

#[test]
fn every_oddity_of_encoding_and_quoting_occurs() {
    let city = &SAMPLE.path;
    let register = text(&fs::read(city.join("公安/户籍人口.csv")).unwrap());
    assert!(register.contains("\n（空挂户）\"") && register.contains("\"\"老屋\"\""));
    assert!(fs::read(city.join("人社/生育保险.txt")).unwrap().starts_with(b"\xFF\xFE"));
    let all: String = SAMPLE.lines.iter().map(|line| line.name.as_str()).collect();
    assert!(all.contains('?') && all.contains('𬍛'), "names without a question mark or a rare character");
    assert!(all.chars().any(|letter| ('\u{E000}'..'\u{F8FF}').contains(&letter)));
}
