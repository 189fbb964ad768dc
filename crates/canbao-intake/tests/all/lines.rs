//! Lines that are no rows, and rows of the wrong width.

use canbao_domain::source::{Field, SourceKind};

use crate::common::{Case, list, name, number};

#[test]
fn titles_blank_lines_repeated_headers_and_totals() {
    let header = "序号,姓名,身份证号码,参保状态";
    let row = |k: u64| format!("{k},{},{},正常参保", name(k), number(k));
    let text = [
        "某县城镇职工养老保险参保人员名单,,,",
        "制表单位：某县,,,2016年10月",
        "",
        header,
        &row(1),
        "",
        "   ",
        ",,,",
        &row(2),
        header,
        &row(3),
        "合  计,3人,,",
        "制表人：某某,,,审核人：某某",
    ]
    .join("\r\n");
    let read = Case::text(text).read();
    assert_eq!(read.parts[0].header_row, 4);
    assert_eq!(read.column("name"), [name(1), name(2), name(3)]);
    assert_eq!(read.rows.iter().map(|row| (row.row, row.line)).collect::<Vec<_>>(), [(1, 5), (2, 9), (3, 11)]);
    assert_eq!(read.rejected.iter().map(|row| (row.row, row.line)).collect::<Vec<_>>(), [(4, 12), (5, 13)]);
    assert_eq!(read.rejected[0].text, "合  计,3人,,");
    let part = &read.totals.parts[0];
    assert_eq!((part.rows, part.rejected, part.blank, part.headers), (5, 2, 4, 4));
}

#[test]
fn a_header_of_two_rows() {
    let text = format!(
        "人员信息,,,参保信息,\n姓名,身份证号码,性别,参保状态,首次参保年月\n{},{},男,正常参保,201001\n",
        name(1),
        number(1)
    );
    let read = Case::text(text).read();
    assert_eq!((read.parts[0].header_row, read.rows.len()), (2, 1));
    let text =
        format!("姓名,身份证号码,参保信息,\n,,参保状态,首次参保年月\n{},{},正常参保,201001\n", name(1), number(1));
    let read = Case::text(text).read();
    assert_eq!(read.parts[0].header_row, 2);
    assert_eq!((read.rows[0].get("name"), read.rows[0].get("since")), (name(1).as_str(), "201001"));
}

#[test]
fn too_many_cells_are_rejected_unless_blank() {
    let text = format!(
        "姓名,身份证号码,参保状态\n{},{},正常参保,,\n{},{},正常参保,多余\n{},{},正常参保\n",
        name(1),
        number(1),
        name(2),
        number(2),
        name(3),
        number(3)
    );
    let read = Case::text(text).read();
    assert_eq!(read.column("name"), [name(1), name(3)]);
    assert_eq!(read.reasons(), [(3, "有4格，表头只有3列，内容里可能混入了分隔符")]);
}

#[test]
fn trailing_blanks_may_be_missing() {
    let text = format!(
        "姓名,身份证号码,参保状态,联系电话\n{},{}\n{},{},正常参保\n{}\n",
        name(1),
        number(1),
        name(2),
        number(2),
        name(3)
    );
    let read = Case::text(text).read();
    assert_eq!(read.column("status"), ["", "正常参保"]);
    assert_eq!(read.reasons(), [(4, "只有1格，表头有4列")]);
}

#[test]
fn a_row_broken_in_two_is_rejected_in_two() {
    let text = format!(
        "姓名,身份证号码,住址,参保状态,联系电话\n{},{},甲村,正常参保,1\n{},{},乙\n村,正常参保,2\n{},{},丙村,正常参保,3\n",
        name(1),
        number(1),
        name(2),
        number(2),
        name(3),
        number(3)
    );
    let read = Case::text(text).read();
    assert_eq!(read.column("name"), [name(1), name(3)]);
    let halves = "，像是被换行拆成了两行";
    assert_eq!(read.reasons().iter().filter(|(_, reason)| reason.ends_with(halves)).count(), 2);
}

