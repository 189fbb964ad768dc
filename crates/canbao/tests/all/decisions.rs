//! What a clerk decided holds, and changes nothing else.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

use crate::support::city::{compare, small};
use crate::support::folder::{copy, fresh};
use crate::support::program::run;
use crate::support::table::{Row, Table};

/// A row as a decision knows it: its kind, its number and its name as written.
fn known(row: Row<'_>) -> [String; 3] {
    [row.text("source"), row.get("number").unwrap_or(""), row.get("name").unwrap_or("")].map(str::to_owned)
}

#[test]
fn a_decision_changes_the_links_that_it_names_and_no_others() {
    let city = small();
    let (before, written, persons) = (city.table("links"), city.table("rows"), city.table("persons"));
    let mut alike: BTreeMap<[String; 3], u32> = BTreeMap::new();
    written.rows().for_each(|row| *alike.entry(known(row)).or_default() += 1);
    let written = written.by_source_row();
    let of_method = |method: &'static str| {
        let links = before.rows().filter(move |link| link.text("method") == method);
        links.filter_map(|link| {
            let row = *written.get(&(link.text("source"), link.int("row")))?;
            let alone = alike[&known(row)] == 1 && !row.get("number")?.is_empty() && !row.get("name")?.is_empty();
            (alone && !link.text("source").contains("household")).then_some((link, row))
        })
    };
    // one that nobody could link is somebody's; one that was linked is not whose it seemed
    let (lost, lost_row) = of_method("unresolved").next().expect("the city has unresolved rows");
    let (wrong, wrong_row) = of_method("matched").next().expect("the city has matched rows");
    let owner = persons.rows().filter(|person| person.text("population") == "registered");
    let owner = owner.filter_map(|person| person.get("person_id")).nth(7).unwrap();
    let not = wrong.text("person_id");

    let folder = fresh("decisions");
    copy(&city.city, &folder.join("city"));
    write(
        &folder.join("city/decisions.parquet"),
        &[("same", known(lost_row), owner), ("different", known(wrong_row), not)],
    );
    decide(&folder);
    compare(&folder, "run", &["--no-workbooks"]);

    let after = Table::read(&folder.join("run/links.parquet"));
    let after = after.by_source_row();
    let place = |link: Row<'_>| (link.text("source").to_owned(), link.int("row"));
    let now = |link: Row<'_>| after[&(link.text("source"), link.int("row"))];
    assert_eq!(now(lost).get("person_id"), Some(owner));
    assert_eq!(now(lost).text("method"), "decided");
    assert_ne!(now(wrong).get("person_id"), Some(not));
    for link in before.rows() {
        if place(link) != place(lost) && place(link) != place(wrong) {
            let told = |link: Row<'_>| (link.get("person_id").map(str::to_owned), link.text("method").to_owned());
            assert_eq!(told(now(link)), told(link), "{:?} was not decided", place(link));
        }
    }
}

#[test]
fn decisions_that_cannot_be_read_stop_the_run() {
    let folder = fresh("bad-decisions");
    copy(&small().city, &folder.join("city"));
    decide(&folder);
    for (what, bytes) in [("missing", None), ("no Parquet", Some("decision,kind\nsame,x\n"))] {
        if let Some(bytes) = bytes {
            fs::write(folder.join("city/decisions.parquet"), bytes).unwrap();
        }
        let output = run(&folder, &["compare", "city/city.toml", "--out", "run"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{what}: {said}");
        assert!(said.contains("decisions.parquet") && said.contains("提示："), "{what}: {said}");
        assert!(!folder.join("run").exists());
    }
}

/// Names the decisions in the city file.
fn decide(folder: &Path) {
    let path = folder.join("city/city.toml");
    let config = fs::read_to_string(&path).unwrap();
    fs::write(&path, config.replacen("[city]\n", "[city]\ndecisions = \"decisions.parquet\"\n", 1)).unwrap();
}

/// A decision: what, about which row, which person.
type Decision<'a> = (&'a str, [String; 3], &'a str);

fn write(path: &Path, decisions: &[Decision<'_>]) {
    let column = |cells: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(cells)) };
    let of_row = |at: usize| column(decisions.iter().map(|(_, row, _)| row[at].clone()).collect());
    let columns = [
        ("decision", column(decisions.iter().map(|(what, _, _)| (*what).to_owned()).collect())),
        ("kind", of_row(0)),
        ("number", of_row(1)),
        ("name", of_row(2)),
        ("person_id", column(decisions.iter().map(|(_, _, person)| (*person).to_owned()).collect())),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}
