//! Pages of facts.

use canbao_paper::Cell;

use crate::{at, book, read};

#[test]
fn facts_and_tables_stand_one_under_the_other() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.xlsx");
    let mut book = book(&path);
    let mut page = book.page("说明", "汉滨区 全民参保登记").unwrap();
    page.line("本工作簿由系统生成。").unwrap().space();
    page.fact("基准日", Cell::Date(17_106)).unwrap().fact("人数", Cell::Count(12_304)).unwrap();
    let rows = [
        vec![Cell::Text("未参保"), Cell::Count(3), Cell::Blank],
        vec![Cell::Text("合计"), Cell::Count(3), Cell::Text("相符")],
    ];
    page.table(&["类别", "人数", "核对"], &rows, true).unwrap();
    page.end().unwrap();
    book.save().unwrap();
    let sheets = read(&path);
    let text: Vec<Vec<String>> = (0..8).map(|row| (0..3).map(|c| at(&sheets[0].1, row, c)).collect()).collect();
    assert_eq!(
        text,
        [
            ["汉滨区 全民参保登记", "", ""],
            ["本工作簿由系统生成。", "", ""],
            ["", "", ""],
            ["基准日", "2016-11-01", ""],
            ["人数", "12304", ""],
            ["类别", "人数", "核对"],
            ["未参保", "3", ""],
            ["合计", "3", "相符"],
        ]
    );
}
