//! The registry's lists, areas and employers as their users meet them, on a city of 3,000.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;

use crate::support::city::small;
use crate::support::folder::{copy, fresh};
use crate::support::program::{run, run_well};

const DATABASE: [&str; 2] = ["--database", "sqlite://registry.db"];

/// A registry of the small city, in a folder of its own.
pub(crate) fn filled(name: &str) -> PathBuf {
    static FILLED: OnceLock<PathBuf> = OnceLock::new();
    let filled = FILLED.get_or_init(|| {
        let folder = fresh("registry-filled");
        run_well(&folder, &[&["registry", "migrate"], DATABASE.as_slice()].concat());
        let path = small().run.to_str().unwrap();
        run_well(&folder, &[&["registry", "apply", path], DATABASE.as_slice()].concat());
        folder
    });
    let folder = fresh(name);
    copy(filled, &folder);
    folder
}

fn well(folder: &Path, arguments: &[&str]) -> String {
    run_well(folder, &[&["registry"], arguments, &DATABASE].concat())
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&well(folder, &[arguments, &["--json"]].concat())).unwrap()
}

fn refused(folder: &Path, arguments: &[&str], told: &str) {
    let output = run(folder, &[&["registry"], arguments, &DATABASE].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(told) && said.contains("提示："), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

/// All lines of a list by its pages.
fn pages(folder: &Path, arguments: &[&str]) -> (i64, Vec<Value>) {
    let (mut lines, mut after) = (Vec::new(), None::<String>);
    loop {
        let more: Vec<&str> = after.iter().flat_map(|after| ["--after", after.as_str()]).collect();
        let page = json(folder, &[arguments, more.as_slice()].concat());
        lines.extend(page["persons"].as_array().unwrap().iter().cloned());
        after = match &page["next"] {
            Value::Null => return (page["count"].as_i64().unwrap(), lines),
            Value::String(next) => Some(next.clone()),
            next => Some(next.to_string()),
        };
    }
}

#[test]
fn a_list_has_everybody_once_and_hides_their_numbers() {
    let folder = filled("registry-list");
    let persons = small().table("persons");
    let wanted = persons.rows().filter(|row| row.text("category") == "uninsured").count() as i64;
    assert!(wanted > 20, "{wanted}");
    let counted = json(&folder, &["list", "--category", "uninsured", "--count"]);
    assert_eq!(counted["count"], wanted);
    let (count, lines) = pages(&folder, &["list", "--category", "uninsured", "--limit", "37"]);
    let ids: BTreeSet<i64> = lines.iter().map(|line| line["person"].as_i64().unwrap()).collect();
    assert_eq!((count, lines.len() as i64, ids.len() as i64), (wanted, wanted, wanted));
    assert!(lines.iter().all(|line| line["number"].as_str().unwrap().chars().filter(|c| *c != '*').count() <= 7));
    let full = json(&folder, &["list", "--category", "uninsured", "--limit", "500", "--full"]);
    let known: BTreeSet<&str> = persons.rows().filter_map(|row| row.get("person_id")).collect();
    let numbers = full["persons"].as_array().unwrap().iter().filter_map(|line| line["number"].as_str());
    assert!(numbers.filter(|number| number.len() == 18).all(|number| known.contains(number)));
    assert!(well(&folder, &["list", "--limit", "1"]).contains("下一页：--after "));
    refused(&folder, &["list", "--category", "nothing"], "没有“nothing”这个类别");
    refused(&folder, &["list", "--scheme", "business-register"], "没有“business-register”这个险种");
    refused(&folder, &["list", "--after", "王:3"], "不是一页末尾给出的位置");
}

#[test]
fn a_zone_takes_over_a_village_from_a_day_on() {
    let folder = filled("registry-area");
    let persons = small().table("persons");
    let mut villages: BTreeMap<&str, i64> = BTreeMap::new();
    for row in persons.rows() {
        *villages.entry(row.get("village").unwrap_or_default()).or_default() += 1;
    }
    let (village, people) = villages.into_iter().filter(|(code, _)| code.len() == 12).max_by_key(|v| v.1).unwrap();
    let count = |area: &str| json(&folder, &["list", "--area", area, "--count"])["count"].as_i64().unwrap();
    let (town, before) = (&village[..9], count(&village[..9]));
    assert!(people > 0 && count(village) == people);
    assert!(
        well(&folder, &["area", "add", "610999", "高新区", "--from", "2016-12-01"]).contains("新增区划 610999 高新区")
    );
    assert_eq!(count("610999"), 0);
    let told = well(&folder, &["area", "report-to", village, "610999", "--from", "2016-12-05"]);
    assert!(told.contains("从 2016-12-05 起") && told.contains("由 610999 管理"), "{told}");
    assert_eq!((count("610999"), count(town)), (people, before - people));
    let listed = json(&folder, &["area", "list", "--under", "610999"]);
    let codes: Vec<&str> = listed["areas"].as_array().unwrap().iter().map(|a| a["code"].as_str().unwrap()).collect();
    assert_eq!(codes, [village, "610999"]);
    assert_eq!((&listed["areas"][0]["parent"], &listed["areas"][0]["reports_to"]), (&town.into(), &"610999".into()));
    let then = json(&folder, &["area", "list", "--under", village, "--on", "2016-12-04"]);
    assert_eq!(then["areas"][0]["reports_to"], town);
    let table = well(&folder, &["area", "list", "--under", "610999"]);
    assert!(table.contains("610999 高新区") && table.contains("共 2 个区划"), "{table}");
    assert!(well(&folder, &["area", "list", "--history", village]).contains("共 2 段"));
    well(&folder, &["area", "rename", "610999", "高新技术产业开发区", "--from", "2017-01-01"]);
    for (arguments, told) in [
        (["area", "close", village, "--from", "2017-01-01"].as_slice(), "人在册"),
        (&["area", "close", "610999", "--from", "2017-02-01"], "还有 1 个管理的区划"),
        (&["area", "add", "610999", "新区", "--from", "2017-02-01"], "已是“高新技术产业开发区”"),
        (&["area", "add", "61099", "新区", "--from", "2017-02-01"], "不是区划代码"),
        (&["area", "rename", "610999", "新区", "--from", "2016-12-15"], "两段时间会重叠"),
        (&["area", "report-to", "610999", village, "--from", "2017-02-01"], "不能由村（社区）"),
        (&["area", "report-to", village, "610998", "--from", "2017-02-01"], "没有代码为“610998”"),
        (&["area", "report-to", village, town, "--from", "下月"], "“下月”不是日期"),
        (&["area", "list", "--under", "610998"], "没有代码为“610998”"),
        (&["area", "list", "--history", "610998"], "没有代码为“610998”"),
    ] {
        refused(&folder, arguments, told);
    }
    // the same run's areas do not undo it
    let path = small().run.to_str().unwrap();
    well(&folder, &["apply", path]);
    assert_eq!((count("610999"), count(town)), (people, before - people));
    let proof = run_well(&folder, &[&["audit", "verify"], DATABASE.as_slice()].concat());
    assert!(proof.contains("都连得上"), "{proof}");
}

#[test]
fn an_employer_is_found_with_everybody_who_is_insured_through_it() {
    let folder = filled("registry-unit");
    let (units, persons, enrolments) = (small().table("units"), small().table("persons"), small().table("enrolments"));
    // the names that rows with a code bear most often, counted here by themselves
    let mut names: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for row in enrolments.rows() {
        if let (Some(code), Some(name)) = (row.get("unit_code"), row.get("unit_name")) {
            *names.entry(code).or_default().entry(name).or_default() += 1;
        }
    }
    let usual = |code: &str| names.get(code)?.iter().max_by_key(|(_, rows)| **rows).map(|(name, _)| *name);
    let unit = units
        .rows()
        .filter(|unit| unit.get("credit_code").is_some() && unit.get("name").is_some())
        .max_by_key(|unit| unit.int("insured_people"))
        .unwrap();
    let (credit, name) = (unit.text("credit_code"), unit.text("name"));
    let plain = |name: &str| name.replace(['(', ')', '（', '）', ' '], "");
    let mut wanted: BTreeSet<i64> = BTreeSet::new();
    for row in enrolments.rows() {
        let is = match row.get("unit_code") {
            Some(code) => code == credit || (code.len() != 18 && usual(code).is_some_and(|n| plain(n) == plain(name))),
            None => row.get("unit_name").is_some_and(|other| plain(other) == plain(name)),
        };
        if is && (row.get("status") == Some("normal") || row.get("benefit") == Some("drawing")) {
            wanted.insert(row.int("person_key"));
        }
    }
    assert!(wanted.len() > 10, "{}", wanted.len());
    for value in [credit, name] {
        let found = json(&folder, &["query", "--unit", value]);
        let found = &found["units"].as_array().unwrap()[..];
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((&found[0]["credit_code"], &found[0]["people"]), (&credit.into(), &wanted.len().into()));
        assert_eq!(
            (&found[0]["category"], &found[0]["county"]),
            (&unit.text("category").into(), &unit.text("county").into())
        );
        assert_eq!(found[0]["insured_people"], unit.int("insured_people"));
    }
    let people = ["query", "--unit", credit, "--members", "--limit", "7"];
    let (count, lines) = pages(&folder, &people);
    assert!(lines.is_sorted_by_key(|line| line["person"].as_i64()));
    assert!(lines.iter().all(|line| line["number"].as_str().unwrap().chars().filter(|c| *c != '*').count() <= 7));
    let (_, full) = pages(&folder, &[people.as_slice(), &["--full"]].concat());
    let numbers: BTreeSet<&str> = full.iter().filter_map(|line| line["number"].as_str()).collect();
    let own = persons.rows().filter(|row| wanted.contains(&row.int("person_key")));
    let own: BTreeSet<&str> =
        own.map(|row| row.get("person_id").or(row.get("certificate")).unwrap_or_default()).collect();
    assert_eq!((count, lines.len(), full.len()), (wanted.len() as i64, wanted.len(), wanted.len()));
    assert!(numbers.iter().filter(|number| number.len() == 18).all(|number| own.contains(number)));
    assert!(numbers.len() * 10 > wanted.len() * 9);
    let shown = well(&folder, &["query", "--unit", name, "--members", "--limit", "3"]);
    assert!(shown.contains(&format!("统一社会信用代码：{credit}")) && shown.contains("下一页：--after "), "{shown}");
    assert!(well(&folder, &["query", "--unit", "没有这家公司"]).contains("没有这个单位"));
    for wrong in [["query", "--members", "--name", "王"].as_slice(), &["query", "--unit", "甲", "--full"]] {
        assert_eq!(run(&folder, &[&["registry"], wrong, &DATABASE].concat()).status.code(), Some(2), "{wrong:?}");
    }
}
