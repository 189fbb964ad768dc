//! Papers by command: bulletins and reports of the demo's city.

use std::collections::BTreeMap;
use std::path::Path;

use calamine::{Data, Reader as _, Xlsx, open_workbook};
use serde_json::Value;

use crate::registry_areas::filled;
use crate::support::city::small;
use crate::support::folder::contents;
use crate::support::program::{run, run_well};
use crate::support::table::Table;

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

/// What a formula of a workbook comes to: sums of a range, shares of two cells of this sheet or of two others.
fn worked_out(formula: &str, cell: &dyn Fn(&str, &str) -> Option<f64>, sheet: &str) -> Option<f64> {
    if formula == "0" {
        return Some(0.0);
    }
    if let Some(range) = formula.strip_prefix("SUM(").and_then(|rest| rest.strip_suffix(')')) {
        let (from, to) = range.split_once(':').unwrap();
        let ((left, top), (right, bottom)) = (place(from), place(to));
        let cells = (top..=bottom).flat_map(|row| (left..=right).map(move |column| (row, column)));
        return Some(cells.map(|(row, column)| cell(sheet, &address(row, column)).unwrap_or_default()).sum());
    }
    let inner =
        formula.strip_prefix("IF(").and_then(|rest| rest.strip_suffix(')')).unwrap_or_else(|| panic!("{formula}"));
    let (test, share) = inner.split_once("=0,\"—\",").unwrap_or_else(|| panic!("{formula}"));
    let (part, whole) = share.split_once('/').unwrap();
    assert_eq!(test, whole, "{formula}");
    let value = |at: &str| match at.split_once('!') {
        Some((other, at)) => cell(other.trim_matches('\''), at),
        None => cell(sheet, at),
    };
    let whole = value(whole).unwrap_or_default();
    (whole != 0.0).then(|| value(part).unwrap_or_default() / whole)
}

/// Column and row of an address, from 0.
fn place(address: &str) -> (u32, u32) {
    let digits = address.find(|c: char| c.is_ascii_digit()).unwrap();
    let column = address[..digits].bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    (column - 1, address[digits..].parse::<u32>().unwrap() - 1)
}

fn address(row: u32, column: u32) -> String {
    let (mut letters, mut rest) = (String::new(), column + 1);
    while rest > 0 {
        letters.insert(0, char::from(b'A' + u8::try_from((rest - 1) % 26).unwrap()));
        rest = (rest - 1) / 26;
    }
    format!("{letters}{}", row + 1)
}

#[test]
fn a_workbooks_totals_are_formulas_that_come_to_what_it_shows() {
    let folder = filled("papers-book");
    well(&folder, &["snapshot"]);
    let said = well(&folder, &["workbook", "--out", "book.xlsx"]);
    let mut book: Xlsx<_> = open_workbook(folder.join("book.xlsx")).unwrap();
    let mut cells: BTreeMap<(String, String), Data> = BTreeMap::new();
    let mut formulas = Vec::new();
    let mut rows = 0;
    for sheet in book.sheet_names() {
        let range = book.worksheet_range(&sheet).unwrap();
        let (top, left) = range.start().unwrap();
        for (row, column, data) in range.used_cells() {
            let at = address(top + row as u32, left + column as u32);
            // a label with figures beside it, under the head, that is no total
            let is_row =
                column == 0 && top + row as u32 > 2 && sheet != "口径" && *data != Data::String("合计".to_owned());
            rows += usize::from(is_row && range.get((row, 1)).is_some_and(|beside| *beside != Data::Empty));
            cells.insert((sheet.clone(), at), data.clone());
        }
        let range = book.worksheet_formula(&sheet).unwrap();
        let Some((top, left)) = range.start() else { continue };
        for (row, column, formula) in range.used_cells() {
            formulas.push((sheet.clone(), address(top + row as u32, left + column as u32), formula.clone()));
        }
    }
    let shown = |sheet: &str, at: &str| match cells.get(&(sheet.to_owned(), at.to_owned())) {
        Some(Data::Float(value)) => Some(*value),
        Some(Data::Int(value)) => Some(*value as f64),
        _ => None,
    };
    assert!(formulas.len() > 200, "{}", formulas.len());
    for (sheet, at, formula) in &formulas {
        let formula = formula.trim_start_matches('=');
        let value = shown(sheet, at).or_else(|| {
            let cell = cells.get(&(sheet.clone(), at.clone()));
            cell.and_then(|cell| cell.to_string().parse().ok())
        });
        match (worked_out(formula, &shown, sheet), value) {
            (Some(right), Some(value)) => {
                assert!((right - value).abs() < 1e-9, "{sheet} {at} {formula}: {right} {value}")
            }
            (right, value) => assert_eq!(right, value, "{sheet} {at} {formula}"),
        }
    }
    // no row is cut off, and the total is the pages'
    assert!(said.contains(&format!("{rows} 行")), "{rows} rows: {said}");
    let told: Value = serde_json::from_str(&well(&folder, &["indicators", "--json"])).unwrap();
    let population = told["total"]["population"]["numerator"].as_f64().unwrap();
    assert!(formulas.iter().any(|(sheet, at, _)| shown(sheet, at) == Some(population)));
}

