//! XLSX: written by a library, and by hand where programs write oddly.

use std::io::{Cursor, Write as _};

use canbao_domain::source::SourceKind;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::common::{Case, name, number};

fn case(bytes: &[u8]) -> Case {
    Case::new(SourceKind::EmployeePension, "名单.xlsx", bytes)
}

/// A package with one sheet, whose `sheetData` and other parts are given.
pub(crate) fn package(sheet: &str, strings: &str, styles: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("xl/workbook.xml", "<workbook xmlns:r=\"r\"><workbookPr/><sheets><sheet name=\"表1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>".to_owned()),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships><Relationship Id=\"rId1\" Type=\"http://x/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"rId2\" Type=\"http://x/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>\
             <Relationship Id=\"rId3\" Type=\"http://x/styles\" Target=\"styles.xml\"/></Relationships>"
                .to_owned(),
        ),
        ("xl/worksheets/sheet1.xml", format!("<?xml version=\"1.0\"?><worksheet><sheetData>{sheet}</sheetData></worksheet>")),
        ("xl/sharedStrings.xml", format!("<sst>{strings}</sst>")),
        ("xl/styles.xml", format!("<styleSheet>{styles}</styleSheet>")),
    ];
    for (part, text) in parts {
        zip.start_file(part, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const HEADER: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>身份证号</t></is></c>\
                      <c r=\"C1\" t=\"inlineStr\"><is><t>出生日期</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>参保状态</t></is></c></row>";

#[test]
fn sheets_of_all_sorts() {
    let mut book = Workbook::new();
    let date = Format::new().set_num_format("yyyy\"年\"m\"月\"d\"日\"");
    let one = book.add_worksheet();
    one.set_name("一镇").unwrap();
    one.merge_range(0, 0, 0, 4, "某县参保人员名单", &Format::new()).unwrap();
    for (column, header) in ["姓名", "身份证号码（必填）", "出生日期", "参保状态", "联系电话"].iter().enumerate()
    {
        one.write_string(2, column as u16, *header).unwrap();
    }
    for k in 0..3_u32 {
        one.write_string(3 + k, 0, name(u64::from(k))).unwrap();
        one.write_string(3 + k, 1, number(u64::from(k))).unwrap();
        one.write_with_format(3 + k, 2, ExcelDateTime::from_ymd(1985, 3, 12).unwrap(), &date).unwrap();
        one.write_number(3 + k, 3, 1).unwrap();
        one.write_number(3 + k, 4, 13_900_000_000_f64 + f64::from(k)).unwrap();
    }
    one.write_string(7, 0, "合计").unwrap();
    let note = book.add_worksheet();
    note.set_name("填表说明").unwrap();
    note.write_string(0, 0, "姓名按身份证填写，身份证号为18位").unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("旧").unwrap().set_hidden(true);
    hidden.write_string(0, 0, "姓名").unwrap();
    hidden.write_string(0, 1, "身份证号").unwrap();
    hidden.write_string(1, 0, "赵隐").unwrap();
    book.add_worksheet().set_name("空").unwrap();
    let two = book.add_worksheet();
    two.set_name("二镇").unwrap();
    for (column, header) in ["参保状态", "公民身份号码", "姓名"].iter().enumerate() {
        two.write_string(0, column as u16, *header).unwrap();
    }
    two.write_string(1, 2, name(7)).unwrap();
    two.write_string(1, 1, number(7)).unwrap();
    let mut case = case(&book.save_to_buffer().unwrap());
    let read = case.read();
    assert_eq!(read.parts.iter().map(|part| part.sheet.as_deref().unwrap()).collect::<Vec<_>>(), ["一镇", "二镇"]);
    assert_eq!(read.column("name"), [name(0), name(1), name(2), name(7)]);
    assert_eq!(read.column("number"), [number(0), number(1), number(2), number(7)]);
    assert_eq!(read.column("birth_date"), ["1985-03-12", "1985-03-12", "1985-03-12", ""]);
    assert_eq!(read.column("phone"), ["13900000000", "13900000001", "13900000002", ""]);
    assert_eq!(read.rows.iter().map(|row| row.code("status_code")).collect::<Vec<_>>(), [1, 1, 1, 0]);
    assert_eq!(read.reasons(), [(8, "合计或表尾说明，不是数据行")]);

    case.spec.sheets = vec!["旧".to_owned()];
    assert_eq!(case.read().column("name"), ["赵隐"]);
    case.spec.sheets = vec!["二镇".to_owned(), "一镇".to_owned()];
    assert_eq!(case.read().column("name")[0], name(7));
}

#[test]
fn long_numbers_keep_their_digits() {
    let written = [
        // A program writes the number as such: whole in the file.
        ("610902198503121234", "610902198503121234"),
        // Excel keeps fifteen digits of what was typed.
        ("6.1090219850312102E+17", "610902198503121000"),
        ("6.10902198503121E17", "610902198503121000"),
        ("19850312", "19850312"),
        ("201301.29999999999", "201301.3"),
        ("1.0", "1"),
        ("-5", "-5"),
        ("007", "007"),
        ("6.1E+20", "610000000000000000000"),
    ];
    let rows: String = written
        .iter()
        .enumerate()
        .map(|(k, (value, _))| {
            let r = k + 2;
            format!("<row r=\"{r}\"><c r=\"A{r}\" t=\"str\"><v>王</v></c><c r=\"B{r}\"><v>{value}</v></c></row>")
        })
        .collect();
    let read = case(&package(&format!("{HEADER}{rows}"), "", "")).read();
    assert_eq!(read.column("number"), written.map(|(_, expected)| expected));
}

#[test]
fn cells_as_programs_write_them() {
    let strings = "<si><t>张</t></si><si><r><t>李</t></r><r><t xml:space=\"preserve\"> 敏</t></r><rPh sb=\"0\" eb=\"1\"><t>li</t></rPh></si>\
                   <si><t>\n 王&amp;强_x000D_&#x4E00; \n</t></si><si/>";
    let styles = "<numFmts><numFmt numFmtId=\"180\" formatCode=\"[$-804]yyyy&quot;年&quot;m&quot;月&quot;\"/><numFmt numFmtId=\"181\" formatCode=\"0.00E+00\"/></numFmts>\
                  <cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"180\"/><xf numFmtId=\"181\"/><xf numFmtId=\"31\"/></cellXfs>";
    let sheet = format!(
        "{HEADER}\
         <row r=\"2\" spans=\"1:4\"><c r=\"A2\" t=\"s\"><v>0</v></c><c r=\"C2\" s=\"1\"><v>31118</v></c><c r=\"D2\" t=\"b\"><v>1</v></c></row>\
         <row r=\"3\"><c t=\"s\"><v>1</v></c><c><v>1</v></c><c s=\"2\"><v>31118</v></c><c t=\"e\"><v>#N/A</v></c></row>\
         <row><c r=\"A4\" t=\"s\"><v>2</v></c><c r=\"C4\" s=\"3\"><v>31118</v></c><c r=\"D4\" t=\"e\"><v>#REF!</v></c></row>\
         <row r=\"9\"><c r=\"D9\" t=\"s\"><v>0</v></c><c r=\"A9\" t=\"s\"><v>0</v></c><c r=\"C9\" s=\"4\"><v>19850312</v></c><c r=\"B9\" s=\"1\"/></row>\
         <row r=\"10\"><c r=\"A10\" t=\"d\"><v>2016-11-01T00:00:00</v></c><c r=\"C10\" s=\"1\"><v>31118.5</v></c></row>\
         <row r=\"11\"><c r=\"A11\" t=\"s\"><v>77</v></c></row>\
         <row r=\"12\"><c r=\"A12\" t=\"s\"><v>3</v></c><c r=\"B12\"/></row>"
    );
    let read = case(&package(&sheet, strings, styles)).read();
    assert_eq!(read.column("name"), ["张", "李 敏", "王&强\r一", "张", "2016-11-01"]);
    assert_eq!(read.column("birth_date"), ["1985-03-12", "1985-03-12", "31118", "19850312", "1985-03-12 12:00:00"]);
    assert_eq!(read.column("status"), ["TRUE", "", "#REF!", "张", ""]);
    assert_eq!(read.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3, 4, 9, 10]);
    assert_eq!(read.reasons(), [(11, "有一格引用的文字在文件里不存在")]);
    assert_eq!(read.totals.parts[0].blank, 1);
}

#[test]
fn notes_beside_the_table_do_no_harm() {
    let sheet = format!(
        "{HEADER}<row r=\"2\"><c r=\"A2\" t=\"str\"><v>王</v></c><c r=\"B2\" t=\"str\"><v>{}</v></c><c r=\"Z2\" t=\"str\"><v>已核</v></c></row>",
        number(1)
    );
    assert_eq!(case(&package(&sheet, "", "")).read().column("number"), [number(1)]);
}

#[test]
fn a_sheet_of_people_that_is_not_understood_stops_the_run() {
    let mut book = Workbook::new();
    let one = book.add_worksheet();
    for (column, header) in ["姓名", "身份证号"].iter().enumerate() {
        one.write_string(0, column as u16, *header).unwrap();
    }
    let two = book.add_worksheet();
    for k in 0..5_u32 {
        two.write_string(k, 0, format!("x{k}")).unwrap();
        two.write_string(k, 3, format!("{},{}", name(1), number(u64::from(k)))).unwrap();
        two.write_string(k, 5, number(u64::from(k))).unwrap();
        two.write_string(k, 6, "?").unwrap();
    }
    let error = case(&book.save_to_buffer().unwrap()).error();
    assert!(error.to_string().contains("工作表“Sheet2”"), "{error}");
}

#[test]
fn what_unfolds_without_bound_is_refused() {
    // 64 MiB in one cell: a few KiB in the package.
    let bomb = "长".repeat(22 << 20);
    let sheet = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{bomb}</t></is></c></row>");
    let bytes = package(&sheet, "", "");
    assert!(bytes.len() < 1 << 20);
    let error = case(&bytes).error();
    assert!(error.to_string().contains("展开后大得不合理"), "{error}");
    let bytes = package(HEADER, &format!("<si><t>{bomb}</t></si>"), "");
    assert!(case(&bytes).error().to_string().contains("展开后大得不合理"));
    // A cell that is too long, but no bomb, costs its row.
    let long = "长".repeat(100_000);
    let sheet = format!(
        "{HEADER}<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>{long}</t></is></c></row><row r=\"3\"><c r=\"A3\" t=\"str\"><v>王</v></c></row>"
    );
    let read = case(&package(&sheet, "", "")).read();
    assert_eq!((read.rows.len(), read.rejected.len()), (1, 1));
}

#[test]
fn damaged_packages_are_refused() {
    let sheet = format!("{HEADER}<row r=\"2\"><c r=\"A2\" t=\"str\"><v>王");
    let error = case(&package(&sheet, "", "")).error();
    assert!(error.to_string().starts_with("名单.xlsx"), "{error}");
    let whole = package(HEADER, "", "");
    for len in [30, whole.len() / 2, whole.len() - 10] {
        assert!(case(&whole[..len]).error().to_string().contains("xlsx"));
    }
}

#[test]
fn dates_from_1904_and_the_leap_day_that_was_not() {
    let styles = "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>";
    let cells = ["1", "59", "60", "61", "42675", "0.5"];
    let rows: String = cells
        .iter()
        .enumerate()
        .map(|(k, value)| {
            format!(
                "<row r=\"{0}\"><c r=\"A{0}\" t=\"str\"><v>王</v></c><c r=\"C{0}\" s=\"1\"><v>{value}</v></c></row>",
                k + 2
            )
        })
        .collect();
    let read = case(&package(&format!("{HEADER}{rows}"), "", styles)).read();
    let expected = ["1900-01-01", "1900-02-28", "1900-02-28", "1900-03-01", "2016-11-01", "12:00:00"];
    assert_eq!(read.column("birth_date"), expected);
}

#[test]
fn birth_dates_that_lost_their_format() {
    let row = |r: usize, date: &str| {
        format!(
            "<row r=\"{r}\"><c r=\"A{r}\" t=\"str\"><v>王</v></c><c r=\"B{r}\" t=\"str\"><v>{}</v></c><c r=\"C{r}\"><v>{date}</v></c></row>",
            number(r as u64)
        )
    };
    let sheet = format!("{HEADER}{}{}{}", row(2, "31118"), row(3, "25569"), row(4, "42675"));
    assert_eq!(case(&package(&sheet, "", "")).read().column("birth_date"), ["1985-03-12", "1970-01-01", "2016-11-01"]);
    // Among written dates a five-digit number is what it is.
    let sheet = format!("{HEADER}{}{}{}", row(2, "19850312"), row(3, "31118"), row(4, "19900101"));
    assert_eq!(case(&package(&sheet, "", "")).read().column("birth_date"), ["19850312", "31118", "19900101"]);
}

#[test]
fn what_is_passed_over_is_said() {
    let mut book = Workbook::new();
    let list = book.add_worksheet();
    for (column, header) in ["姓名", "身份证号"].iter().enumerate() {
        list.write_string(0, column as u16, *header).unwrap();
    }
    book.add_worksheet().set_name("说明").unwrap().write_string(0, 0, "按要求填写").unwrap();
    let case = case(&book.save_to_buffer().unwrap());
    let extract = canbao_intake::open(&case.spec, &canbao_intake::Profiles::embedded().unwrap()).unwrap();
    assert_eq!(extract.skipped(), [("名单.xlsx".to_owned(), "说明".to_owned())]);
}

#[test]
fn another_reader_reads_the_same() {
    use calamine::{Data, Reader as _, Xlsx};
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in ["姓名", "身份证号", "联系电话", "单位编号"].iter().enumerate() {
        sheet.write_string(0, column as u16, *header).unwrap();
    }
    for k in 0..3000_u32 {
        sheet.write_string(k + 1, 0, format!("{}<&>\n\"{k}\"", name(u64::from(k)))).unwrap();
        sheet.write_string(k + 1, 1, number(u64::from(k))).unwrap();
        sheet.write_number(k + 1, 2, f64::from(k) * 1.1).unwrap();
        if k % 3 > 0 {
            sheet.write_number(k + 1, 3, f64::from(k) * 1e9).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    let mut other: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let range = other.worksheet_range("Sheet1").unwrap();
    let read = case(&bytes).read();
    assert_eq!(read.rows.len(), 3000);
    for (row, cells) in read.rows.iter().zip(range.rows().skip(1)) {
        for (field, cell) in ["name", "number", "phone", "unit_code"].iter().zip(cells) {
            let written = match cell {
                Data::String(text) => text.clone(),
                Data::Float(value) => value.to_string(),
                Data::Empty => String::new(),
                other => panic!("{other:?}"),
            };
            assert_eq!(row.get(field), written);
        }
    }
}
