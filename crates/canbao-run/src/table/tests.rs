//! The file depends on the rows alone.

mod recurring;

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::array::{
    ArrayRef, AsArray as _, DictionaryArray, Int64Array, LargeStringArray, ListBuilder, RecordBatch, StringArray,
    StringBuilder, StringViewArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef, UInt8Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;

use super::pool::Pool;
use super::write::TableWriter;

const GROUP: usize = 3_000;

fn schema() -> SchemaRef {
    let texts = DataType::List(Arc::new(Field::new("element", DataType::Utf8, false)));
    Arc::new(Schema::new(vec![
        Field::new("row", DataType::Int64, false),
        Field::new("person_id", DataType::Utf8, true),
        Field::new("source", DataType::Utf8, false),
        Field::new("evidence", DataType::Utf8, true),
        Field::new("reasons", texts, false),
    ]))
}

/// Rows `from..to` of an endless made-up table, with text held in one of six ways.
fn rows(from: usize, to: usize, held: usize) -> RecordBatch {
    let range = from as i64..to as i64;
    let id = |i: i64| (i % 7 != 3).then(|| format!("{:018}", (i * 7_919) % 100_003));
    let source = |i: i64| ["employee-pension", "disability", "elsewhere"][(i / 911 % 3) as usize];
    let evidence = |i: i64| (i % 5 != 0).then(|| format!("姓名相同，号码第{}位不符", i % 17));
    let ids: StringArray = range.clone().map(id).collect();
    let sources: StringArray = range.clone().map(|i| Some(source(i))).collect();
    let evidences: StringArray = range.clone().map(evidence).collect();
    let mut reasons = ListBuilder::new(StringBuilder::new());
    for i in range.clone() {
        for n in 0..i % 3 {
            reasons.values().append_value(format!("reason-{n}"));
        }
        reasons.append(true);
    }
    RecordBatch::try_from_iter_with_nullable([
        ("row", Arc::new(range.collect::<Int64Array>()) as ArrayRef, true),
        ("person_id", hold(&ids, held), true),
        ("source", hold(&sources, held), true),
        ("evidence", hold(&evidences, held), true),
        ("reasons", Arc::new(reasons.finish()), true),
    ])
    .unwrap()
}

/// The texts, held in one of six ways.
fn hold(array: &StringArray, held: usize) -> ArrayRef {
    match held {
        0 => Arc::new(array.clone()),
        1 => Arc::new(array.iter().collect::<LargeStringArray>()),
        2 => Arc::new(array.iter().collect::<StringViewArray>()),
        3 => Arc::new(array.iter().collect::<DictionaryArray<Int32Type>>()),
        // words over and over, one that no row holds, and one that is null
        4 => {
            let words: StringArray = [None, Some("unused")].into_iter().chain(array.iter()).collect();
            let key =
                |(i, text): (i32, Option<&str>)| if text.is_some() { Some(i + 2) } else { (i % 2 == 0).then_some(0) };
            let keys = (0..).zip(array.iter()).map(key).collect();
            Arc::new(DictionaryArray::<Int32Type>::new(keys, Arc::new(words)))
        }
        _ if array.iter().flatten().collect::<HashSet<_>>().len() < 200 => {
            Arc::new(array.iter().collect::<DictionaryArray<UInt8Type>>())
        }
        _ => Arc::new(array.clone()),
    }
}

fn write(path: &Path, batches: impl IntoIterator<Item = RecordBatch>, threads: usize) -> Vec<u8> {
    write_table(path, &schema(), batches, threads, GROUP)
}

fn write_table(
    path: &Path,
    schema: &SchemaRef,
    batches: impl IntoIterator<Item = RecordBatch>,
    threads: usize,
    group: usize,
) -> Vec<u8> {
    let pool = Arc::new(Pool::new(threads));
    let tables = Arc::new(Mutex::default());
    let mut table = TableWriter::with_group_size("t", path.to_owned(), schema, &pool, &tables, group).unwrap();
    for batch in batches {
        table.write(&batch).unwrap();
    }
    table.close().unwrap();
    std::fs::read(path).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn bytes_depend_on_the_rows_alone(
        cuts in proptest::collection::vec((1_usize..4_000, 0_usize..6), 1..8),
        threads in 1_usize..4,
    ) {
        let dir = tempfile::tempdir().unwrap();
        let total: usize = cuts.iter().map(|(n, _)| n).sum();
        let mut at = 0;
        let cut = cuts.iter().map(|(n, held)| {
            at += n;
            rows(at - n, at, *held)
        });
        let ours = write(&dir.path().join("a"), cut.collect::<Vec<_>>(), threads);
        let whole = write(&dir.path().join("b"), [rows(0, total, 0)], 1);
        prop_assert!(ours == whole, "{total} rows");
    }
}

#[test]
fn another_row_gives_other_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let a = write(&dir.path().join("a"), [rows(0, 5_000, 0)], 1);
    let b = write(&dir.path().join("b"), [rows(1, 5_001, 0)], 1);
    assert_ne!(a, b);
}

