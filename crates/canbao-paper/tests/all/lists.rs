//! Lists.

use std::fs;

use calamine::Data;
use canbao_paper::{Cell, Column, Kind, ListPlan, MOST_ROWS, PaperError};

use crate::{at, book, read};

fn plan(name: &str) -> ListPlan {
    ListPlan {
        name: name.to_owned(),
        title: "入户调查名单".to_owned(),
        note: "共 3 人。".to_owned(),
        columns: vec![
            Column::new("姓名", Kind::Text),
            Column::new("号码", Kind::Text),
            Column::new("住址", Kind::Long),
            Column::new("人数", Kind::Count),
            Column::new("日期", Kind::Date),
            Column::new("备注", Kind::ToFill),
        ],
        group: Some(0),
        empty: "没有需要入户的人，不必办理。".to_owned(),
    }
}

#[test]
fn what_is_written_is_read_by_others() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path);
    let mut list = book.list(plan("名单")).unwrap();
    let rows = [
        [
            Cell::Text("𠅤某·某"),
            Cell::Text("610902198503121234"),
            Cell::Text("a<b>&\"c\" \u{1}d_x0041_"),
            Cell::Count(1_234_567),
            Cell::Date(17_106),
            Cell::Blank,
        ],
        [Cell::Text(""), Cell::Text("00123"), Cell::Text("=1+1"), Cell::Count(-5), Cell::Date(-25_568), Cell::Blank],
    ];
    for row in &rows {
        list.row(row).unwrap();
    }
    assert!(matches!(list.row(&rows[0][..3]), Err(PaperError::Shape { .. })));
    assert_eq!(list.end().unwrap(), 2);
    book.save().unwrap();

    let sheets = read(&path);
    assert_eq!(sheets.len(), 1);
    let (name, range) = &sheets[0];
    assert_eq!(name, "名单");
    assert_eq!(at(range, 0, 0), "入户调查名单");
    assert_eq!(at(range, 1, 0), "共 3 人。");
    assert_eq!((0..6).map(|c| at(range, 2, c)).collect::<Vec<_>>(), ["姓名", "号码", "住址", "人数", "日期", "备注"]);
    assert_eq!(at(range, 3, 0), "𠅤某·某");
    assert_eq!(range.get_value((3, 1)), Some(&Data::String("610902198503121234".to_owned())));
    assert_eq!(at(range, 3, 2), "a<b>&\"c\" \u{1}d_x0041_");
    assert_eq!(at(range, 3, 3), "1234567");
    assert!(matches!(range.get_value((3, 4)), Some(Data::DateTime(d)) if d.as_f64() == 42_675.0));
    assert_eq!(at(range, 4, 1), "00123");
    assert_eq!(at(range, 4, 2), "=1+1");
    assert_eq!(at(range, 4, 4), "1899-12-31");
    assert_eq!(range.end(), Some((4, 5)));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no scratch file is left");
}

#[test]
fn a_long_list_goes_on_in_further_sheets_and_loses_no_row() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path).rows_per_sheet(3 + 10);
    let mut list = book.list(plan("名单")).unwrap();
    for n in 0..25 {
        list.row(&[Cell::Text("某"), Cell::Blank, Cell::Blank, Cell::Count(n), Cell::Blank, Cell::Blank]).unwrap();
    }
    assert_eq!(list.end().unwrap(), 25);
    book.save().unwrap();
    let sheets = read(&path);
    assert_eq!(sheets.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["名单", "名单2", "名单3"]);
    let mut counts = Vec::new();
    for (_, range) in &sheets {
        assert_eq!(at(range, 2, 3), "人数");
        let last = range.end().unwrap().0;
        assert!(last < 13);
        counts.extend((3..=last).map(|row| at(range, row, 3).parse::<i64>().unwrap()));
    }
    assert_eq!(counts, (0..25).collect::<Vec<_>>());
    assert_eq!(at(&sheets[2].1, 0, 0), "入户调查名单（续3）");
}

#[test]
fn a_list_that_fills_its_sheet_begins_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path).rows_per_sheet(3 + 10);
    let mut list = book.list(plan("名单")).unwrap();
    for n in 0..10 {
        list.row(&[Cell::Text("某"), Cell::Blank, Cell::Blank, Cell::Count(n), Cell::Blank, Cell::Blank]).unwrap();
    }
    list.end().unwrap();
    book.save().unwrap();
    assert_eq!(read(&path).len(), 1);
}

#[test]
fn rows_never_pass_the_end_of_a_sheet() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path).rows_per_sheet(u32::MAX);
    let one = ListPlan { columns: vec![Column::new("数", Kind::Count)], group: None, ..plan("名单") };
    let mut list = book.list(one).unwrap();
    let rows = i64::from(MOST_ROWS) - 3 + 2;
    for n in 0..rows {
        // blank rows cost nothing
        list.row(&[if n < rows - 5 { Cell::Blank } else { Cell::Count(n) }]).unwrap();
    }
    list.end().unwrap();
    book.save().unwrap();
    let sheets = read(&path);
    assert_eq!(sheets.len(), 2);
    assert_eq!(at(&sheets[0].1, MOST_ROWS - 1, 0), (rows - 3).to_string());
    assert_eq!(sheets[0].1.end().unwrap().0, MOST_ROWS - 1);
    assert_eq!(at(&sheets[1].1, 4, 0), (rows - 1).to_string());
}

#[test]
fn an_empty_list_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path);
    assert_eq!(book.list(plan("名单")).unwrap().end().unwrap(), 0);
    book.save().unwrap();
    assert_eq!(at(&read(&path)[0].1, 3, 0), "没有需要入户的人，不必办理。");
}

#[test]
fn equal_content_gives_equal_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let make = |name: &str, text: &str| {
        let path = dir.path().join(name);
        let mut book = book(&path);
        let mut page = book.page("说明", "说明").unwrap();
        page.fact("基准日", Cell::Date(17_106)).unwrap();
        page.end().unwrap();
        for list in ["甲", "乙"] {
            let mut list = book.list(plan(list)).unwrap();
            for n in 0..300 {
                list.row(&[Cell::Text(text), Cell::Blank, Cell::Blank, Cell::Count(n), Cell::Blank, Cell::Blank])
                    .unwrap();
            }
            list.end().unwrap();
        }
        book.save().unwrap();
        fs::read(path).unwrap()
    };
    let first = make("a.xlsx", "某");
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    assert!(first == make("b.xlsx", "某"));
    assert!(first != make("c.xlsx", "谁"));
}

#[test]
fn names_that_no_sheet_can_have_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut book = book(&dir.path().join("a.xlsx"));
    book.list(plan("名单")).unwrap().end().unwrap();
    for name in ["名单", "a/b", &"长".repeat(32)] {
        assert!(matches!(book.list(plan(name)), Err(PaperError::Shape { .. })), "{name}");
    }
    let none = ListPlan { columns: Vec::new(), ..plan("空") };
    assert!(book.list(none).is_err());
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let about = canbao_paper::About { title: String::new(), author: String::new(), date: (2016, 11, 1) };
    let error = canbao_paper::Book::create("/nowhere/at/all/a.xlsx".as_ref(), about).unwrap_err();
    assert!(error.to_string().contains("/nowhere/at/all/a.xlsx") && error.hint().is_some());
}
