//! The workbooks of the counties list exactly what the run holds, read back by a program of another hand.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};

use crate::support::city::big;
use crate::support::folder::{contents, fresh, names};
use crate::support::program::run;

const SURVEY: &str = "入户调查名单";

/// The lines of a list by the titles of its columns; a sheet that the list goes on in is part of it.
fn list(path: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let mut lines = Vec::new();
    for sheet in book.sheet_names().into_iter().filter(|sheet| sheet.starts_with(name)) {
        let range = book.worksheet_range(&sheet).unwrap();
        let mut head: Option<Vec<String>> = None;
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(ToString::to_string).collect();
            match &head {
                None if cells[0] == "序号" => head = Some(cells),
                None => {}
                // a list without lines says so in words
                Some(head) if matches!(row[0], Data::Float(_) | Data::Int(_)) => {
                    lines.push(head.iter().cloned().zip(cells).collect());
                }
                Some(_) => {}
            }
        }
        assert!(head.is_some(), "{} {sheet} has no header", path.display());
    }
    lines
}

#[test]
fn the_survey_lists_are_the_survey() {
    let city = big();
    let folder = city.run.join("workbooks");
    let mut listed: BTreeMap<(String, String), i64> = BTreeMap::new();
    for name in names(&folder) {
        let county = name.split('-').next().unwrap();
        for line in list(&folder.join(&name), SURVEY) {
            let person = line["社会保障号码"].clone();
            *listed.entry((county.to_owned(), person)).or_default() += 1;
        }
    }
    let mut wanted: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in city.table("survey").rows() {
        let county = row.get("county").unwrap_or("610900").to_owned();
        *wanted.entry((county, row.get("person_id").unwrap_or("").to_owned())).or_default() += 1;
    }
    let differing = wanted.iter().filter(|(key, number)| listed.get(key) != Some(number)).count();
    assert_eq!(differing, 0, "of {} people to visit", wanted.len());
    assert_eq!(listed.len(), wanted.len(), "the lists hold others too");
}

#[test]
fn every_finding_is_on_a_list() {
    let city = big();
    let folder = city.run.join("workbooks");
    let mut lines = 0;
    for name in names(&folder) {
        for sheet in ["重复参保", "数据有误", "其他疑点"] {
            lines += list(&folder.join(&name), sheet).len();
        }
    }
    let summary = city.summary();
    let of_people = summary["findings"].as_object().unwrap().iter().filter(|(kind, _)| !kind.starts_with("unit-"));
    assert_eq!(lines as u64, of_people.map(|(_, number)| number.as_u64().unwrap()).sum::<u64>());
}

#[test]
fn a_workbook_is_for_people() {
    let city = big();
    let folder = city.run.join("workbooks");
    let counties: Vec<_> = names(&folder);
    assert_eq!(counties.len(), 11, "ten counties and the city: {counties:?}");
    let mut book: Xlsx<_> = open_workbook(folder.join(&counties[1])).unwrap();
    let sheets = book.sheet_names();
    assert_eq!(sheets, ["说明", SURVEY, "重复参保", "数据有误", "其他疑点", "未参保单位"]);
    for sheet in &sheets {
        for row in book.worksheet_range(sheet).unwrap().rows() {
            for cell in row.iter().map(ToString::to_string) {
                assert!(cell != "不符", "a figure of {sheet} differs from the summary");
                assert!(!cell.contains("null") && !cell.contains("row-") && !cell.contains("duplicate-"), "{cell}");
            }
        }
    }
    // a number is text: as a figure it would lose its last digits
    let numbers = list(&folder.join(&counties[1]), SURVEY);
    assert!(numbers.iter().any(|line| line["社会保障号码"].len() == 18));
}

#[test]
fn workbooks_are_left_out_where_nobody_wants_them_and_have_equal_bytes() {
    let city = big();
    let folder = fresh("workbooks");
    let config = city.city.join("city.toml");
    let config = config.to_str().unwrap();
    let output = run(&folder, &["compare", config, "--out", "again", "--workers", "1"]);
    assert!(matches!(output.status.code(), Some(0 | 1)));
    assert!(contents(&folder.join("again/workbooks")) == contents(&city.run.join("workbooks")));
    let without = run(&folder, &["compare", config, "--out", "again", "--no-workbooks"]);
    assert!(matches!(without.status.code(), Some(0 | 1)));
    assert!(!folder.join("again/workbooks").exists(), "the old run's workbooks are still there");
}
