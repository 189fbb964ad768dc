//! Texts that recur are laid out by ourselves, and read back by others.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::metadata::ParquetMetaData;
use proptest::prelude::*;

use super::super::write::ROWS_PER_GROUP;
use super::{hold, write_table};

type Column = (&'static str, bool, StringArray);

fn schema(columns: &[Column]) -> SchemaRef {
    let fields = columns.iter().map(|(name, nullable, _)| Field::new(*name, DataType::Utf8, *nullable));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The columns as batches of `rows` rows, text held in one way after the other where `held` is none.
fn batches(columns: &[Column], rows: usize, held: Option<usize>) -> Vec<RecordBatch> {
    let all = columns[0].2.len();
    let starts = (0..all).step_by(rows).enumerate();
    let batch = |(n, from): (usize, usize)| {
        let columns = columns.iter().map(|(name, nullable, texts)| {
            (*name, hold(&texts.slice(from, rows.min(all - from)), held.unwrap_or(n % 6)), *nullable)
        });
        RecordBatch::try_from_iter_with_nullable(columns).unwrap()
    };
    starts.map(batch).collect()
}

/// What parquet-rs reads of a file with these columns.
fn read_back(columns: &[Column], rows: usize, group: usize) -> (RecordBatch, ParquetMetaData) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a");
    write_table(&path, &schema(columns), batches(columns, rows, None), 2, group);
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
    let metadata = reader.metadata().as_ref().clone();
    let read: Vec<_> = reader.build().unwrap().map(Result::unwrap).collect();
    (concat_batches(&schema(columns), &read).unwrap(), metadata)
}

fn texts(rows: usize, text: impl Fn(usize) -> Option<String>) -> StringArray {
    (0..rows).map(text).collect()
}

#[test]
fn reads_back_words_of_every_kind() {
    // with a last group that is full, and one that is not
    for (rows, group) in [(2 * 30_000, 30_000), (ROWS_PER_GROUP + 9_999, ROWS_PER_GROUP)] {
        let columns = [
            ("some null", true, texts(rows, |i| (i % 7 != 3).then(|| format!("词{}", i * 31 % 300)))),
            ("all null", true, texts(rows, |_| None)),
            ("null at first", true, texts(rows, |i| (i > group + 5_000).then(|| format!("late {}", i % 3)))),
            ("one word", false, texts(rows, |_| Some("only".to_owned()))),
            ("one word or null", true, texts(rows, |i| (i * i % 11 != 0).then(|| "only".to_owned()))),
            ("300 words", true, texts(rows, |i| Some(format!("word {}", i * i % 300)))),
            ("70,000 words", false, texts(rows, |i| Some(format!("{}", i * 7_919 % 70_000)))),
            ("empty", false, texts(rows, |_| Some(String::new()))),
            ("empty or not", true, texts(rows, |i| Some("x".repeat(usize::from(i % 5 == 0))))),
            ("runs", false, texts(rows, |i| Some(format!("run {}", i / 1_000 % 3)))),
        ];
        let (read, metadata) = read_back(&columns, 8_192, group);
        for ((name, _, want), got) in columns.iter().zip(read.columns()) {
            assert_eq!(got.as_string::<i32>(), want, "{name}");
        }
        for column in metadata.row_groups().iter().flat_map(|group| group.columns()) {
            assert!(column.dictionary_page_offset().is_some(), "{}", column.column_path());
            assert!(column.statistics().is_none(), "{}", column.column_path());
        }
    }
}

#[test]
fn words_that_are_too_many_are_written_out() {
    // with its length, each takes a part in 2,048 of what the page of words may take
    let text = |i: usize| Some(format!("{:0508}", i % 2_050));
    for (rows, dictionary) in [(2_047, true), (2_048, false)] {
        let columns = [("source", true, texts(rows + 4_100, |i| (i >= 4_100).then(|| text(i)).flatten()))];
        let (read, metadata) = read_back(&columns, 500, 10_000);
        assert_eq!(read.column(0).as_string::<i32>(), &columns[0].2);
        assert_eq!(metadata.row_group(0).column(0).dictionary_page_offset().is_some(), dictionary);
        let dir = tempfile::tempdir().unwrap();
        let bytes = |rows, held| {
            write_table(&dir.path().join("a"), &schema(&columns), batches(&columns, rows, held), 1, 10_000)
        };
        let want = bytes(10_000, Some(0));
        for held in 0..6 {
            assert!(bytes(10_000, Some(held)) == want, "{held}");
        }
        assert!(bytes(77, None) == want);
    }
}

#[test]
fn long_texts_give_the_same_pages_however_held() {
    let text = |i: usize| Some(format!("{i} {}", "文".repeat(2_000)));
    let columns = [("source", false, texts(1_500, text)), ("detail", true, texts(1_500, text))];
    let dir = tempfile::tempdir().unwrap();
    let bytes =
        |rows, held| write_table(&dir.path().join("a"), &schema(&columns), batches(&columns, rows, held), 1, 1_500);
    let want = bytes(1_500, Some(0));
    for held in 0..6 {
        assert!(bytes(1_500, Some(held)) == want, "{held}");
    }
    assert!(bytes(77, None) == want);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The column `person_id` is written out, `source` is not.
    #[test]
    fn reads_back_what_plain_text_does(
        runs in proptest::collection::vec((0_usize..40, 1_usize..30), 1..200),
        words in 1_usize..40,
        rows_per_batch in 1_usize..700,
        group in 100_usize..30_000,
    ) {
        let text = |word: usize| (!word.is_multiple_of(words + 1)).then(|| "字".repeat(word % (words + 1) - 1));
        let texts: StringArray = runs.iter().flat_map(|(word, rows)| std::iter::repeat_n(text(*word), *rows)).collect();
        let columns = [("person_id", true, texts.clone()), ("source", true, texts.clone())];
        let (read, metadata) = read_back(&columns, rows_per_batch, group);
        prop_assert_eq!(read.column(0).as_string::<i32>(), &texts);
        prop_assert_eq!(read.column(1).as_string::<i32>(), &texts);
        let dictionaries: Vec<_> =
            metadata.row_group(0).columns().iter().map(|c| c.dictionary_page_offset().is_some()).collect();
        prop_assert_eq!(dictionaries, [false, true]);
    }
}
