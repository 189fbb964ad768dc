//! Reading a file of a test, and people who do not exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, UInt8Type, UInt32Type};
use canbao_domain::number::CitizenNumber;
use canbao_domain::source::SourceKind;
use canbao_intake::{Extract, IntakeError, Part, Profiles, Rejected, SourceFile, SourceSpec, Totals, open};
use encoding_rs::Encoding;
use tempfile::TempDir;

/// A row that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) row: i64,
    pub(crate) part: u32,
    pub(crate) line: i64,
    /// What is not null.
    pub(crate) cells: BTreeMap<String, String>,
    /// The codes, by column.
    pub(crate) codes: BTreeMap<String, u8>,
}

impl Row {
    pub(crate) fn get(&self, field: &str) -> &str {
        self.cells.get(field).map_or("", String::as_str)
    }

    pub(crate) fn code(&self, column: &str) -> u8 {
        self.codes[column]
    }
}

/// All that a source gave.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) rows: Vec<Row>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) totals: Totals,
    pub(crate) parts: Vec<Part>,
}

impl Read {
    /// One field of all rows.
    pub(crate) fn column(&self, field: &str) -> Vec<&str> {
        self.rows.iter().map(|row| row.get(field)).collect()
    }

    /// Why rows were rejected, by line.
    pub(crate) fn reasons(&self) -> Vec<(i64, &str)> {
        self.rejected.iter().map(|rejected| (rejected.line, rejected.reason.as_str())).collect()
    }
}

/// Reads a source, and checks what holds of every reading: row numbers without gap or repetition, totals that close.
pub(crate) fn read(spec: &SourceSpec) -> Result<Read, IntakeError> {
    read_extract(open(spec, &Profiles::embedded()?)?)
}

pub(crate) fn read_extract(extract: Extract) -> Result<Read, IntakeError> {
    let parts = extract.parts().to_vec();
    let (mut rows, mut rejected) = (Vec::new(), Vec::new());
    let totals = extract.read(&mut |chunk| {
        assert!(chunk.batch.num_rows() <= 8192);
        let schema = chunk.batch.schema();
        for index in 0..chunk.batch.num_rows() {
            let (mut cells, mut codes) = (BTreeMap::new(), BTreeMap::new());
            for (field, column) in schema.fields().iter().zip(chunk.batch.columns()).skip(3) {
                if let Some(words) = column.as_string_opt::<i32>() {
                    if words.is_valid(index) {
                        cells.insert(field.name().clone(), words.value(index).to_owned());
                    }
                } else {
                    codes.insert(field.name().clone(), column.as_primitive::<UInt8Type>().value(index));
                }
            }
            rows.push(Row {
                row: chunk.batch.column(0).as_primitive::<Int64Type>().value(index),
                part: chunk.batch.column(1).as_primitive::<UInt32Type>().value(index),
                line: chunk.batch.column(2).as_primitive::<Int64Type>().value(index),
                cells,
                codes,
            });
        }
        rejected.extend(chunk.rejected);
        Ok(())
    })?;
    let mut numbers: Vec<i64> =
        rows.iter().map(|row: &Row| row.row).chain(rejected.iter().map(|row| row.row)).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=totals.rows as i64).collect::<Vec<_>>(), "every data row has its number, once");
    assert_eq!(totals.rejected, rejected.len() as u64);
    assert_eq!(totals.rows, (rows.len() + rejected.len()) as u64);
    assert!(rows.windows(2).all(|pair| pair[0].row < pair[1].row), "rows come in order");
    Ok(Read { rows, rejected, totals, parts })
}

/// A folder with one file.
pub(crate) struct Case {
    pub(crate) dir: TempDir,
    pub(crate) spec: SourceSpec,
}

impl Case {
    pub(crate) fn new(kind: SourceKind, name: &str, bytes: &[u8]) -> Self {
        let dir = TempDir::new().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        Self { spec: SourceSpec::of_file(kind, path), dir }
    }

    /// A delimited file of an enrolment.
    pub(crate) fn text(bytes: impl AsRef<[u8]>) -> Self {
        Self::new(SourceKind::EmployeePension, "名单.csv", bytes.as_ref())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.spec.files[0].path.clone()
    }

    pub(crate) fn read(&self) -> Read {
        read(&self.spec).unwrap_or_else(|error| panic!("{error} ({:?})", error.hint()))
    }

    pub(crate) fn error(&self) -> IntakeError {
        match read(&self.spec) {
            Ok(read) => panic!("was read: {:?}", read.parts),
            Err(error) => error,
        }
    }
}

pub(crate) fn file_in(dir: &Path, name: &str, bytes: &[u8]) -> SourceFile {
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    SourceFile { path, shown: name.to_owned() }
}

pub(crate) fn encode(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, unmappable) = encoding.encode(text);
    assert!(!unmappable);
    bytes.into_owned()
}

/// The valid number of an invented person.
pub(crate) fn number(k: u64) -> String {
    let (year, month, day) = (1950 + k % 60, 1 + k % 12, 1 + k % 28);
    let body = 610_902 * 100_000_000_000 + (year * 10_000 + month * 100 + day) * 1000 + k % 1000;
    String::from_utf8(CitizenNumber::from_body(body).unwrap().bytes().to_vec()).unwrap()
}

/// A name of an invented person.
pub(crate) fn name(k: u64) -> String {
    let pick = |from: &str, k: u64| from.chars().nth(k as usize % from.chars().count()).unwrap();
    let (surname, given) = ("王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英");
    format!("{}{}{}", pick(surname, k), pick(given, k / 10), pick(given, k * 7 + 3))
}

/// `姓名,身份证号码,参保状态` and `rows` rows.
pub(crate) fn list(rows: u64, separator: &str, line_end: &str) -> String {
    let mut text = ["姓名", "身份证号码", "参保状态"].join(separator) + line_end;
    for k in 0..rows {
        text += &([name(k), number(k), "正常参保".to_owned()].join(separator) + line_end);
    }
    text
}
