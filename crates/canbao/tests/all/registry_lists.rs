//! The registry's commands as their users meet them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::folder::fresh;
use crate::support::program::{run, run_well};
use crate::support::table::Table;

const DATABASE: [&str; 2] = ["--database", "sqlite://registry.db"];

fn registry(folder: &Path, arguments: &[&str]) -> std::process::Output {
    run(folder, &[&["registry"], arguments, &DATABASE].concat())
}

#[test]
fn a_list_is_answered_row_by_row_in_its_order() {
    let folder = fresh("registry-batch");
    run_well(&folder, &["registry", "migrate", DATABASE[0], DATABASE[1]]);
    let list =
        "姓名,身份证号码\n王秀英,110101199003070011\n李明,不详\n赵,英,110101199003070011\n周平,110101199003070038\n";
    fs::write(folder.join("list.csv"), list).unwrap();
    let output = registry(&folder, &["batch", "list.csv", "--out", "answer.csv", "--json"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((told["rows"].as_u64(), told["unreadable"].as_u64()), (Some(4), Some(1)), "{told}");
    let answer = fs::read_to_string(folder.join("answer.csv")).unwrap();
    let lines: Vec<&str> = answer.strip_prefix('\u{feff}').expect("a BOM").lines().collect();
    assert_eq!(lines.len(), 5, "{answer}");
    assert!(lines[0].starts_with("工作表,行,号码,姓名,结果,"), "{}", lines[0]);
    assert!(lines[2].contains("李明,号码无效"), "{}", lines[2]);
    assert!(lines[3].starts_with(",4,,,无法读取,"), "{}", lines[3]);
    assert!(lines[4].starts_with(",5,"), "{}", lines[4]);
    assert_eq!(fs::metadata(folder.join("answer.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    // as a workbook
    let output = registry(&folder, &["batch", "list.csv", "--out", "answer.xlsx"]);
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fs::read(folder.join("answer.xlsx")).unwrap().starts_with(b"PK"));
}

#[test]
fn a_list_that_cannot_be_read_or_would_be_replaced_is_refused() {
    let folder = fresh("registry-batch-refused");
    run_well(&folder, &["registry", "migrate", DATABASE[0], DATABASE[1]]);
    fs::write(folder.join("list.csv"), "甲,乙\n1,2\n3,4\n").unwrap();
    for (arguments, told) in [
        (["batch", "list.csv", "--out", "answer.csv"], "没有认出各列"),
        (["batch", "none.csv", "--out", "answer.csv"], "none.csv"),
        (["batch", "list.csv", "--out", "list.csv"], "不能写在所问的名单上"),
    ] {
        let output = registry(&folder, &arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(told) && said.contains("提示："), "{arguments:?}: {said}");
        assert!(!folder.join("answer.csv").exists());
    }
}

#[test]
fn nothing_to_undo_is_refused_and_no_decision_is_an_empty_file_of_the_right_columns() {
    let folder = fresh("registry-undo");
    run_well(&folder, &["registry", "migrate", DATABASE[0], DATABASE[1]]);
    let output = registry(&folder, &["undo"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("没有可以撤销的更新") && said.contains("提示："), "{said}");
    let output = registry(&folder, &["export-decisions", "--out", "decisions.parquet"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(Table::read(&folder.join("decisions.parquet")).rows().count(), 0);
}