/// The rows of a file of comma-separated values, by the names of its columns.
fn csv(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.strip_prefix('\u{feff}').unwrap().split_terminator("\r\n");
    let heads: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| heads.iter().map(ToString::to_string).zip(line.split(',').map(str::to_owned)).collect();
    lines.map(row).collect()
}

#[test]
fn what_is_exported_is_all_of_it_and_withholds_what_it_is_told_to() {
    let folder = filled("papers-export");
    well(&folder, &["snapshot"]);
    let said = well(&folder, &["export", "--out", "csv"]);
    well(&folder, &["export", "--out", "parquet", "--format", "parquet"]);
    let figures = csv(&folder.join("csv/figures.csv"));
    let counts = csv(&folder.join("csv/counts.csv"));
    let with_commas = |count: usize| {
        let digits = count.to_string();
        let cut = digits.len().saturating_sub(3);
        if cut == 0 { digits } else { format!("{},{}", &digits[..cut], &digits[cut..]) }
    };
    for (name, rows) in [("figures", figures.len()), ("counts", counts.len())] {
        assert!(said.contains(&format!("{name} {}", with_commas(rows))), "{name} {rows}: {said}");
        let table = Table::read(&folder.join(format!("parquet/{name}.parquet")));
        assert_eq!(table.len(), rows, "{name}");
    }
    let people: usize = counts.iter().map(|row| row["people"].parse::<usize>().unwrap()).sum();
    assert_eq!(people, small().table("persons").len());
    let table = Table::read(&folder.join("parquet/figures.parquet"));
    for (row, same) in table.rows().zip(&figures) {
        assert_eq!((row.text("indicator"), row.text("area")), (same["indicator"].as_str(), same["area"].as_str()));
        assert_eq!(row.int("numerator").to_string(), same["numerator"]);
    }
    // for outside: what is told is the same, few people never are
    let said = well(&folder, &["export", "--out", "out", "--withhold-below", "5"]);
    assert!(!folder.join("out/counts.csv").exists(), "{said}");
    let inside: BTreeMap<(&str, &str), &str> = figures
        .iter()
        .filter(|row| row["tree"] == "reporting" && row["dimension"].is_empty())
        .map(|row| ((row["area"].as_str(), row["indicator"].as_str()), row["numerator"].as_str()))
        .collect();
    let (mut told, mut withheld) = (0, 0);
    let outside = csv(&folder.join("out/figures.csv"));
    for row in &outside {
        let all = inside.get(&(row["area"].as_str(), row["indicator"].as_str())).copied().unwrap_or("0");
        match row["numerator"].as_str() {
            "" => withheld += 1,
            number => {
                assert_eq!(number, all, "{row:?}");
                let few = (1..5).contains(&number.parse::<u64>().unwrap());
                assert!(
                    !few || !["uninsured", "partial", "interrupted"].contains(&row["indicator"].as_str()),
                    "{row:?}"
                );
                told += 1;
            }
        }
    }
    assert!(told > 1_000 && withheld > 1_000, "{told} told, {withheld} withheld");
}

#[test]
fn each_area_below_gets_a_paper_of_its_own() {
    let folder = filled("papers-each");
    well(&folder, &["snapshot"]);
    let each = ["bulletin", "--each", "county", "--out-dir", "counties", "--date", "2016-12-02"];
    let said = well(&folder, &each);
    let indicators: Value = serde_json::from_str(&well(&folder, &["indicators", "--json"])).unwrap();
    let counties: Vec<&str> =
        indicators["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap()).collect();
    let made = contents(&folder.join("counties"));
    assert!(said.contains(&format!("写 {} 份", made.len())), "{said}");
    for (name, paper) in &made {
        assert!(counties.contains(&&name[..6]) && name.ends_with(".pdf") && paper.starts_with(b"%PDF-"), "{name}");
    }
    assert!(made.len() >= 10 && counties.iter().filter(|code| code.len() == 6).count() >= made.len());
    // a paper of the lot is the paper that is made alone
    let (name, paper) = made.iter().next().unwrap();
    well(&folder, &["bulletin", "--area", &name[..6], "--out", "alone.pdf", "--date", "2016-12-02"]);
    assert!(std::fs::read(folder.join("alone.pdf")).unwrap() == *paper, "{name}");
    let output = run(&folder, &["report", "bulletin", "--each", "village", "--out-dir", "v", DATABASE[0], DATABASE[1]]);
    assert_eq!(output.status.code(), Some(2));
}
