//! What clerks decided (经办核定): one more input, by which the links that it names are made and no others.

use crate::error::CompareError;
use crate::links::Links;
use crate::plan::owners::column;
use crate::stage::scan::Batches;
use crate::stage::texts::names;
use crate::stage::{Family, RowId, Stage};
use arrow::array::{Array, AsArray};
use arrow::datatypes::UInt64Type;
use canbao_domain::number::{CitizenNumber, read_number};
use canbao_linkage::hash::{mix, text as hash};
use canbao_linkage::names;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// What was decided about a row and a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ruling {
    /// The row is this person's.
    Same,
    /// The row is not this person's.
    Different,
}

/// Decisions by the row that they are about: a row is known by its kind, its number as written and its name,
/// since its place changes from extract to extract.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    by_row: BTreeMap<u64, Vec<(Ruling, CitizenNumber)>>,
}

/// The key of a row for decisions.
pub(crate) fn row_key(kind: &str, number: &str, name: &str) -> u64 {
    mix(hash(kind), mix(hash(number), hash(name)))
}

impl Decisions {
    /// Reads the decisions file: Parquet with the columns `decision` (`same` or `different`), `kind`, `number` and
    /// `name` (the row's own, as written), `person_id`.
    pub(crate) fn read(path: &Path, name: &str) -> Result<Self, CompareError> {
        let refuse = |what: String| CompareError::Input {
            sentence: format!("核定文件“{name}”无法使用：{what}。"),
            hint: "请重新导出核定文件；应为 Parquet 格式，含 decision、kind、number、name、person_id 各列。".to_owned(),
        };
        let file = File::open(path).map_err(|e| refuse(e.to_string()))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(|b| b.build())
            .map_err(|_| refuse("不是 Parquet 文件".to_owned()))?;
        let mut decisions = Self::default();
        let mut line = 0u64;
        for batch in reader {
            let batch = batch.map_err(|_| refuse("文件不完整".to_owned()))?;
            let mut columns = Vec::new();
            for column in ["decision", "kind", "number", "name", "person_id"] {
                let found = batch
                    .column_by_name(column)
                    .and_then(|c| arrow::compute::cast(c, &arrow::datatypes::DataType::Utf8).ok());
                columns.push(found.ok_or_else(|| refuse(format!("缺少列 {column}")))?);
            }
            let [decision, kind, number, own_name, person] = columns.as_slice() else {
                return Err(refuse("缺列".to_owned()));
            };
            let text = |column: &arrow::array::ArrayRef, i: usize| -> String {
                column
                    .as_string_opt::<i32>()
                    .filter(|c| c.is_valid(i))
                    .map_or_else(String::new, |c| c.value(i).to_owned())
            };
            for i in 0..batch.num_rows() {
                line += 1;
                let ruling = match text(decision, i).as_str() {
                    "same" => Ruling::Same,
                    "different" => Ruling::Different,
                    _ => return Err(refuse(format!("第 {line} 行的 decision 既不是 same 也不是 different"))),
                };
                let Some(person) = CitizenNumber::parse(text(person, i).as_bytes()) else {
                    return Err(refuse(format!("第 {line} 行的 person_id 不是有效的公民身份号码")));
                };
                let mut plain = String::new();
                names::normalise(&text(own_name, i), &mut plain);
                let number = read_number(&text(number, i), None);
                decisions
                    .by_row
                    .entry(row_key(&text(kind, i), number.text.as_str(), &plain))
                    .or_default()
                    .push((ruling, person));
            }
        }
        Ok(decisions)
    }

    /// What was decided about a row.
    pub(crate) fn about(&self, kind: &str, number: &str, name: &str) -> &[(Ruling, CitizenNumber)] {
        if self.by_row.is_empty() {
            return &[];
        }
        self.by_row.get(&row_key(kind, number, name)).map_or(&[], Vec::as_slice)
    }

    /// Makes the rows of insurances that were decided about, and that the great join settled, hard again.
    pub(crate) fn unsettle(&self, stage: &Stage, links: &Links) -> Result<(), CompareError> {
        for source in stage.sources.iter().filter(|s| !s.kind.is_population()) {
            let batches = Batches::open(
                source,
                &[(Family::Narrow, Some(&["rid", "num"])), (Family::Block, Some(&["name_text"]))],
            );
            for batch in batches {
                let batch = batch?;
                let (rid, num) = (column::<UInt64Type>(&batch, "rid")?, column::<UInt64Type>(&batch, "num")?);
                let names = names(&batch)?;
                for i in (0..batch.num_rows()).filter(|&i| num.is_valid(i)) {
                    let number = CitizenNumber::from_body(num.value(i)).map(CitizenNumber::bytes).unwrap_or_default();
                    let text = std::str::from_utf8(&number).unwrap_or_default();
                    if !self.about(source.kind.as_str(), text, names.value(i)).is_empty() {
                        links.unsettle(RowId(rid.value(i)));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether nothing was decided.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_row.is_empty()
    }
}
