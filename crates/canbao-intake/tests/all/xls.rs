//! XLS, from files that `tests/files/make_xls.py` made.

use std::path::Path;

use calamine::{Data, Reader, Xls};
use canbao_domain::source::SourceKind;

use crate::common::Case;

fn book(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name)).unwrap()
}

fn case(bytes: &[u8]) -> Case {
    Case::new(SourceKind::EmployeePension, "名单.xls", bytes)
}

#[test]
fn sheets_titles_numbers_and_dates() {
    let read = case(&book("sheets.xls")).read();
    let sheets: Vec<_> = read.parts.iter().map(|part| part.sheet.as_deref().unwrap()).collect();
    assert_eq!(sheets, ["一镇", "二镇"]);
    assert_eq!(read.parts[0].header_row, 3);
    assert_eq!(read.column("name"), ["张甲", "李乙", "王丙", "钱丁"]);
    let numbers = ["610902198503120010", "610902199012310023", "61090219780101003X", "610902196001010044"];
    assert_eq!(read.column("number"), numbers);
    assert_eq!(read.column("birth_date"), ["1985-03-12", "1990-12-31", "1978/1/1", ""]);
    assert_eq!(read.column("phone"), ["13900000001", "", "13900000003", ""]);
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 2, 1, 3]);
    assert_eq!(read.rows.iter().map(|row| (row.row, row.line)).collect::<Vec<_>>(), [(1, 4), (2, 5), (3, 6), (5, 2)]);
    assert_eq!((read.rejected[0].row, read.rejected[0].line), (4, 8));
}

#[test]
fn strings_over_continuations_and_every_kind_of_number() {
    let read = case(&book("long.xls")).read();
    assert_eq!((read.rows.len(), read.totals.rejected), (500, 0));
    for (r, row) in read.rows.iter().enumerate() {
        assert_eq!(row.get("name"), if r % 3 == 0 { format!("Wang {r}") } else { format!("王{r}") });
        assert_eq!(row.get("number"), format!("61090219850312{r:04}"));
        let place = if r % 2 == 1 { "汉滨区江北街道张滩社区" } else { "abcdefghij" };
        assert_eq!(row.get("address"), format!("{r}号{}", place.repeat(r % 7 + 1)));
        assert_eq!(row.get("phone"), (13_900_000_000_u64 + r as u64).to_string());
        assert_eq!(
            (row.get("unit_code"), row.get("status")),
            (r.to_string().as_str(), (r as f64 / 100.0).to_string().as_str())
        );
    }
}

#[test]
fn another_reader_reads_the_same() {
    let bytes = book("long.xls");
    let mut other: Xls<_> = Xls::new(std::io::Cursor::new(bytes.clone())).unwrap();
    let range = other.worksheet_range("长表").unwrap();
    let read = case(&bytes).read();
    assert_eq!(range.height(), read.rows.len() + 1);
    for (row, cells) in read.rows.iter().zip(range.rows().skip(1)) {
        for (field, cell) in ["name", "number", "address", "phone", "unit_code", "status"].iter().zip(cells) {
            let written = match cell {
                Data::String(text) => text.clone(),
                Data::Float(value) => value.to_string(),
                Data::Int(value) => value.to_string(),
                other => panic!("{other:?}"),
            };
            assert_eq!(row.get(field), written);
        }
    }
}

#[test]
fn a_hidden_sheet_can_be_asked_for() {
    let mut case = Case::text(book("sheets.xls"));
    case.spec.sheets = vec!["旧数据".to_owned()];
    assert_eq!(case.read().column("name"), ["赵隐"]);
    case.spec.sheets = vec!["没有".to_owned()];
    let error = case.error();
    assert!(error.to_string().contains("没有") && error.hint().unwrap().contains("“一镇”"), "{error}");
}

#[test]
fn a_file_that_was_cut_off_is_refused() {
    let whole = book("sheets.xls");
    for len in (8..whole.len() - 1024).step_by(97) {
        let error = case(&whole[..len]).error();
        assert!(error.to_string().contains("xls"), "{error}");
    }
}
