//! The data standard as its users meet it: listed, printed, exported, edited, brought back, compared.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader as _};
use rust_xlsxwriter::{Formula, Workbook};
use serde_json::Value;

use crate::support::city::small;
use crate::support::folder::{contents, copy, fresh, names};
use crate::support::program::{run, run_well, transcript};

const NAMES: usize = 23;

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&run_well(folder, arguments)).unwrap()
}

fn table_names(folder: &Path) -> Vec<String> {
    let told = json(folder, &["standard", "list", "--json"]);
    told["tables"].as_array().unwrap().iter().map(|table| table["name"].as_str().unwrap().to_owned()).collect()
}

/// What a refusal says; nothing may be written.
fn refused(folder: &Path, arguments: &[&str], words: &[&str]) {
    let before = contents(folder);
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty() && said.contains("提示："), "{said}");
    for word in words {
        assert!(said.contains(word), "no {word} in: {said}");
    }
    assert_eq!(contents(folder), before, "{arguments:?} wrote something");
}

#[test]
fn every_table_goes_out_as_csv_and_comes_back_the_same() {
    let folder = fresh("standard-csv");
    run_well(&folder, &["standard", "export", "--all", "--out", "out"]);
    let tables = table_names(&folder);
    assert_eq!((tables.len(), names(&folder.join("out")).len()), (NAMES, NAMES));
    for table in &tables {
        let file = format!("out/{table}.csv");
        assert!(fs::read(folder.join(&file)).unwrap().starts_with(b"\xef\xbb\xbf"), "{file} has no BOM");
        let told = json(&folder, &["standard", "import", &file, "--table", table, "--into", "standard", "--json"]);
        assert_eq!((&told["changes"]["same"], &told["written"]), (&Value::Bool(true), &Value::Bool(true)), "{table}");
    }
    let told = json(&folder, &["standard", "compare", "builtin", "standard", "--json"]);
    assert_eq!(told["same"], true, "{told}");
    assert_eq!(run_well(&folder, &["standard", "compare", "builtin", "standard"]), "没有不同。\n");
    let listed = json(&folder, &["standard", "list", "--standard", "standard", "--json"]);
    assert_eq!(listed["overridden"].as_array().unwrap().len(), NAMES);
    assert!(names(&folder.join("standard")).iter().all(|name| name.ends_with(".toml")));
}

#[test]
fn every_table_goes_out_as_a_workbook_and_comes_back_the_same() {
    let folder = fresh("standard-xlsx");
    run_well(&folder, &["standard", "export", "--all", "--out", "tables.xlsx"]);
    for table in table_names(&folder) {
        run_well(&folder, &["standard", "import", "tables.xlsx", "--table", &table, "--into", "standard"]);
        let one = format!("{table}.xlsx");
        run_well(&folder, &["standard", "export", &table, "--out", &one, "--standard", "standard"]);
        assert_eq!(
            run_well(&folder, &["standard", "compare", &format!("standard/{table}.toml"), &one]),
            "没有不同。\n"
        );
    }
    assert_eq!(run_well(&folder, &["standard", "compare", "builtin", "standard"]), "没有不同。\n");
    // the same tables, the same bytes
    run_well(&folder, &["standard", "export", "--all", "--out", "again.xlsx"]);
    assert_eq!(fs::read(folder.join("tables.xlsx")).unwrap(), fs::read(folder.join("again.xlsx")).unwrap());
}

