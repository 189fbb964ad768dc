//! `canbao demo`, as the README's first command runs it.

use crate::support::folder::{fresh, names};
use crate::support::program::{run, run_well};

#[test]
fn the_demo_makes_a_city_compares_it_and_tells_where_the_files_are() {
    let folder = fresh("demo");
    let output = run(&folder, &["demo", "--no-serve", "--persons", "1000"]);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    for words in ["全民参保登记", "未参保", "需入户", "█", "canbao-demo/run", "survey.parquet", "workbooks/"]
    {
        assert!(text.contains(words), "no {words} in:\n{text}");
    }
    assert_eq!(names(&folder), ["canbao-demo"]);
    assert_eq!(names(&folder.join("canbao-demo")), ["city", "run"]);

    let english = run(&folder, &["--lang", "en", "demo", "--no-serve", "--persons", "1000"]);
    let english = String::from_utf8(english.stdout).unwrap();
    assert!(english.contains("To be visited"), "{english}");
}

#[test]
fn the_demo_touches_no_folder_of_anybody_else() {
    let folder = fresh("demo-elsewhere");
    std::fs::create_dir_all(folder.join("mine/city")).unwrap();
    std::fs::write(folder.join("mine/city/city.toml"), "[city]").unwrap();
    let output = run(&folder, &["demo", "--no-serve", "--persons", "1000", "--dir", "mine"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(names(&folder.join("mine/city")), ["city.toml"]);
}

#[test]
fn json_is_one_object_and_progress_is_json_lines() {
    let folder = fresh("json");
    let output =
        run(&folder, &["demo", "--no-serve", "--persons", "1000", "--json", "--progress", "json", "--no-workbooks"]);
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(printed["sources"].is_object());
    let said = String::from_utf8(output.stderr).unwrap();
    let mut stages = Vec::new();
    for line in said.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        if line["event"] == "end" {
            stages.push(line["stage"].as_str().unwrap().to_owned());
        }
    }
    for stage in ["people", "rows", "read", "link", "write"] {
        assert!(stages.iter().any(|told| told == stage), "{stage} is not told of: {stages:?}");
    }

    let printed = run_well(&folder, &["synth", "--persons", "1000", "--seed", "2", "--out", "city", "--json"]);
    let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert!(printed["rows"].as_u64().unwrap() > 1_000);
}
