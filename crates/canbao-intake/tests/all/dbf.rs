//! DBF, written by code as old programs write it.

use canbao_domain::source::SourceKind;
use encoding_rs::{Encoding, GB18030, UTF_8};

use crate::common::{Case, encode, file_in, name, number};

/// A column: name, type, length, decimals.
pub(crate) type Column<'a> = (&'a [u8], u8, usize, u8);

pub(crate) struct Table<'a> {
    pub(crate) version: u8,
    pub(crate) driver: u8,
    pub(crate) columns: Vec<Column<'a>>,
    /// Records with their deletion flags, each field padded to its length.
    pub(crate) records: Vec<(u8, Vec<Vec<u8>>)>,
    pub(crate) end: &'a [u8],
}

impl Table<'_> {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let record_len = 1 + self
            .columns
            .iter()
            .map(|(_, kind, len, decimals)| if *kind == b'C' { len + (usize::from(*decimals) << 8) } else { *len })
            .sum::<usize>();
        let mut bytes = vec![self.version, 116, 11, 1];
        bytes.extend((self.records.len() as u32).to_le_bytes());
        bytes.extend((33 + 32 * self.columns.len() as u16).to_le_bytes());
        bytes.extend((record_len as u16).to_le_bytes());
        bytes.extend([0; 17]);
        bytes.push(self.driver);
        bytes.extend([0; 2]);
        for (name, kind, len, decimals) in &self.columns {
            let mut entry = [0; 32];
            entry[..name.len()].copy_from_slice(name);
            (entry[11], entry[16], entry[17]) = (*kind, *len as u8, *decimals);
            bytes.extend(entry);
        }
        bytes.push(0x0D);
        for (flag, cells) in &self.records {
            bytes.push(*flag);
            for ((_, kind, len, decimals), cell) in self.columns.iter().zip(cells) {
                let len = if *kind == b'C' { len + (usize::from(*decimals) << 8) } else { *len };
                let mut cell = cell.clone();
                cell.resize(len, b' ');
                bytes.extend(cell);
            }
        }
        bytes.extend(self.end);
        bytes
    }

    fn case(&self) -> Case {
        Case::new(SourceKind::RuralMedical, "新农合.dbf", &self.bytes())
    }
}

