//! One city for all tests that only look at it.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use canbao_synth::{Made, Plan, make};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tempfile::TempDir;

use crate::file::{Line, lines};

pub(crate) const PERSONS: u64 = 20_000;

/// The city, what `make` said of it, and its lines as written.
pub(crate) struct Sample {
    _folder: TempDir,
    pub(crate) path: PathBuf,
    pub(crate) made: Made,
    pub(crate) lines: Vec<Line>,
    pub(crate) truth: Vec<TruthRow>,
}

/// A line of `truth/rows.parquet`.
#[derive(Clone, Debug)]
pub(crate) struct TruthRow {
    pub(crate) source: String,
    pub(crate) row: i64,
    pub(crate) person_id: Option<String>,
    pub(crate) damage: String,
    pub(crate) person: Option<i64>,
    pub(crate) detail: Option<String>,
}

pub(crate) static SAMPLE: LazyLock<Sample> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("city");
    let made = make(&Plan { persons: PERSONS, seed: 7, out: path.clone(), months: None }, &|_| ()).unwrap();
    let lines = lines(&path);
    let truth = rows(&path);
    Sample { _folder: folder, path, made, lines, truth }
});

/// All lines of a truth file, by column, as text.
pub(crate) fn table(path: &Path) -> Vec<HashMap<String, Option<String>>> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap().build().unwrap();
    let mut all = Vec::new();
    for batch in reader {
        let batch: RecordBatch = batch.unwrap();
        let columns: Vec<(String, _)> = batch
            .schema()
            .fields()
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| (field.name().clone(), cast(column, &DataType::Utf8).unwrap()))
            .collect();
        for line in 0..batch.num_rows() {
            let cell =
                |column: &dyn Array| column.is_valid(line).then(|| column.as_string::<i32>().value(line).to_owned());
            all.push(columns.iter().map(|(name, column)| (name.clone(), cell(column.as_ref()))).collect());
        }
    }
    all
}

fn rows(path: &Path) -> Vec<TruthRow> {
    let file = File::open(path.join("truth/rows.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut all = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let text = |name: &str| cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        let number = |name: &str| batch.column_by_name(name).unwrap().as_primitive::<Int64Type>().clone();
        let (source, id, damage, detail) = (text("source"), text("person_id"), text("damage"), text("detail"));
        let (row, person) = (number("row"), number("person"));
        let some =
            |column: &dyn Array, line| column.is_valid(line).then(|| column.as_string::<i32>().value(line).to_owned());
        for line in 0..batch.num_rows() {
            all.push(TruthRow {
                source: some(source.as_ref(), line).unwrap(),
                row: row.value(line),
                person_id: some(id.as_ref(), line),
                damage: some(damage.as_ref(), line).unwrap(),
                person: person.is_valid(line).then(|| person.value(line)),
                detail: some(detail.as_ref(), line),
            });
        }
    }
    all
}