#[test]
fn an_edit_shows_and_the_city_beside_it_has_it() {
    let folder = fresh("standard-edit");
    run_well(&folder, &["standard", "export", "uninsured_reasons", "--out", "a.csv"]);
    let text = fs::read_to_string(folder.join("a.csv")).unwrap();
    let edited = text
        .replace("经济困难,", "家庭经济困难,")
        .replace("缴不起费", "缴不起费；没钱")
        .replace("308,空挂户,户在人不在,untraced,\r\n", "")
        + "401,易地搬迁,,untraced,\r\n";
    assert_ne!(text, edited);
    // as a Chinese office program saves it
    let (gbk, ..) = encoding_rs::GBK.encode(edited.trim_start_matches('\u{feff}'));
    fs::write(folder.join("a.csv"), gbk).unwrap();
    let import = ["standard", "import", "a.csv", "--table", "uninsured_reasons", "--into", "standard"];
    let dry = run_well(&folder, &[&import[..], &["--dry-run"]].concat());
    assert!(dry.contains("未写入") && dry.contains("易地搬迁") && !folder.join("standard").exists(), "{dry}");
    let said = run_well(&folder, &[&import[..], &["--edition", "2017.1", "--valid-from", "2017-01-01"]].concat());
    for words in
        ["已写入", "新增", "删除", "改名", "经济困难 → 家庭经济困难", "+没钱", "代码新增 1 个，删除 1 个，改动 1 个"]
    {
        assert!(said.contains(words), "no {words} in:\n{said}");
    }
    let told = json(&folder, &["standard", "compare", "builtin", "standard", "--json"]);
    let found = &told["tables"][0];
    assert_eq!((&told["same"], &found["table"]), (&Value::Bool(false), &Value::from("uninsured_reasons")));
    assert_eq!((&found["added"][0]["code"], &found["removed"][0]["code"]), (&Value::from("401"), &Value::from("308")));
    assert_eq!(found["changed"][0]["renamed"]["to"], "家庭经济困难");
    assert_eq!(found["changed"][0]["aliases_added"][0], "没钱");
    let file = ["standard", "compare", "standard/uninsured_reasons.toml", "a.csv", "--table", "uninsured_reasons"];
    assert_eq!(run_well(&folder, &file), "没有不同。\n");
    fs::write(folder.join("city.toml"), "").unwrap();
    let listed = run_well(&folder, &["standard", "list", "--city", "city.toml"]);
    assert!(listed.contains("本地文件：uninsured_reasons。") && listed.contains("2017.1"), "{listed}");
    run_well(&folder, &["standard", "dictionary", "--out", "d.html", "--city", "city.toml"]);
    assert!(fs::read_to_string(folder.join("d.html")).unwrap().contains("易地搬迁"));
    // English says the same
    let english = run_well(&folder, &["--lang", "en", "standard", "compare", "builtin", "standard"]);
    assert!(english.contains("Codes: 1 added, 1 removed, 1 changed."), "{english}");
}

#[test]
fn an_edit_that_says_no_edition_is_called_local() {
    let folder = fresh("standard-local");
    run_well(&folder, &["standard", "export", "hukou", "--out", "hukou.csv"]);
    let text = fs::read_to_string(folder.join("hukou.csv")).unwrap();
    fs::write(folder.join("hukou.csv"), text.replace("华侨", "归侨")).unwrap();
    for _ in 0..2 {
        let import = ["standard", "import", "hukou.csv", "--table", "hukou", "--into", "standard", "--json"];
        assert_eq!(json(&folder, &import)["version"], "2016.1-local");
    }
}

#[test]
fn what_a_spreadsheet_spoiled_is_refused_with_its_rows() {
    let folder = fresh("standard-spoiled");
    for table in ["ethnic_groups", "categories"] {
        run_well(&folder, &["standard", "export", table, "--out", &format!("{table}.csv")]);
    }
    let good = fs::read_to_string(folder.join("ethnic_groups.csv")).unwrap();
    let attempt = |text: &str, words: &[&str]| {
        fs::write(folder.join("bad.csv"), text).unwrap();
        refused(&folder, &["standard", "import", "bad.csv", "--table", "ethnic_groups", "--into", "standard"], words);
    };
    attempt(&good.replace("\r\n01,", "\r\n1,"), &["第2行", "丢了前面的零", "“01”", "文本"]);
    attempt(&good.replace("\r\n02,", "\r\n01,"), &["第3行的代码“01”与第2行重复"]);
    attempt(&good.replace("藏族,", ","), &["第5行的名称是空的"]);
    attempt(&good.replace("藏族,", "=A1,"), &["第5行第2列是公式", "粘贴"]);
    attempt(&good.replace("代码,名称", "代码,名字"), &["表头"]);
    attempt(&good.replace(",分组,备注", ",分组"), &["缺少“备注”"]);
    attempt(&good.replace("藏族,4；藏,,", "藏族,4；藏,,,多的"), &["第5行第6列在五列之外"]);
    attempt("\"代码,名称", &["引号"]);
    attempt("", &["表头"]);
    let text = fs::read_to_string(folder.join("categories.csv")).unwrap();
    fs::write(folder.join("categories.csv"), text.replace("partial,", "part,")).unwrap();
    let import = ["standard", "import", "categories.csv", "--table", "categories", "--into", "standard"];
    refused(&folder, &import, &["2 处", "“part”不能新增", "缺少代码“partial”", "不能增删"]);
    refused(&folder, &["standard", "import", "no.csv", "--table", "hukou", "--into", "standard"], &["no.csv"]);
    refused(&folder, &["standard", "import", "bad.csv", "--table", "hukuo", "--into", "standard"], &["hukuo", "hukou"]);
    refused(&folder, &["standard", "export", "hukou", "--out", "a.doc"], &["a.doc", ".xlsx"]);
    refused(&folder, &["standard", "dictionary", "--out", "a.pdf"], &["a.pdf", ".html"]);
    refused(&folder, &["standard", "compare", "builtin", "nowhere"], &["nowhere"]);
}

