//! A department's file of deaths: every row answered, decided by somebody else, once.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::registry_areas::filled;
use crate::support::city::small;
use crate::support::program::command;

fn by(user: &str, folder: &Path, arguments: &[&str]) -> Output {
    let arguments = [&["registry"], arguments, &["--database", "sqlite://registry.db"]].concat();
    command(folder, &arguments).env("LOGNAME", user).output().unwrap()
}

fn told(output: &Output, exit: i32) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(exit), "{said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Number and name of people who are alive, whose number nobody else has.
fn alive(many: usize) -> Vec<(String, String)> {
    let persons = small().table("persons");
    let mut times = std::collections::BTreeMap::<&str, usize>::new();
    for row in persons.rows() {
        *times.entry(row.get("person_id").unwrap_or_default()).or_default() += 1;
    }
    let own = persons.rows().filter(|row| row.text("life") == "alive" && row.get("name").is_some());
    let own = own.filter(|row| row.get("person_id").is_some_and(|number| times[number] == 1));
    own.take(many).map(|row| (row.text("person_id").to_owned(), row.text("name").to_owned())).collect()
}

fn count(folder: &Path) -> i64 {
    told(&by("maker", folder, &["list", "--category", "deceased", "--count", "--json"]), 0)["count"].as_i64().unwrap()
}

#[test]
fn a_file_of_deaths_is_answered_row_by_row_and_decided_by_another() {
    let folder = filled("registry-bulk");
    let people = alive(4);
    let line = |at: usize, name: &str, day: &str| format!("{name},{},{day}\r\n", people[at].0);
    let file = [
        "姓名,身份证号码,死亡日期\r\n".to_owned(),
        line(0, &people[0].1, "2016年10月5日"),
        line(1, &people[1].1, "2016-10-06"),
        line(1, &people[1].1, "2016-10-06"),
        line(2, "欧阳不是他", "2016-10-07"),
        "王五,不详,2016-10-01\r\n".to_owned(),
        "赵,六,110101199003070011,2016-10-01\r\n".to_owned(),
        line(3, &people[3].1, "2999-01-01"),
        "李雷,110101199003070038,2016-10-08\r\n".to_owned(),
    ];
    let text = file.concat();
    let (bytes, _, damaged) = encoding_rs::GB18030.encode(&text);
    assert!(!damaged);
    fs::write(folder.join("deaths.csv"), bytes).unwrap();
    let before = count(&folder);
    let proposed =
        told(&by("maker", &folder, &["change", "bulk", "death", "deaths.csv", "--out", "o.csv", "--json"]), 1);
    let bulk = proposed["bulk"].as_i64().unwrap().to_string();
    for (outcome, rows) in [
        ("rows", 8),
        ("proposed", 2),
        ("doubled", 1),
        ("name-differs", 1),
        ("invalid-number", 1),
        ("unreadable", 1),
        ("future-date", 1),
        ("unknown", 1),
    ] {
        assert_eq!(proposed[outcome], rows, "{outcome}: {proposed}");
    }
    let answer = fs::read_to_string(folder.join("o.csv")).unwrap();
    let lines: Vec<&str> = answer.lines().skip(1).collect();
    let outcomes =
        ["已提出申请", "已提出申请", "文件内重复", "姓名不符", "号码无效", "无法读取", "日期未到", "登记库中没有"];
    assert_eq!(lines.len(), outcomes.len(), "{answer}");
    for (line, outcome) in lines.iter().zip(outcomes) {
        assert!(line.contains(outcome), "{line}: {outcome}");
    }
    assert_eq!(fs::metadata(folder.join("o.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(count(&folder), before, "nothing is done before it is decided");
    // not by the maker
    let decide = ["change", "decide-bulk", &bulk, "--approve", "--reason", "已与公安核对", "--json"];
    let own = by("maker", &folder, &decide);
    let said = String::from_utf8_lossy(&own.stderr);
    assert_eq!(own.status.code(), Some(2), "{said}");
    assert!(said.contains("审核人不能是经办人本人") && said.contains("提示："), "{said}");
    let decided = told(&by("checker", &folder, &decide), 0);
    assert_eq!((&decided["requests"], &decided["done"]), (&2.into(), &2.into()));
    assert_eq!(count(&folder), before + 2);
    let found = told(&by("maker", &folder, &["query", "--number", &people[0].0, "--json"]), 0);
    assert_eq!(
        (&found["persons"][0]["life"], &found["persons"][0]["category"]),
        (&"deceased".into(), &"deceased".into())
    );
    // the same file again proposes nothing
    let again = told(&by("maker", &folder, &["change", "bulk", "death", "deaths.csv", "--out", "o2.csv", "--json"]), 1);
    assert_eq!((&again["bulk"], &again["proposed"]), (&Value::Null, &0.into()), "{again}");
    let settled = |told: &Value| told["already-so"].as_i64().unwrap() + told["decided-before"].as_i64().unwrap();
    assert_eq!(settled(&again), 2, "{again}");
    assert_eq!(count(&folder), before + 2);
}

#[test]
fn a_workbook_serves_as_well_and_what_cannot_be_read_is_refused_whole() {
    let folder = filled("registry-bulk-workbook");
    let people = alive(2);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let mut rows = vec![["身份证号码", "姓名", "死亡日期"]];
    rows.extend(people.iter().map(|(number, name)| [number.as_str(), name.as_str(), "20161005"]));
    for (r, row) in rows.iter().enumerate() {
        for (c, cell) in row.iter().enumerate() {
            sheet.write_string(u32::try_from(r).unwrap(), u16::try_from(c).unwrap(), *cell).unwrap();
        }
    }
    book.save(folder.join("deaths.xlsx")).unwrap();
    let bulk = ["change", "bulk", "death", "deaths.xlsx", "--out", "o.xlsx"];
    let output = by("maker", &folder, &bulk);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("已提出申请") && said.contains("等待另一人审核"), "{said}");
    assert!(fs::read(folder.join("o.xlsx")).unwrap().starts_with(b"PK"));
    // refused, nobody changes
    let before = count(&folder);
    let refuse = ["change", "decide-bulk", "1", "--refuse", "--reason", "材料不齐", "--json"];
    assert_eq!(told(&by("checker", &folder, &refuse), 0)["refused"], 2);
    assert_eq!(count(&folder), before);
    fs::write(folder.join("undated.csv"), format!("姓名,身份证号码\n{},{}\n", people[0].1, people[0].0)).unwrap();
    for (file, out, said) in [
        ("undated.csv", "u.csv", "日期在哪一列"),
        ("none.csv", "u.csv", "none.csv"),
        ("deaths.xlsx", "no/u.csv", "no/u.csv"),
    ] {
        let output = by("maker", &folder, &["change", "bulk", "death", file, "--out", out]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{file}: {told}");
        assert!(told.contains(said) && told.contains("提示："), "{file}: {told}");
        assert!(!folder.join("u.csv").exists());
    }
}
