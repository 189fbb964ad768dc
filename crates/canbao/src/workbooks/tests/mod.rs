//! Workbooks of a small run, read back by another library.

mod run;

use std::fs;
use std::path::Path;

use calamine::{Reader as _, Xlsx, open_workbook};
use canbao_domain::date::Date;

use super::{Job, Made, WorkbookError, write_all};
use run::{Run, areas, summary};

/// The cells of a sheet as text, row by row.
fn sheet(path: &Path, name: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    let range = book.worksheet_range(name).unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

/// What stands in some columns of a list, under its head.
fn list(path: &Path, name: &str, columns: &[&str]) -> Vec<Vec<String>> {
    let rows = sheet(path, name);
    let at: Vec<usize> = columns.iter().map(|c| rows[2].iter().position(|t| t == c).unwrap()).collect();
    rows[3..].iter().map(|row| at.iter().map(|at| row[*at].clone()).collect()).collect()
}

fn make(run: &Path, into: &Path, workers: usize) -> Result<Vec<Made>, WorkbookError> {
    let (areas, summary) = (areas(), summary());
    let job = Job {
        run,
        summary: &summary,
        city: "610900",
        city_name: "安康市",
        as_of: Date::from_ymd(2016, 11, 1).unwrap(),
        areas: &areas,
        workers,
    };
    write_all(&job, into, &|_| ())
}

#[test]
fn each_county_and_the_city_have_a_workbook_that_appears_with_the_run() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let run = Run::small().write(&out);
    let into = run.dir().join("workbooks");
    let made = make(run.dir(), &into, 2).unwrap();
    let names: Vec<_> = made.iter().map(|m| m.path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["610902-汉滨区.xlsx", "610921-汉阴县.xlsx", "610922-石泉县.xlsx", "610900-安康市.xlsx"]);
    let counts: Vec<_> = made.iter().map(|m| (m.area.as_str(), m.visits, m.rows)).collect();
    assert_eq!(counts, [("610902", 5, 11), ("610921", 1, 1), ("610922", 0, 0), ("610900", 2, 4)]);
    run.finish(&summary()).unwrap();
    let mut files: Vec<_> =
        fs::read_dir(out.join("workbooks")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    assert_eq!(files, ["610900-安康市.xlsx", "610902-汉滨区.xlsx", "610921-汉阴县.xlsx", "610922-石泉县.xlsx"]);
}

#[test]
fn the_survey_goes_by_town_village_and_household_and_says_why() {
    let dir = tempfile::tempdir().unwrap();
    let run = Run::small().write(&dir.path().join("run"));
    let made = make(run.dir(), dir.path(), 1).unwrap();
    let hanbin = &made[0].path;
    assert_eq!(
        list(hanbin, "入户调查名单", &["序号", "镇（街道）", "村（社区）", "户号", "姓名", "类别"]),
        [
            ["1", "老城街道", "老城居委会", "0007", "乙", "未参保"],
            ["2", "老城街道", "老城居委会", "0007", "丁", "部分参保"],
            ["3", "老城街道", "老城居委会", "0009", "甲", "未参保"],
            ["4", "江北街道", "张滩村委会", "0001", "丙", "中断参保"],
            ["5", "", "", "", "戊", "信息待核实"],
        ]
    );
    assert_eq!(
        list(hanbin, "入户调查名单", &["社会保障号码", "核实原因", "已知情况"]),
        [
            ["610902198503121234", "未参加养老保险；未参加医疗保险", "低保"],
            ["", "未参加医疗保险", ""],
            ["", "未参加养老保险；未参加医疗保险", ""],
            ["", "养老保险已中断", ""],
            ["", "参保记录无法确认是谁", "停保；城乡居民养老保险，人社/居民养老.xlsx（第二张）第12行"],
        ]
    );
    let note = &sheet(hanbin, "入户调查名单")[1][0];
    assert!(note.contains("2016年11月1日") && note.contains("共 4 人") && note.contains("另有 1 条"), "{note}");
    // whom no county knows, the city's own list has
    assert_eq!(list(&made[3].path, "入户调查名单", &["姓名", "类别"]), [["己", "信息待核实"], ["庚", "信息待核实"]]);
    assert!(sheet(&made[2].path, "入户调查名单")[3][0].contains("没有需要入户核实的人"));
}

#[test]
fn findings_stand_on_their_sheets_with_person_and_place() {
    let dir = tempfile::tempdir().unwrap();
    let run = Run::small().write(&dir.path().join("run"));
    let made = make(run.dir(), dir.path(), 1).unwrap();
    let hanbin = &made[0].path;
    let columns = ["问题", "姓名", "社会保障号码", "村（社区）", "数据来源", "所在位置"];
    assert_eq!(
        list(hanbin, "重复参保", &columns),
        [
            ["重复参加养老保险", "乙", "610902198503121234", "老城居委会", "", ""],
            ["同一险种重复记录", "丙", "", "张滩村委会", "东片新农合", "卫计/新农合.dbf 第4行"],
        ]
    );
    assert_eq!(list(hanbin, "重复参保", &["另一来源", "另一位置"])[1], ["东片新农合", "第1条"]);
    let columns = ["问题", "姓名", "数据来源", "所在位置", "原写号码", "原写姓名", "说明"];
    assert_eq!(
        list(hanbin, "数据有误", &columns),
        [
            ["无法确认是谁", "", "城乡居民养老保险", "人社/居民养老.xlsx（第二张）第12行", "无", "戊", ""],
            [
                "姓名不一致",
                "甲",
                "城乡居民养老保险",
                "人社/居民养老.xlsx（第一张）第3行",
                "612401850312123",
                "申",
                "名字少一个字"
            ],
        ]
    );
    assert_eq!(
        list(hanbin, "其他疑点", &["问题", "姓名", "联系电话"]),
        [["低保、五保、残疾人员未参保", "乙", "13900000000"]]
    );
    // rows of which no area is known are the city's
    assert_eq!(
        list(&made[3].path, "数据有误", &["问题", "所在位置"]),
        [["无法读取", "人社/居民养老.xlsx（第二张）第13行"]]
    );
}

#[test]
fn employers_are_listed_by_what_is_to_be_done() {
    let dir = tempfile::tempdir().unwrap();
    let run = Run::small().write(&dir.path().join("run"));
    let made = make(run.dir(), dir.path(), 1).unwrap();
    assert_eq!(
        list(&made[0].path, "未参保单位", &["类别", "单位名称", "工商登记", "参保登记", "参保人数"]),
        [["未参保", "汉江茶行", "有", "无", "0"]]
    );
    assert_eq!(list(&made[3].path, "未参保单位", &["类别", "单位名称", "参保人数"]), [["参保但未登记", "某商贸", "3"]]);
}

#[test]
fn the_first_sheet_holds_the_figures_of_the_summary() {
    let dir = tempfile::tempdir().unwrap();
    let run = Run::small().write(&dir.path().join("run"));
    let made = make(run.dir(), dir.path(), 1).unwrap();
    let facts = sheet(&made[0].path, "说明");
    let row = |label: &str| facts.iter().find(|row| row[0] == label).unwrap_or_else(|| panic!("{label}"));
    assert_eq!(row("基准日")[1], "2016-11-01");
    assert_eq!(row("未参保")[1..4], ["2", "2", "相符"]);
    assert_eq!(row("需入户合计")[1..4], ["4", "4", "相符"]);
    assert_eq!(row("人口合计")[1], "9");
    assert_eq!(row("老城街道")[1..3], ["6", "3"]);
    assert_eq!(row("不明")[1..3], ["1", "0"]);
    let city = sheet(&made[3].path, "说明");
    assert!(city.iter().any(|row| row[0] == "同一险种重复记录" && row[1..4] == ["1", "1", "相符"]));
    assert!(made.iter().all(|m| sheet(&m.path, "说明").iter().flatten().all(|cell| cell != "不符")));
}

#[test]
fn a_list_that_differs_from_the_summary_makes_nothing() {
    let miss_person = |run: &mut Run| {
        run.survey.pop();
    };
    let more_findings = |run: &mut Run| run.findings.push(run.findings[0].clone());
    let fewer_units = |run: &mut Run| {
        run.units.pop();
    };
    let county = |run: &mut Run| run.survey[0].county = Some("610921");
    type Change = fn(&mut Run);
    let changes: [(&str, Change); 4] = [
        ("610900", miss_person),
        ("duplicate-pension", more_findings),
        ("unregistered", fewer_units),
        ("610902", county),
    ];
    for (name, change) in changes {
        let dir = tempfile::tempdir().unwrap();
        let mut small = Run::small();
        change(&mut small);
        let run = small.write(&dir.path().join("run"));
        let into = dir.path().join("workbooks");
        let error = make(run.dir(), &into, 1).unwrap_err();
        assert!(matches!(&error, WorkbookError::Unbalanced { what, .. } if what.contains(name)), "{error}");
        assert_eq!(fs::read_dir(&into).unwrap().count(), 0);
        assert!(error.hint().is_some());
    }
}

#[test]
fn the_same_run_gives_the_same_bytes_whatever_the_order_of_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = |name: &str, workers: usize, turn: bool| -> Vec<Vec<u8>> {
        let mut small = Run::small();
        if turn {
            small.survey.reverse();
            small.findings.reverse();
            small.units.reverse();
        }
        let run = small.write(&dir.path().join(name));
        let made = make(run.dir(), &dir.path().join(format!("{name}-books")), workers).unwrap();
        made.iter().map(|m| fs::read(&m.path).unwrap()).collect()
    };
    let first = bytes("a", 1, false);
    assert!(first == bytes("b", 3, false));
    assert!(first == bytes("c", 2, true));
}