#[test]
fn numbers_formulas_and_dates_of_a_workbook_are_told_apart() {
    let folder = fresh("standard-cells");
    let book = |name: &str, fill: &dyn Fn(&mut rust_xlsxwriter::Worksheet)| {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (column, title) in (0..).zip(["代码", "名称", "别名", "分组", "备注"]) {
            sheet.write(3, column, title).unwrap();
        }
        sheet.write(4, 0, "110").unwrap().write(4, 1, "职工养老").unwrap().write(4, 3, "pension").unwrap();
        fill(sheet);
        book.save(folder.join(name)).unwrap();
    };
    let import =
        |name: &'static str, table: &'static str| ["standard", "import", name, "--table", table, "--into", "standard"];
    book("number.xlsx", &|sheet| {
        sheet.write(5, 0, 310).unwrap().write(5, 1, "职工医疗").unwrap().write(5, 3, "medical").unwrap();
    });
    run_well(&folder, &import("number.xlsx", "schemes"));
    assert!(fs::read_to_string(folder.join("standard/schemes.toml")).unwrap().contains("code = \"310\""));
    let before = contents(&folder.join("standard"));
    book("formula.xlsx", &|sheet| {
        sheet.write(5, 0, Formula::new("=1+1").set_result("2")).unwrap().write(5, 1, "某").unwrap();
    });
    refused(&folder, &import("formula.xlsx", "schemes"), &["第6行第1列是公式"]);
    book("zeros.xlsx", &|sheet| {
        sheet.write(5, 0, 7).unwrap().write(5, 1, "某族").unwrap();
    });
    refused(&folder, &import("zeros.xlsx", "ethnic_groups"), &["第6行", "丢了前面的零", "“07”"]);
    book("date.xlsx", &|sheet| {
        let format = rust_xlsxwriter::Format::new().set_num_format("m-d");
        sheet.write_with_format(5, 0, 42_371, &format).unwrap().write(5, 1, "某").unwrap();
    });
    refused(&folder, &import("date.xlsx", "schemes"), &["第6行第1列成了日期"]);
    fs::write(folder.join("no.xlsx"), "not a workbook").unwrap();
    refused(&folder, &import("no.xlsx", "schemes"), &["no.xlsx", "读不出来"]);
    assert_eq!(contents(&folder.join("standard")), before);
}

#[test]
fn the_dictionary_has_every_item_and_every_table() {
    let folder = fresh("standard-dictionary");
    let said = run_well(&folder, &["standard", "dictionary", "--out", "字典.html"]);
    assert!(said.contains("71 个项目，23 个代码表"), "{said}");
    let page = fs::read_to_string(folder.join("字典.html")).unwrap();
    for words in [
        "社会保障号码",
        "AAC002",
        "城镇企业职工养老保险",
        "基诺族",
        "统一社会信用代码",
        "目录",
        "2016.1",
        "入户核实结果",
    ] {
        assert!(page.contains(words), "no {words}");
    }
    assert!(!page.contains("http") && !page.contains("<script"), "the page needs something beside it");
    // each link stands on something
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(page.contains(&format!("id=\"{link}\"")), "nothing is called {link}");
    }
    run_well(&folder, &["standard", "dictionary", "--out", "字典.xlsx"]);
    let mut book = calamine::open_workbook_auto(folder.join("字典.xlsx")).unwrap();
    assert_eq!(book.sheet_names().len(), NAMES + 2);
    assert_eq!(&book.sheet_names()[..2], ["指标项目", "代码表"]);
    let items = book.worksheet_range("指标项目").unwrap();
    assert_eq!(items.rows().count(), 3 + 71);
    assert!(
        items
            .rows()
            .any(|row| row[3] == Data::String("姓名".to_owned()) && row[5] == Data::String("AAC003".to_owned()))
    );
    let sexes = book.worksheet_range("性别").unwrap();
    assert_eq!(sexes.get_value((4, 0)), Some(&Data::String("1".to_owned())));
    assert_eq!(names(&folder), ["字典.html", "字典.xlsx"]);
    run_well(&folder, &["standard", "dictionary", "--out", "又.html"]);
    assert_eq!(fs::read_to_string(folder.join("又.html")).unwrap(), page);
}

