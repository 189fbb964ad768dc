//! Tables through the writer and back through the reader.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, RecordBatch, new_empty_array, new_null_array};
use arrow::datatypes::{DataType, Int64Type};
use canbao_run::{RunError, RunReader, RunWriter, Summary, schema};

#[test]
fn every_table_of_the_contract_is_written_empty_and_read() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let run = RunWriter::create(&out).unwrap();
    for (name, schema) in schema::all() {
        let mut table = run.table(name, &schema).unwrap();
        let nothing = schema.fields().iter().map(|f| new_empty_array(f.data_type())).collect();
        table.write(&RecordBatch::try_new(schema, nothing).unwrap()).unwrap();
        assert_eq!(table.close().unwrap(), 0);
    }
    run.finish(&Summary::default()).unwrap();
    let reader = RunReader::open(&out).unwrap();
    for (name, schema) in schema::all() {
        let columns: Vec<&str> = schema.fields().iter().map(|f| f.name().as_str()).collect();
        let scan = reader.scan(name, &columns).unwrap();
        assert_eq!(scan.schema().fields(), schema.fields(), "{name}");
        assert_eq!(scan.count(), 0);
        assert_eq!(reader.rows(name).unwrap(), 0);
    }
}

fn survey(keys: impl Iterator<Item = i64>) -> RecordBatch {
    let schema = schema::survey();
    let keys: ArrayRef = Arc::new(arrow::array::Int64Array::from_iter_values(keys));
    let columns = schema.fields().iter().map(|field| match field.name().as_str() {
        "person_key" => Arc::clone(&keys),
        "category" => Arc::new(arrow::array::StringArray::from(vec!["partial"; keys.len()])),
        _ if field.is_nullable() => new_null_array(field.data_type(), keys.len()),
        _ => match field.data_type() {
            DataType::List(_) => {
                let mut lists = arrow::array::ListBuilder::new(arrow::array::StringBuilder::new());
                (0..keys.len()).for_each(|_| lists.append_value([Some("lacks-pension")]));
                Arc::new(lists.finish()) as ArrayRef
            }
            other => panic!("{other}"),
        },
    });
    let names = schema.fields().iter().map(|f| f.name().clone());
    RecordBatch::try_from_iter_with_nullable(names.zip(columns).map(|(n, c)| (n, c, true))).unwrap()
}

#[test]
fn columns_come_in_the_order_asked_for_before_and_after_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let run = RunWriter::create(&out).unwrap();
    let mut table = run.table("survey", &schema::survey()).unwrap();
    table.write(&survey(0..40_000)).unwrap();
    table.write(&survey(40_000..50_000)).unwrap();
    table.close().unwrap();
    let look = |reader: &RunReader| {
        let scan = reader.scan("survey", &["category", "person_key"]).unwrap();
        let batches: Vec<_> = scan.map(Result::unwrap).collect();
        let keys: Vec<i64> =
            batches.iter().flat_map(|b| b.column(1).as_primitive::<Int64Type>().values().to_vec()).collect();
        assert_eq!(keys, (0..50_000).collect::<Vec<_>>());
        assert!(batches.iter().all(|b| { b.column(0).as_string::<i32>().iter().all(|c| c == Some("partial")) }));
    };
    look(&run.reader());
    run.finish(&Summary::default()).unwrap();
    let reader = RunReader::open(&out).unwrap();
    look(&reader);
    assert_eq!(reader.rows("survey").unwrap(), 50_000);
    assert!(matches!(reader.scan("survey", &["nobody"]), Err(RunError::NoColumn { .. })));
    assert!(matches!(reader.scan("nothing", &["a"]), Err(RunError::Io { .. })));
}

#[test]
fn names_are_plain_and_once_and_closed() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let run = RunWriter::create(&out).unwrap();
    for name in ["", "../links", "a/b", ".hidden", "A"] {
        assert!(matches!(run.table(name, &schema::links()), Err(RunError::TableName(_))), "{name}");
    }
    let table = run.table("links", &schema::links()).unwrap();
    assert!(matches!(run.table("links", &schema::links()), Err(RunError::TableName(_))));
    drop(table);
    assert!(matches!(run.finish(&Summary::default()), Err(RunError::Unfinished(name)) if name == "links"));
    assert!(!out.exists());
}