fn people(encoding: &'static Encoding, rows: u64) -> Table<'static> {
    let record = |k: u64| {
        (b' ', vec![encode(encoding, &name(k)), number(k).into_bytes(), b"1".to_vec(), encode(encoding, "正常参合")])
    };
    Table {
        version: 3,
        driver: 0,
        columns: vec![(b"XM", b'C', 20, 0), (b"SFZH", b'C', 40, 0), (b"XB", b'C', 1, 0), (b"CHZT", b'C', 12, 0)],
        records: (0..rows).map(record).collect(),
        end: b"\x1a",
    }
}

#[test]
fn dbase_three_in_gbk() {
    let read = people(GB18030, 20_000).case().read();
    assert_eq!(read.parts[0].encoding, Some("gb18030"));
    assert_eq!((read.rows.len(), read.totals.rejected), (20_000, 0));
    assert_eq!(read.column("name"), (0..20_000).map(name).collect::<Vec<_>>());
    assert_eq!(read.column("number"), (0..20_000).map(number).collect::<Vec<_>>());
    assert!(read.rows.iter().all(|row| row.code("status_code") == 1 && row.code("sex_code") == 1));
    assert_eq!((read.rows[0].line, read.rows[19_999].line), (1, 20_000));
}

#[test]
fn encodings_by_content_then_by_what_is_said() {
    assert_eq!(people(UTF_8, 50).case().read().parts[0].encoding, Some("UTF-8"));
    // A driver byte that is not true: FoxPro writes "Windows ANSI" wherever it runs.
    let mut table = people(GB18030, 50);
    table.driver = 0x03;
    assert_eq!(table.case().read().column("name")[3], name(3));
    // Only the label beside it tells of a table in plain ASCII.
    let mut table = people(GB18030, 0);
    table.records = vec![(b' ', vec![b"WANG".to_vec(), number(1).into_bytes(), vec![], vec![]])];
    let case = table.case();
    file_in(case.dir.path(), "新农合.cpg", b"UTF-8\r\n");
    assert_eq!(case.read().parts[0].encoding, Some("UTF-8"));
}

#[test]
fn chinese_field_names_cut_at_ten_bytes() {
    let mut table = people(GB18030, 3);
    let names: Vec<Vec<u8>> =
        ["参合人员姓", "公民身份号", "性别", "参合状态"].map(|name| encode(GB18030, name)).to_vec();
    for (column, name) in table.columns.iter_mut().zip(&names) {
        column.0 = Box::leak(name.clone().into_boxed_slice());
    }
    let read = table.case().read();
    assert_eq!((read.column("name")[2], read.column("number")[2]), (name(2).as_str(), number(2).as_str()));
}

#[test]
fn every_type_as_plain_text() {
    let columns: Vec<Column<'_>> = vec![
        (b"XM", b'C', 10, 0),
        (b"SFZH", b'N', 20, 0),
        (b"CSRQ", b'D', 8, 0),
        (b"LXDH", b'N', 12, 0),
        (b"CBRQ", b'T', 8, 0),
        (b"HH", b'I', 4, 0),
        (b"DWBH", b'B', 8, 0),
        (b"TCQ", b'Y', 8, 0),
        (b"CHBZ", b'L', 1, 0),
        (b"DZ", b'V', 10, 0),
        (b"_NullFlags", b'0', 1, 0),
    ];
    let seconds = 12 * 3600 + 34 * 60 + 56;
    let time = [2_455_198_i32.to_le_bytes(), (seconds * 1000_i32).to_le_bytes()].concat();
    let record = |flag: u8| {
        let cells = vec![
            encode(GB18030, "王强"),
            b"  610902198503121234".to_vec(),
            b"19850312".to_vec(),
            b" 13900000001".to_vec(),
            time.clone(),
            (-7_i32).to_le_bytes().to_vec(),
            100_234.0_f64.to_le_bytes().to_vec(),
            12_345_600_i64.to_le_bytes().to_vec(),
            b"T".to_vec(),
            [&encode(GB18030, "甲村")[..], &[0, 0, 0, 0, 0, 4]].concat(),
            vec![0],
        ];
        (flag, cells)
    };
    let mut blank = record(b' ');
    blank.1[1..].iter_mut().for_each(|cell| cell.fill(b' '));
    blank.1[2] = b"00000000".to_vec();
    blank.1[4] = vec![0; 8];
    let table =
        Table { version: 0x30, driver: 0x7A, columns, records: vec![record(b' '), record(b'*'), blank], end: b"\x1a" };
    let read = table.case().read();
    let row = &read.rows[0];
    let cells = [
        ("name", "王强"),
        ("number", "610902198503121234"),
        ("birth_date", "1985-03-12"),
        ("phone", "13900000001"),
        ("since", "2010-01-01 12:34:56"),
        ("household", "-7"),
        ("unit_code", "100234"),
        ("pooling_area", "1234.5600"),
        ("status", "T"),
        ("address", "甲村"),
    ];
    for (field, value) in cells {
        assert_eq!(row.get(field), value, "{field}");
    }
    assert!(!read.rows[1].cells.contains_key("birth_date") && !read.rows[1].cells.contains_key("since"));
    assert_eq!((read.rejected[0].row, read.rejected[0].line, read.rejected[0].reason.as_str()), (2, 2, "已作删除标记"));
    assert!(read.rejected[0].text.starts_with("王强\t610902198503121234\t1985-03-12\t"));
}

#[test]
fn long_text_fields() {
    let address = "甲村".repeat(100);
    let columns: Vec<Column<'_>> = vec![(b"XM", b'C', 8, 0), (b"SFZH", b'C', 18, 0), (b"DZ", b'C', 144, 1)];
    let record = (b' ', vec![encode(GB18030, "王强"), number(1).into_bytes(), encode(GB18030, &address)]);
    let read = Table { version: 3, driver: 0, columns, records: vec![record], end: b"" }.case().read();
    assert_eq!(read.rows[0].get("address"), address);
}

#[test]
fn a_name_cut_within_a_character_keeps_what_is_whole() {
    let mut table = people(GB18030, 2);
    table.columns[0].2 = 9;
    let mut cut = encode(GB18030, "阿卜杜热合");
    cut.truncate(9);
    table.records[1].1[0] = cut;
    assert_eq!(table.case().read().column("name"), [name(0), "阿卜杜热".to_owned()]);
}

