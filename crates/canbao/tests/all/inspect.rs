//! `canbao inspect` shows what is recognised, and nobody's number or name.

use std::collections::BTreeSet;
use std::fs;

use crate::support::city::small;
use crate::support::extract::{Extract, path_of};
use crate::support::folder::{contents, fresh};
use crate::support::program::{run, run_well};

#[test]
fn every_extract_of_a_city_is_recognised_without_the_city_file() {
    let city = &small().city;
    let config = fs::read_to_string(city.join("city.toml")).unwrap();
    let mut seen = BTreeSet::new();
    for block in config.split("[[source]]").skip(1) {
        let value = |key: &str| {
            let start = format!("{key} = \"");
            block.lines().find_map(|line| Some(line.strip_prefix(&start)?.trim_end_matches('"').to_owned()))
        };
        let (kind, path) = (value("kind").unwrap(), value("path").unwrap());
        if path.contains('*') || !seen.insert(kind.clone()) {
            continue;
        }
        let output = run(city, &["inspect", &path, "--json"]);
        // some rows of the city cannot be read
        assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
        let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(told["kind"], kind.as_str(), "{path}");
        assert!(told["rows"].as_u64().unwrap() > 0, "{path} has no rows");
        let columns = told["parts"][0]["columns"].as_array().unwrap();
        assert!(columns.iter().any(|column| !column["field"].is_null()), "{path}: no column is recognised");
    }
    assert!(seen.len() >= 12, "only {seen:?}");
}

#[test]
fn a_person_reads_the_encoding_the_columns_and_how_much_is_wrong() {
    let city = &small().city;
    let config = fs::read_to_string(city.join("city.toml")).unwrap();
    let path = path_of(&config, "employee-pension");
    let text = String::from_utf8(run(city, &["inspect", &path]).stdout).unwrap();
    for words in ["城镇企业职工养老保险", "编码", "表头", "空白", "号码", "姓名"] {
        assert!(text.contains(words), "no {words} in:\n{text}");
    }
}

#[test]
fn no_number_name_or_address_is_shown() {
    let city = &small().city;
    for (path, _) in contents(city).iter().filter(|(name, _)| name.ends_with(".csv") && name.contains('/')) {
        let extract = Extract::read(&city.join(path));
        let said = run(city, &["inspect", path]);
        let said = String::from_utf8(said.stdout).unwrap() + &String::from_utf8(said.stderr).unwrap();
        let personal = ["号码", "身份证", "姓名", "住址", "电话", "手机"];
        let columns: Vec<usize> = (0..extract.header.len())
            .filter(|at| personal.iter().any(|word| extract.header[*at].contains(word)))
            .filter(|_| !path.contains("工商") && !path.contains("单位"))
            .collect();
        for row in &extract.rows {
            for cell in columns.iter().map(|at| row[*at].trim()).filter(|cell| cell.chars().count() >= 2) {
                // a name of two characters can be part of a village's name: it counts as shown only as a cell
                let shown = said.split_whitespace().any(|word| word == cell);
                assert!(!shown, "{path} shows a personal cell");
            }
        }
    }
}

#[test]
fn an_extract_of_no_known_kind_is_refused_with_what_to_do() {
    let folder = fresh("unknown-kind");
    fs::write(folder.join("a.csv"), "甲,乙,丙\n1,2,3\n4,5,6\n").unwrap();
    let output = run(&folder, &["inspect", "a.csv"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("a.csv") && said.contains("提示："), "{said}");
}

#[test]
fn a_city_file_tells_what_cannot_be_recognised() {
    let folder = fresh("inspect-city");
    fs::write(folder.join("a.csv"), "甲,乙,丙\n610902198503121237,张三,有效\n").unwrap();
    fs::write(
        folder.join("city.toml"),
        "[city]\ncode = \"610900\"\nname = \"安康市\"\nas_of = \"2016-11-01\"\n\n\
         [[source]]\nkind = \"rural-medical\"\npath = \"a.csv\"\n\
         columns = { \"甲\" = \"number\", \"乙\" = \"name\", \"丙\" = \"status\" }\n\
         codes = { status = { \"有效\" = \"normal\" } }\n",
    )
    .unwrap();
    let text = run_well(&folder, &["inspect", "a.csv", "--city", "city.toml", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(told["kind"], "rural-medical");
    assert_eq!(told["parts"][0]["sample"][0][0], "610902********1237");
    assert_eq!(told["parts"][0]["columns"][2]["unknown"], serde_json::json!({}));
    let other = run(&folder, &["inspect", "city.toml", "--city", "city.toml"]);
    assert_eq!(other.status.code(), Some(2));
}
