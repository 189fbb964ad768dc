//! Parquet.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, DictionaryArray, Float64Array, Int64Array, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::Int32Type;
use arrow::record_batch::RecordBatch;
use canbao_domain::source::SourceKind;
use parquet::arrow::ArrowWriter;

use crate::common::{Case, name, number};

fn file(columns: Vec<(&str, ArrayRef)>) -> Case {
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    Case::new(SourceKind::EmployeePension, "名单.parquet", &bytes)
}

#[test]
fn types_are_written_plainly() {
    let words: DictionaryArray<Int32Type> = [Some("正常参保"), None].into_iter().collect();
    let read = file(vec![
        ("姓名", Arc::new(StringArray::from(vec![Some("王强"), Some("李敏")]))),
        ("身份证号", Arc::new(Int64Array::from(vec![610_902_198_503_121_234, 610_902_199_001_011_112]))),
        ("出生日期", Arc::new(Date32Array::from(vec![5549, -3653]))),
        ("参保状态", Arc::new(words)),
        ("联系电话", Arc::new(Float64Array::from(vec![13_900_000_001.0, 0.5]))),
        ("参保日期", Arc::new(TimestampMicrosecondArray::from(vec![1_262_304_000_000_000, 1_262_349_296_000_000]))),
        ("单位编号", Arc::new(Decimal128Array::from(vec![100_234, 100_235]).with_precision_and_scale(10, 0).unwrap())),
    ])
    .read();
    assert_eq!(read.column("number"), ["610902198503121234", "610902199001011112"]);
    assert_eq!(read.column("birth_date"), ["1985-03-12", "1960-01-01"]);
    assert_eq!(read.column("status"), ["正常参保", ""]);
    assert_eq!(read.column("phone"), ["13900000001", "0.5"]);
    assert_eq!(read.column("since"), ["2010-01-01", "2010-01-01 12:34:56"]);
    assert_eq!(read.column("unit_code"), ["100234", "100235"]);
    assert_eq!(read.rows[1].line, 2);
}

#[test]
fn canonical_names_and_many_rows() {
    let rows = 30_000;
    let read = file(vec![
        ("name", Arc::new(StringArray::from_iter_values((0..rows).map(name)))),
        ("number", Arc::new(StringArray::from_iter_values((0..rows).map(number)))),
    ])
    .read();
    assert_eq!(read.rows.len(), rows as usize);
    assert_eq!(read.rows[29_999].get("number"), number(29_999));
}

#[test]
fn a_truncated_one_is_refused() {
    let case = file(vec![("姓名", Arc::new(StringArray::from(vec!["王强"; 100])))]);
    let bytes = std::fs::read(case.path()).unwrap();
    for len in [4, 12, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(case.path(), &bytes[..len]).unwrap();
        assert!(case.error().to_string().contains("Parquet"));
    }
}

/// A small file, for others to damage.
pub(crate) fn small() -> Vec<u8> {
    let case = file(vec![
        ("姓名", Arc::new(StringArray::from_iter_values((0..50).map(name))) as ArrayRef),
        ("身份证号", Arc::new(StringArray::from_iter_values((0..50).map(number)))),
        ("参保日期", Arc::new(TimestampMicrosecondArray::from_iter_values(0..50))),
    ]);
    std::fs::read(case.path()).unwrap()
}
