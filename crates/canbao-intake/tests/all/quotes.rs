//! Quotes: line breaks in them, doubled ones, stray ones.

use crate::common::{Case, list, name, number};

const HEADER: &str = "姓名,身份证号码,住址,参保状态\n";

fn read(rows: &str) -> crate::common::Read {
    Case::text(format!("{HEADER}{rows}")).read()
}

#[test]
fn quoted_cells_are_rfc_4180() {
    let rows = format!(
        "\"王,强\",\"{}\",\"汉滨区\r\n江北街道\",\"正常参保\"\r\n\"李\"\"小\"\"明\",{},\"\",正常参保\r\n",
        number(1),
        number(2)
    );
    let read = read(&rows);
    assert_eq!(read.column("name"), ["王,强", "李\"小\"明"]);
    assert_eq!(read.column("address"), ["汉滨区\r\n江北街道", ""]);
    assert_eq!(read.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(read.totals.rejected, 0);
}

#[test]
fn a_quote_within_a_cell_is_a_character() {
    let read =
        read(&format!("王强,{},“老街”\"旧号\"3号,正常参保\n李敏,{},\"老店\"旁3号,正常参保\n", number(1), number(2)));
    assert_eq!(read.column("address"), ["“老街”\"旧号\"3号", "\"老店\"旁3号"]);
}

#[test]
fn excels_text_formula_is_unwrapped() {
    let read = read(&format!("王强,=\"{}\",甲村,正常参保\n李敏,\"=\"\"{}\"\"\",乙村,正常参保\n", number(1), number(2)));
    assert_eq!(read.column("number"), [number(1), number(2)]);
}

#[test]
fn an_unclosed_quote_costs_its_own_line_at_most() {
    let mut rows = String::new();
    for k in 0..20_000 {
        let open = if k == 7 { "\"" } else { "" };
        rows += &format!("{},{},{open}甲村{k}组,正常参保\n", name(k), number(k));
    }
    let read = read(&rows);
    assert_eq!(read.rows.len(), 20_000);
    assert_eq!(read.rows[7].get("address"), "\"甲村7组");
    assert_eq!(read.rows[8].get("name"), name(8));
    assert_eq!(read.rows[8].line, 10);
}

#[test]
fn an_unclosed_quote_in_a_line_of_the_wrong_width_is_rejected() {
    let read = read(&format!("王强,{},\"甲村,乙组,正常参保\n李敏,{},丙村,正常参保\n", number(1), number(2)));
    assert_eq!(read.column("name"), ["李敏"]);
    assert_eq!(read.rejected.len(), 1);
    assert_eq!(read.rejected[0].text, format!("王强,{},\"甲村,乙组,正常参保", number(1)));
    assert_eq!(read.rows[0].line, 3);
}

#[test]
fn two_stray_quotes_do_not_swallow_what_is_between() {
    // `"甲` opens on one row, `乙"` would close it many rows on.
    let mut rows = String::new();
    for k in 0..500 {
        let (before, after) = if k == 3 {
            ("\"", "")
        } else if k == 400 {
            ("", "\"")
        } else {
            ("", "")
        };
        rows += &format!("{},{},{before}甲村{after},正常参保\n", name(k), number(k));
    }
    let read = read(&rows);
    assert_eq!(read.rows.len() + read.rejected.len(), 500);
    assert_eq!(read.column("name"), (0..500).map(name).collect::<Vec<_>>());
}

#[test]
fn neighbours_with_stray_quotes_stay_two_rows() {
    let read = read(&format!("王强,{},\"甲村,正常参保\n李敏,{},乙村\",正常参保\n", number(1), number(2)));
    assert_eq!(read.column("address"), ["\"甲村", "乙村\""]);
}

#[test]
fn a_quote_open_at_the_end_of_the_file() {
    let read = read(&format!("王强,{},甲村,正常参保\n李敏,{},乙村,\"正常参保", number(1), number(2)));
    assert_eq!(read.column("name"), ["王强", "李敏"]);
}

#[test]
fn quoted_line_breaks_across_blocks() {
    // Records of three lines, more of them than a block holds.
    let mut rows = String::new();
    for k in 0..12_000 {
        rows += &format!("{},{},\"甲村\n第{k}\n组\",正常参保\n", name(k), number(k));
    }
    let read = read(&rows);
    assert_eq!(read.totals.rejected, 0);
    assert_eq!(read.rows.len(), 12_000);
    for (k, row) in read.rows.iter().enumerate() {
        assert_eq!(row.line, 2 + 3 * k as i64);
        assert_eq!(row.get("address"), format!("甲村\n第{k}\n组"));
    }
}

#[test]
fn quotes_in_titles_do_not_matter() {
    let text = format!("\"某县,名单\"\n{}", list(5, ",", "\n"));
    assert_eq!(Case::text(text).read().rows.len(), 5);
}

/// Separators within quoted cells are no evidence that a quote is a stray one.
#[test]
fn quoted_separators_beside_a_quoted_line_break() {
    let read =
        Case::text(format!("姓名|身份证号码|住址|联系电话|参保状态\n\"||\"|{}|\"\n\"||\"||\"\n", number(1))).read();
    assert_eq!(read.totals.rejected, 0);
    assert_eq!(read.rows.len(), 1);
    assert_eq!(read.rows[0].get("number"), number(1));
    assert_eq!(read.rows[0].get("status"), "||");
}