#[test]
fn reads_back_what_was_written_in_groups_of_one_size() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    write(&path, [rows(0, 1_234, 3), rows(1_234, 7_000, 2)], 2);
    let reader = ParquetRecordBatchReaderBuilder::try_new(std::fs::File::open(&path).unwrap()).unwrap();
    let groups: Vec<i64> = reader.metadata().row_groups().iter().map(|g| g.num_rows()).collect();
    assert_eq!(groups, [3_000, 3_000, 1_000]);
    let read: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    let read = concat_batches(&read[0].schema(), &read).unwrap();
    let want = rows(0, 7_000, 0);
    for (got, want) in read.columns().iter().zip(want.columns()).take(4) {
        assert_eq!(got, want);
    }
    let (got, want) = (read.column(4).as_list::<i32>(), want.column(4).as_list::<i32>());
    assert_eq!(got.value_offsets(), want.value_offsets());
    assert_eq!(got.values(), want.values());
}

#[test]
fn what_does_not_fit_is_refused_by_column() {
    let dir = tempfile::tempdir().unwrap();
    let pool = Arc::new(Pool::new(1));
    let tables = Arc::new(Mutex::default());
    let mut table = TableWriter::create("t", dir.path().join("t"), &schema(), &pool, &tables).unwrap();
    let good = rows(0, 3, 0);
    let with = |at: usize, array: ArrayRef| {
        let mut columns = good.columns().to_vec();
        columns[at] = array;
        let names: Vec<_> = good.schema().fields().iter().map(|f| f.name().clone()).collect();
        RecordBatch::try_from_iter_with_nullable(
            names.into_iter().zip(columns).map(|(name, column)| (name, column, true)),
        )
        .unwrap()
    };
    let null_row = with(0, Arc::new(Int64Array::from(vec![Some(1), None, Some(3)])));
    let number_as_id = with(1, Arc::new(Int64Array::from(vec![1, 2, 3])));
    let null_source = with(2, Arc::new(StringArray::from(vec![Some("a"), None, None])));
    let mut reasons = ListBuilder::new(StringBuilder::new());
    reasons.append_value([Some("a")]);
    reasons.append_value([None::<&str>]);
    reasons.append_value([Some("b")]);
    let null_reason = with(4, Arc::new(reasons.finish()));
    for (batch, column) in [
        (&null_row, "row"),
        (&number_as_id, "person_id"),
        (&null_source, "source"),
        (&null_reason, "reasons"),
        (&good.project(&[0, 2, 1, 3, 4]).unwrap(), "person_id"),
        (&good.project(&[0, 1]).unwrap(), "（全部）"),
    ] {
        let error = table.write(batch).unwrap_err();
        assert!(matches!(&error, crate::RunError::Shape { column: c, .. } if c == column), "{error}");
    }
    // the null that is sliced away does no harm
    table.write(&null_reason.slice(2, 1)).unwrap();
    assert_eq!(table.rows(), 1);
}