#[test]
fn a_broken_file_of_the_citys_is_refused_by_name() {
    let folder = fresh("standard-broken");
    run_well(&folder, &["standard", "export", "sexes", "--out", "sexes.csv"]);
    run_well(&folder, &["standard", "import", "sexes.csv", "--table", "sexes", "--into", "standard"]);
    copy(&folder.join("standard"), &folder.join("misspelt"));
    fs::rename(folder.join("misspelt/sexes.toml"), folder.join("misspelt/sexs.toml")).unwrap();
    refused(&folder, &["standard", "list", "--standard", "misspelt"], &["sexs.toml", "sexes"]);
    let text = fs::read_to_string(folder.join("standard/sexes.toml")).unwrap();
    fs::write(folder.join("standard/sexes.toml"), text.replace("code = \"2\"", "code = \"1\"")).unwrap();
    refused(&folder, &["standard", "dictionary", "--out", "a.html", "--standard", "standard"], &["sexes.toml", "“1”"]);
    fs::write(folder.join("standard/sexes.toml"), "title = ").unwrap();
    refused(&folder, &["standard", "list", "--standard", "standard"], &["sexes.toml第1行"]);
    refused(&folder, &["standard", "list", "--standard", "nowhere"], &["nowhere"]);
}

#[test]
fn a_command_line_that_is_wrong_is_told_in_chinese() {
    let folder = fresh("standard-lines");
    let said = transcript(&folder, &["standard", "export", "--out", "a.csv"]);
    assert_eq!(
        said,
        "exit: 2\n--- stdout\n--- stderr\n错误：命令缺少参数：<TABLE>。\n提示：加上 --help 可以看到例子和全部参数。\n"
    );
    let said =
        transcript(&folder, &["standard", "import", "a.csv", "--table", "hukou", "--into", "b", "--valid-from", "x"]);
    assert!(said.contains("--valid-from <DATE> 的值“x”不能用"), "{said}");
}

#[test]
fn values_outside_the_tables_of_a_run_are_counted() {
    let run = small().run.as_path();
    let told = json(run, &["standard", "unknown", ".", "--json"]);
    let values = told["values"].as_array().unwrap();
    let sum: u64 = values.iter().map(|value| value["count"].as_u64().unwrap()).sum();
    assert_eq!(told["total"], sum);
    // what the program writes itself is always in its tables
    let own = ["population", "life", "pension", "medical", "category", "reasons", "kind", "scheme", "status"];
    assert!(values.iter().all(|value| !own.contains(&value["field"].as_str().unwrap())), "{told}");
    // a table that lacks what the run has: every one of them is counted as it is written
    let folder = fresh("standard-unknown");
    run_well(&folder, &["standard", "export", "sexes", "--out", "sexes.csv"]);
    let text = fs::read_to_string(folder.join("sexes.csv")).unwrap();
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("1,")).collect();
    fs::write(folder.join("sexes.csv"), without.join("\n")).unwrap();
    run_well(&folder, &["standard", "import", "sexes.csv", "--table", "sexes", "--into", "standard"]);
    let place = run.to_str().unwrap();
    let told = json(&folder, &["standard", "unknown", place, "--standard", "standard", "--json"]);
    let sexes = told["values"].as_array().unwrap().iter().find(|value| value["field"] == "sex").unwrap();
    assert_eq!((&sexes["record"], &sexes["value"]), (&Value::from("person"), &Value::from("1")));
    assert!(sexes["count"].as_u64().unwrap() > 100);
    let shown = run_well(&folder, &["standard", "unknown", place, "--standard", "standard"]);
    assert!(shown.contains("表外的写法") && shown.contains("性别"), "{shown}");
    refused(&folder, &["standard", "unknown", "standard"], &["standard"]);
}
