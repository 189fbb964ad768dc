//! Figures of the record, held against what the comparison counted and against its people one by one.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::registry_areas::filled;
use crate::support::city::small;
use crate::support::folder::fresh;
use crate::support::program::{run, run_well};

const DATABASE: [&str; 2] = ["--database", "sqlite://registry.db"];

fn well(folder: &Path, arguments: &[&str]) -> String {
    run_well(folder, &[&["report"], arguments, &DATABASE].concat())
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&well(folder, &[arguments, &["--json"]].concat())).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let output = run(folder, &[&["report"], arguments, &DATABASE].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
    assert!(said.contains(says) && said.contains("提示："), "{arguments:?}: {said}");
}

/// The numerators of a table's rows, by key and indicator.
fn rows(table: &Value) -> BTreeMap<String, BTreeMap<String, i64>> {
    let figures = |row: &Value| {
        let figures = row["figures"].as_object().unwrap().iter();
        figures.map(|(code, figure)| (code.clone(), figure["numerator"].as_i64().unwrap())).collect()
    };
    let rows = table["rows"].as_array().unwrap().iter();
    rows.map(|row| (row["key"].as_str().unwrap().to_owned(), figures(row))).collect()
}

#[test]
fn figures_are_those_of_the_comparison_at_every_level() {
    let folder = filled("report");
    let snapshot = json(&folder, &["snapshot"]);
    assert_eq!((&snapshot["id"], &snapshot["new"]), (&1.into(), &true.into()));
    let again = json(&folder, &["snapshot"]);
    assert_eq!((&again["id"], &again["new"], &again["digest"]), (&1.into(), &false.into(), &snapshot["digest"]));
    let persons = small().table("persons");
    assert_eq!(snapshot["people"], persons.len());

    let summary = small().summary();
    let areas = summary["areas"].as_object().unwrap();
    let mut looked = 0;
    for by in ["county", "town", "village"] {
        let table = json(&folder, &["indicators", "--by", by, "--tree", "codes"]);
        let found = rows(&table);
        for (code, counts) in areas.iter().filter(|(code, _)| found.contains_key(*code)) {
            for word in ["population", "uninsured", "partial", "interrupted", "information", "confirmed"] {
                assert_eq!(found[code][word], counts[word].as_i64().unwrap(), "{code} {word}");
            }
            looked += 1;
        }
        for word in ["population", "enrolled", "unclear", "confirmed"] {
            let total = table["total"][word]["numerator"].as_i64().unwrap();
            assert_eq!(found.values().map(|row| row[word]).sum::<i64>(), total, "{by} {word}");
        }
        // the whole city, with those of whom no area is known
        assert_eq!(table["total"]["population"]["numerator"], areas["610900"]["population"]);
    }
    assert_eq!(looked, areas.len() - 1, "not every area was looked at");
}

#[test]
fn figures_are_those_of_the_people_one_by_one() {
    let folder = filled("report-people");
    well(&folder, &["snapshot"]);
    let persons = small().table("persons");
    let fine = |state: &str| matches!(state, "enrolled" | "elsewhere" | "not-required");
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut bands: BTreeMap<&str, i64> = BTreeMap::new();
    let as_of: i32 = small().summary()["as_of"].as_str().unwrap().replace('-', "").parse().unwrap();
    for row in persons.rows() {
        if matches!(row.text("category"), "deceased" | "moved-out" | "outside") {
            continue;
        }
        let sums = expected.entry(row.text("sex").to_owned()).or_default();
        sums.0 += 1;
        sums.1 += i64::from(fine(row.text("pension")) && fine(row.text("medical")));
        let age = row.get("birth_date").map(|birth| (as_of - birth.replace('-', "").parse::<i32>().unwrap()) / 10_000);
        let band = match age {
            None => "unknown",
            Some(..16) => "0-15",
            Some(16..25) => "16-24",
            Some(25..35) => "25-34",
            Some(35..45) => "35-44",
            Some(45..55) => "45-54",
            Some(55..60) => "55-59",
            Some(60..70) => "60-69",
            Some(70..) => "70+",
        };
        *bands.entry(band).or_default() += 1;
    }
    let by_sex = rows(&json(&folder, &["indicators", "--by", "sex"]));
    for (code, key) in [("1", "male"), ("2", "female")] {
        let (population, enrolled) = expected[code];
        assert_eq!((by_sex[key]["population"], by_sex[key]["enrolled"]), (population, enrolled), "{key}");
    }
    let by_age = rows(&json(&folder, &["indicators", "--by", "age"]));
    assert_eq!(by_age.iter().map(|(key, row)| (key.as_str(), row["population"])).collect::<BTreeMap<_, _>>(), bands);
    let by_scheme = json(&folder, &["indicators", "--by", "scheme"]);
    assert_eq!(by_scheme["adds_up"], false);
    // who is insured in another place alone has no scheme here, and is not without one
    assert_eq!(rows(&by_scheme)["none"]["enrolled"], 0);
    assert!(rows(&by_scheme)["elsewhere"]["enrolled"] > 0);
    // employers by their types, and nobody else by these
    let wanted = |category: &str| matches!(category, "confirmed" | "uninsured" | "unregistered" | "information");
    let units = small().table("units");
    let by_type = json(&folder, &["indicators", "--by", "employer"]);
    let counted: i64 = rows(&by_type).values().map(|row| row["units"]).sum();
    let expected = units.rows().filter(|row| wanted(row.text("category"))).count() as i64;
    assert_eq!((counted, by_type["total"]["units"]["numerator"].as_i64()), (expected, Some(expected)));
    assert!(rows(&by_type).len() > 1 && by_type["rows"][0]["figures"]["population"]["known"] == false, "{by_type}");
    let told = well(&folder, &["indicators", "--by", "employer"]);
    assert!(told.contains("单位类型") && told.contains("单位参保率") && !told.contains("应登记人口  "), "{told}");
    let hukou = rows(&json(&folder, &["indicators", "--by", "hukou"]));
    assert!(hukou["10"]["population"] > 0 && hukou["20"]["population"] > 0, "{hukou:?}");
}

#[test]
fn figures_are_told_in_sentences() {
    let folder = filled("report-told");
    refused(&folder, &["indicators"], "还没有统计快照");
    assert!(well(&folder, &["list"]).contains("还没有统计快照"));
    assert!(well(&folder, &["snapshot"]).starts_with("已保存第 1 号统计快照：截至 "));
    assert!(well(&folder, &["snapshot"]).contains("没有变化"));
    let table = well(&folder, &["indicators"]);
    for word in ["应登记人口", "参保率", "比上月", "汉滨区", "合计", "没有统计快照，不能比上月"]
    {
        assert!(table.contains(word), "no {word}:\n{table}");
    }
    assert!(well(&folder, &["indicators", "--lang", "en", "--by", "sex"]).contains("female"));
    let listed = json(&folder, &["list"]);
    assert_eq!(listed["snapshots"][0]["people"], small().table("persons").len());
    refused(&folder, &["indicators", "--area", "999999"], "没有代码为“999999”的区划");
    refused(&folder, &["indicators", "--by", "height"], "没有叫“height”的分类");
    refused(&folder, &["indicators", "--snapshot", "7"], "没有第 7 号统计快照");
    let empty = fresh("report-empty");
    run_well(&empty, &["registry", "migrate", DATABASE[0], DATABASE[1]]);
    refused(&empty, &["snapshot"], "还没有数据");
}