#[test]
fn a_file_cut_off_within_a_row() {
    let text =
        format!("姓名,身份证号码,住址,参保状态\n{},{},甲村,正常参保\n{},{},乙", name(1), number(1), name(2), number(2));
    let read = Case::text(text).read();
    assert_eq!(read.reasons(), [(3, "只有3格，表头有4列，文件在这一行中间断了")]);
}

#[test]
fn the_end_marks_of_dos() {
    for mark in [&b"\x1a"[..], b"\x1a\x1a\x1a", b"\x1a\0\0\0\0"] {
        let read = Case::text([list(3, ",", "\r\n").as_bytes(), mark].concat()).read();
        assert_eq!((read.rows.len(), read.totals.rejected), (3, 0));
    }
}

#[test]
fn zero_bytes() {
    let text =
        format!("姓名,身份证号码,参保状态\n{}\0\0,{},正常参保\n王\0强,{},正常参保\n", name(1), number(1), number(2));
    let read = Case::text(text).read();
    assert_eq!(read.column("name"), [name(1)]);
    assert_eq!(read.reasons(), [(3, "第1格里有空字符（NUL），内容已损坏")]);
    assert!(read.rejected[0].text.starts_with("王\\x00强,"));
}

#[test]
fn a_huge_cell_and_a_huge_line_are_one_row_each() {
    let text = format!(
        "姓名,身份证号码,参保状态\n{},{},正常参保\n{},{},正常参保\n",
        "长".repeat(60_000),
        number(1),
        name(2),
        number(2)
    );
    let read = Case::text(text).read();
    assert_eq!((read.rows.len(), read.rejected.len()), (1, 1));
    assert!(read.rejected[0].reason.contains("第1格超过"));

    let text = format!("姓名,身份证号码,参保状态\n{}\n{},{},正常参保\n", "长,".repeat(2_000_000), name(2), number(2));
    let read = Case::text(text).read();
    assert_eq!(read.rows.iter().map(|row| (row.row, row.line)).collect::<Vec<_>>(), [(2, 3)]);
    assert!(read.rejected[0].reason.contains("这一行超过"));
    assert!(read.rejected[0].text.len() < 10_000);
}

#[test]
fn blanks_of_all_widths_are_null() {
    let text = format!("姓名,身份证号码,参保状态,联系电话\n{},{},\u{3000}, \u{200b}\n", name(1), number(1));
    let read = Case::text(text).read();
    assert!(!read.rows[0].cells.contains_key("status") && !read.rows[0].cells.contains_key("phone"));
    assert_eq!(read.rows[0].code("status_code"), 0);
}

#[test]
fn cells_stay_as_written() {
    let text = format!("姓名,身份证号码,参保状态\n 王　强 ,'{},正常参保\n", number(1));
    let read = Case::text(text).read();
    assert_eq!(read.rows[0].get("name"), " 王　强 ");
    assert_eq!(read.rows[0].get("number"), format!("'{}", number(1)));
}

#[test]
fn a_header_alone_is_no_error() {
    let read = Case::text("姓名,身份证号码,参保状态\r\n").read();
    assert_eq!((read.totals.rows, read.totals.parts[0].headers), (0, 1));
}

#[test]
fn employers_have_totals_too() {
    let text =
        "单位编号,单位名称,统一社会信用代码\n1001,安康市甲商贸有限公司,91610902G9B8UQQRUG\n1002,总计商贸行,\n合计,,\n";
    let read = Case::new(SourceKind::InsuredUnits, "参保单位.csv", text.as_bytes()).read();
    assert_eq!(read.column("name"), ["安康市甲商贸有限公司", "总计商贸行"]);
    assert_eq!(read.rejected.len(), 1);
}

#[test]
fn rows_wider_than_a_batch_is_long() {
    // Short lines: more rows in a block than in a batch.
    let mut case = Case::text((0..50_000).fold("甲,乙\n".to_owned(), |text, k| text + &format!("王{},{k}\n", k % 7)));
    case.spec.columns = [("甲".to_owned(), Field::Name), ("乙".to_owned(), Field::Phone)].into();
    let read = case.read();
    assert_eq!(read.rows.len(), 50_000);
    assert!(read.rows.iter().enumerate().all(|(k, row)| row.get("phone") == k.to_string() && row.line == k as i64 + 2));
}
