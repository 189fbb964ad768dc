//! Papers by command: bulletins and reports of the demo's city.

use std::path::Path;

use serde_json::Value;

use crate::registry_areas::filled;
use crate::support::program::{run, run_well};

const DATABASE: [&str; 2] = ["--database", "sqlite://registry.db"];

fn well(folder: &Path, arguments: &[&str]) -> String {
    run_well(folder, &[&["report"], arguments, &DATABASE].concat())
}

fn refused(folder: &Path, arguments: &[&str], says: &str) {
    let output = run(folder, &[&["report"], arguments, &DATABASE].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {said}");
    assert!(said.contains(says), "{arguments:?}: {said}");
}

#[test]
fn bulletins_and_reports_are_made_and_issued() {
    let folder = filled("papers");
    refused(&folder, &["bulletin", "--area", "610900", "--out", "a.pdf"], "还没有统计快照");
    run_well(&folder, &[&["survey", "assign", "--name", "第一批"], DATABASE.as_slice()].concat());
    well(&folder, &["snapshot"]);
    let bulletin = |area: &str, out: &str, more: &[&str]| {
        well(&folder, &[&["bulletin", "--area", area, "--out", out, "--date", "2016-12-02"], more].concat())
    };
    let said = bulletin("610900", "city.pdf", &["--number", "安参保办〔2016〕11号"]);
    assert!(said.contains("关于安康市全民参保登记工作进展情况的通报") && said.contains("第 1 号统计快照"), "{said}");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    assert!(read("city.pdf").starts_with(b"%PDF-"));
    // the same again is the same to the byte
    bulletin("610900", "again.pdf", &["--number", "安参保办〔2016〕11号"]);
    assert_eq!(read("city.pdf"), read("again.pdf"));
    bulletin("610902", "county.docx", &[]);
    assert!(read("county.docx").starts_with(b"PK"));
    for (area, out) in
        [("610900", "city-report.pdf"), ("610902", "county-report.docx"), ("610902001", "town-report.pdf")]
    {
        let said = well(&folder, &["analysis", "--area", area, "--out", out, "--date", "2016-12-02"]);
        assert!(said.contains("统计分析报告"), "{said}");
        assert!(read(out).len() > 10_000);
    }
    // issued once, it does not change
    let issue = ["--issue", "2016年第3期"];
    bulletin("610900", "issued.pdf", &issue);
    let again =
        [&["bulletin", "--area", "610900", "--out", "b.pdf", "--date", "2016-12-03"], issue.as_slice()].concat();
    refused(&folder, &again, "已经印发过");
    assert!(!folder.join("b.pdf").exists());
    // of one snapshot everything is withheld alike, whatever is asked for later
    bulletin("610921", "other.pdf", &["--withhold-below", "50", "--issue", "2016年第3期"]);
    let villages: Value = serde_json::from_str(&well(&folder, &["indicators", "--by", "village", "--json"])).unwrap();
    let village = villages["rows"][0]["key"].as_str().unwrap();
    refused(&folder, &["bulletin", "--area", village, "--out", "c.pdf"], "下面没有区划");
    refused(&folder, &["bulletin", "--area", "999999", "--out", "c.pdf"], "没有代码为“999999”的区划");
    refused(&folder, &["bulletin", "--area", "610900", "--out", "c.txt"], "不是 .pdf 或 .docx");
    refused(&folder, &["bulletin", "--area", "610900", "--out", "c.pdf", "--date", "昨天"], "不是日期");
    refused(&folder, &["bulletin", "--area", "610900", "--out", "c.pdf", "--snapshot", "9"], "没有第 9 号统计快照");
}

#[test]
fn a_city_counts_by_indicators_of_its_own() {
    let folder = filled("papers-own");
    well(&folder, &["snapshot"]);
    let own = "[[indicator]]\ncode = \"seniors\"\ngroup = \"本市指标\"\nname = \"高龄人口\"\nunit = \"人\"\nformula = \"七十岁以上的人\"\n\
               numerator = \"满 70 岁的人\"\ndenominator = \"应登记人口\"\nbase = \"应登记人口\"\nmeaning = \"应登记人口中满 70 岁的人数。\"\n\
               count = [{ people = { age = [\"70+\"] } }]\nof = [{ people = {} }]\n";
    std::fs::write(folder.join("own.toml"), own).unwrap();
    let told = well(&folder, &["indicators", "--indicators", "own.toml", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    let by_age: Value = serde_json::from_str(&well(&folder, &["indicators", "--by", "age", "--json"])).unwrap();
    let old = by_age["rows"].as_array().unwrap().iter().find(|row| row["key"] == "70+").unwrap();
    assert_eq!(told["total"]["seniors"]["numerator"], old["figures"]["population"]["numerator"]);
    assert_eq!(told["definitions"]["seniors"]["name"], "高龄人口");
    std::fs::write(folder.join("own.toml"), own.replace("70+", "99+")).unwrap();
    refused(&folder, &["indicators", "--indicators", "own.toml"], "“age”里没有“99+”这一项");
}
