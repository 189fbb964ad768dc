//! Measures the writer: `cargo run --release -p canbao-run --example measure_writer -- [ROWS] [THREADS] [OUT]`
//! (8,300,000 rows of `links` on two threads by default). Takes about 1 GB for the rows that it invents.
#![expect(clippy::unwrap_used, reason = "an example that may fail")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt8Array};
use arrow::datatypes::UInt8Type;
use canbao_run::{RunReader, RunWriter, Summary, schema};

const BATCH: i64 = 8_192;

fn main() {
    let mut args = std::env::args().skip(1);
    let rows: i64 = args.next().map_or(8_300_000, |a| a.parse().unwrap());
    let threads = args.next().map_or(2, |a| a.parse().unwrap());
    let out = args.next().map_or_else(|| std::env::temp_dir().join("canbao-measure"), PathBuf::from);
    let batches: Vec<RecordBatch> =
        (0..rows).step_by(8_192).map(|from| links(from, (from + BATCH).min(rows))).collect();
    let before = peak_mib();

    let begun = Instant::now();
    let run = RunWriter::with_threads(&out, threads).unwrap();
    let mut table = run.table("links", &schema::links()).unwrap();
    for batch in &batches {
        table.write(batch).unwrap();
    }
    table.close().unwrap();
    let encoded = begun.elapsed();
    run.finish(&Summary::default()).unwrap();
    let whole = begun.elapsed();
    let bytes = std::fs::metadata(out.join("links.parquet")).unwrap().len();
    println!(
        "wrote {rows} rows on {threads} threads in {:.2} s, durable in {:.2} s, {:.1} MB, {} MiB above the rows",
        encoded.as_secs_f64(),
        whole.as_secs_f64(),
        bytes as f64 / 1e6,
        peak_mib() - before,
    );

    drop(batches);
    let begun = Instant::now();
    let reader = RunReader::open(&out).unwrap();
    let names: Vec<String> = schema::links().fields().iter().map(|f| f.name().clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let read: usize = reader.scan("links", &names).unwrap().map(|b| b.unwrap().num_rows()).sum();
    println!("read {read} rows in {:.2} s", begun.elapsed().as_secs_f64());
    assert_eq!(read as i64, rows);
    if std::env::var_os("KEEP").is_none() {
        std::fs::remove_dir_all(out).unwrap();
    }
}

/// Rows as a comparison of a city gives them: ten sources, one row in twelve linked otherwise than exactly.
fn links(from: i64, to: i64) -> RecordBatch {
    // splitmix64
    let mix = |i: i64| {
        let z = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) >> 16
    };
    let odd = |i: i64| mix(i).is_multiple_of(12);
    let of = |values: &[&str], key: &dyn Fn(i64) -> u8| -> ArrayRef {
        let keys: UInt8Array = (from..to).map(|i| Some(key(i))).collect();
        Arc::new(DictionaryArray::<UInt8Type>::new(keys, Arc::new(StringArray::from(values.to_vec()))))
    };
    let sources = [
        "household-register",
        "employee-pension",
        "resident-pension",
        "institution-pension",
        "employee-medical",
        "resident-medical",
        "rural-medical",
        "nonlocal-residents",
        "subsistence",
        "disability",
    ];
    let files = [
        "公安/户籍人口.csv",
        "人社/企业职工养老保险.csv",
        "人社/城乡居民养老保险.csv",
        "人社/机关事业单位养老保险.xlsx",
        "人社/城镇职工医疗保险.csv",
        "人社/城镇居民医疗保险.txt",
        "卫计/新农合参合人员.dbf",
        "公安/非户籍常住人口.csv",
        "民政/城乡低保五保.csv",
        "残联/残疾人补助.csv",
    ];
    let evidence: Vec<String> =
        std::iter::once("公民身份号码与姓名均一致".to_owned())
            .chain((0..60).map(|n| {
                format!("号码第{}位不符，更正后与姓名、出生日期、性别和所在村一致，且没有第二人相近", n % 17 + 1)
            }))
            .collect();
    let evidence: Vec<&str> = evidence.iter().map(String::as_str).collect();
    let source = |i: i64| (i / 830_000).min(9) as u8;
    let key = |i: i64| (mix(i / 830_000 * 7 + i % 830_000 * 10) % 3_000_000) as i64;
    let ids: StringArray = (from..to)
        .map(|i| {
            (mix(i) % 1_000 != 0).then(|| {
                let k = key(i);
                format!(
                    "{}{:04}{:02}{:02}{:03}{}",
                    612_401 + k % 10,
                    1920 + k / 10 % 97,
                    k / 970 % 12 + 1,
                    k / 11_640 % 28 + 1,
                    k / 325_920 % 1000,
                    k % 10
                )
            })
        })
        .collect();
    let numbers = |f: &dyn Fn(i64) -> i64| -> ArrayRef { Arc::new((from..to).map(f).collect::<Int64Array>()) };
    let sure: Float64Array =
        (from..to).map(|i| Some(if odd(i) { 1.0 - mix(i) as f64 / 1e17 } else { 0.999_99 })).collect();
    RecordBatch::try_from_iter_with_nullable([
        ("source", of(&sources, &source), false),
        ("row", numbers(&|i| i % 830_000 + 1), false),
        ("file", of(&files, &source), false),
        ("sheet", of(&["Sheet1", "Sheet2"], &|i| (i / 60_000 % 2) as u8), true),
        ("line", numbers(&|i| i % 830_000 + 2), false),
        ("person_key", numbers(&key), true),
        ("person_id", Arc::new(ids) as ArrayRef, true),
        (
            "method",
            of(&["exact", "normalised", "upgraded", "corrected", "matched", "unresolved"], &|i| {
                if odd(i) { (mix(i) / 12 % 6) as u8 } else { 0 }
            }),
            false,
        ),
        ("confidence", Arc::new(sure) as ArrayRef, true),
        (
            "evidence",
            of(&evidence, &|i| {
                if odd(i) { (mix(i) / 12 % 60 + 1) as u8 } else { 0 }
            }),
            false,
        ),
    ])
    .unwrap()
}

/// Peak resident size of this process.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}