#[test]
fn bytes_that_are_no_text_and_zero_bytes() {
    let mut table = people(GB18030, 4);
    table.records[1].1[0] = b"\xCD\xF5\xFF\xC7".to_vec();
    table.records[2].1[0] = [&encode(GB18030, "王")[..], b"\0", &encode(GB18030, "强")].concat();
    table.records[3].1[0] = [&encode(GB18030, "王强")[..], b"\0\0\0"].concat();
    table.records.push((b'?', table.records[0].1.clone()));
    let read = table.case().read();
    assert_eq!(read.column("name"), [name(0), "王强".to_owned()]);
    let reasons = read.reasons();
    assert!(reasons[0].1.contains("XM") && reasons[0].1.contains("字节"), "{reasons:?}");
    assert!(reasons[1].1.contains("NUL") && reasons[2].1.contains("删除标记无效"));
    assert!(read.rejected[0].text.starts_with("王\\xFF"));
    assert!(!read.rejected.iter().any(|row| row.text.contains('\u{fffd}')));
}

#[test]
fn a_table_that_was_cut_off_is_refused() {
    let whole = people(GB18030, 100).bytes();
    let case = Case::new(SourceKind::RuralMedical, "新农合.dbf", &whole[..whole.len() - 500]);
    let error = case.error();
    assert!(error.to_string().contains("文件头写有100条记录，实际只有93条"), "{error}");
    // Whole, but its header counts wrongly: more than there are, or fewer.
    let mut more = whole.clone();
    more[4] = 120;
    assert_eq!(Case::new(SourceKind::RuralMedical, "新农合.dbf", &more).read().rows.len(), 100);
    let mut fewer = whole.clone();
    fewer[4] = 0;
    assert_eq!(Case::new(SourceKind::RuralMedical, "新农合.dbf", &fewer).read().rows.len(), 100);
    // No end mark, or what a copy adds after it.
    for end in [&b""[..], b"\x1a\0\0\0\0", b"\r\n"] {
        let bytes = [&whole[..whole.len() - 1], end].concat();
        let read = Case::new(SourceKind::RuralMedical, "新农合.dbf", &bytes).read();
        assert_eq!((read.rows.len(), read.totals.rejected), (100, 0), "{end:?}");
    }
}

#[test]
fn a_header_that_does_not_fit_is_refused() {
    for (at, value) in [(8, 16), (10, 1), (10, 40)] {
        let mut bytes = people(GB18030, 3).bytes();
        bytes[at] = value;
        bytes[at + 1] = 0;
        let error = Case::new(SourceKind::RuralMedical, "新农合.dbf", &bytes).error();
        assert!(error.to_string().contains("DBF") || error.to_string().contains("不完整"), "{error}");
    }
}

#[test]
fn a_dbf_by_another_name() {
    let case = Case::new(SourceKind::RuralMedical, "新农合.dat", &people(GB18030, 5).bytes());
    assert_eq!(case.read().rows.len(), 5);
}

#[test]
fn memos() {
    let columns: Vec<Column<'_>> = vec![(b"XM", b'C', 8, 0), (b"SFZH", b'C', 18, 0), (b"DZ", b'M', 10, 0)];
    let record =
        |pointer: &str| (b' ', vec![encode(GB18030, "王强"), number(1).into_bytes(), pointer.as_bytes().to_vec()]);
    let table = Table {
        version: 0xF5,
        driver: 0,
        columns,
        records: vec![record("         8"), record(""), record("      9999")],
        end: b"\x1a",
    };
    let case = table.case();
    // Without its memo file the text is gone; the rows are not.
    assert_eq!(case.read().column("address"), ["", "", ""]);
    let mut memo = vec![0; 512];
    memo[6..8].copy_from_slice(&64_u16.to_be_bytes());
    let text = encode(GB18030, "汉滨区江北街道");
    memo.extend([&1_u32.to_be_bytes()[..], &(text.len() as u32).to_be_bytes(), &text].concat());
    file_in(case.dir.path(), "新农合.fpt", &memo);
    assert_eq!(case.read().column("address"), ["汉滨区江北街道", "", ""]);
}
