//! A process that is killed at any moment leaves the older run or none, and the next run succeeds.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use arrow::array::{Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use canbao_run::{RunReader, RunWriter, Summary};

const OUT: &str = "CANBAO_RUN_TEST_OUT";
const FILES: usize = 12;

/// Writes a run whose every part bears its version.
fn run(out: &Path, version: i64) {
    let schema = std::sync::Arc::new(Schema::new(vec![Field::new("v", DataType::Int64, false)]));
    let run = RunWriter::with_threads(out, 2).unwrap();
    for n in 0..FILES {
        let mut table = run.table(&format!("t{n}"), &schema).unwrap();
        let values = Int64Array::from(vec![version; 1_000]);
        table.write(&RecordBatch::try_new(schema.clone(), vec![std::sync::Arc::new(values)]).unwrap()).unwrap();
        table.close().unwrap();
    }
    fs::create_dir(run.dir().join("workbooks")).unwrap();
    fs::write(run.dir().join("workbooks/a.xlsx"), version.to_string()).unwrap();
    run.finish(&Summary { version: version.to_string(), ..Summary::default() }).unwrap();
}

/// The version of the run, after making sure that all of it is of that version.
fn whole(out: &Path) -> i64 {
    let reader = RunReader::open(out).unwrap();
    let version: i64 = reader.summary().unwrap().version.parse().unwrap();
    for n in 0..FILES {
        let mut rows = 0;
        for batch in reader.scan(&format!("t{n}"), &["v"]).unwrap().map(Result::unwrap) {
            let values = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(batch.column(0));
            assert!(values.values().iter().all(|v| *v == version));
            rows += batch.num_rows();
        }
        assert_eq!(rows, 1_000);
    }
    let workbook = fs::read_to_string(out.join("workbooks/a.xlsx")).unwrap();
    assert_eq!(workbook, version.to_string());
    version
}

/// What the child does: run after run, until it is killed.
#[test]
#[ignore = "started by the test below"]
fn child() {
    let Some(out) = std::env::var_os(OUT) else {
        return;
    };
    for version in 1.. {
        run(Path::new(&out), version);
    }
}

#[test]
fn killed_at_any_moment_leaves_the_old_run_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    // how long one run takes here, so that the moments fall all over it
    let begun = Instant::now();
    run(&dir.path().join("timing"), 0);
    let one = begun.elapsed().max(Duration::from_millis(2));
    let mut seen = Vec::new();
    for turn in 0..30_u32 {
        if turn % 5 == 0 && out.exists() {
            fs::remove_dir_all(&out).unwrap();
        }
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "cut_off::child", "--ignored", "--nocapture"])
            .env(OUT, &out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(10) + one * (turn * 37 % 100) / 33);
        child.kill().unwrap();
        child.wait().unwrap();
        seen.push(if out.exists() { whole(&out) } else { -1 });
    }
    // the kills did fall before the first end and after it
    assert!(seen.iter().any(|v| *v > 0), "{seen:?}");
    run(&out, 1_000_000);
    assert_eq!(whole(&out), 1_000_000);
    let mut names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["run", "timing"], "leftovers are removed");
}
