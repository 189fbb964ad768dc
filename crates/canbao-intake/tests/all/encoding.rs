//! Encodings: recognised, checked, never guessed away.

use encoding_rs::{BIG5, GB18030, UTF_8};

use crate::common::{Case, encode, list, name, number};

fn wide(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xFEFF).into_iter().chain(text.encode_utf16());
    units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
}

#[test]
fn each_encoding_with_each_separator() {
    for separator in [",", "\t", ";", "|"] {
        for line_end in ["\r\n", "\n", "\r"] {
            let text = list(40, separator, line_end);
            let files: [(&str, Vec<u8>); 8] = [
                ("UTF-8", text.clone().into_bytes()),
                ("UTF-8", format!("\u{feff}{text}").into_bytes()),
                ("gb18030", encode(GB18030, &text)),
                ("gb18030", [&[0x84, 0x31, 0x95, 0x33], encode(GB18030, &text).as_slice()].concat()),
                ("UTF-16LE", wide(&text, false, true)),
                ("UTF-16BE", wide(&text, true, true)),
                ("UTF-16LE", wide(&text, false, false)),
                ("UTF-16BE", wide(&text, true, false)),
            ];
            for (encoding, bytes) in files {
                // Old Macs did not know UTF-16.
                if line_end == "\r" && encoding.starts_with("UTF-16") {
                    continue;
                }
                let read = Case::text(bytes).read();
                assert_eq!(read.parts[0].encoding, Some(encoding));
                assert_eq!(read.parts[0].separator, separator.chars().next());
                assert_eq!(read.totals.rejected, 0);
                assert_eq!(
                    read.column("name"),
                    (0..40).map(name).collect::<Vec<_>>(),
                    "{encoding} {separator:?} {line_end:?}"
                );
                assert_eq!(read.column("number"), (0..40).map(number).collect::<Vec<_>>());
                assert_eq!(read.rows[7].line, 9);
                assert!(read.rows.iter().all(|row| row.code("status_code") == 1));
            }
        }
    }
}

#[test]
fn a_beginning_of_plain_ascii_says_nothing() {
    // More than the first MiB without one Chinese character, as headers and codes of DBF exports are.
    let mut bytes = b"XM,SFZH,CBZT\r\n".to_vec();
    for k in 0..40_000 {
        bytes.extend(format!("WANG {k},{},1\r\n", number(k)).bytes());
    }
    assert!(bytes.len() > 1 << 20);
    bytes.extend(encode(GB18030, &format!("{},{},1\r\n", name(5), number(5))));
    let read = Case::text(bytes).read();
    assert_eq!((read.rows.len(), read.totals.rejected), (40_001, 0));
    assert_eq!(read.rows[40_000].get("name"), name(5));
}

#[test]
fn two_files_in_one_keep_all_rows() {
    let rows = |from: u64, to: u64| -> String {
        (from..to).map(|k| format!("{},{},正常参保\n", name(k), number(k))).collect()
    };
    for (first, second) in [(UTF_8, GB18030), (GB18030, UTF_8)] {
        let mut bytes = encode(first, "姓名,身份证号码,参保状态\n");
        bytes.extend(encode(first, &rows(0, 2000)));
        bytes.extend(encode(second, &rows(2000, 2300)));
        let read = Case::text(bytes).read();
        assert_eq!(read.totals.rejected, 0);
        assert_eq!(read.column("name"), (0..2300).map(name).collect::<Vec<_>>());
    }
}

#[test]
fn a_row_with_bytes_that_are_no_text_is_kept_as_written() {
    let mut utf8 = list(100, ",", "\n").into_bytes();
    let place = utf8.len();
    utf8.extend(format!("王?明,{},正常参保\n", number(200)).bytes());
    let mark = utf8[place..].iter().position(|byte| *byte == b'?').unwrap() + place;
    utf8.splice(mark..=mark, [0xE5, 0xBC]);
    utf8.extend(format!("李后,{},正常参保\n", number(201)).bytes());
    let read = Case::text(utf8).read();
    assert_eq!((read.rows.len(), read.rejected.len()), (101, 1));
    assert_eq!((read.rejected[0].row, read.rejected[0].line), (101, 102));
    assert_eq!(read.rejected[0].text, format!("王\\xE5\\xBC明,{},正常参保", number(200)));
    assert!(read.rejected[0].reason.contains("2个字节不是UTF-8"));
    assert_eq!(read.rows[100].get("name"), "李后");

    let mut gb = encode(GB18030, &list(100, ",", "\n"));
    gb.extend(b"\xCD\xF5\xFF,610902198503120010,\xB2\xCE\xB1\xA3\n");
    gb.extend(encode(GB18030, &format!("李后,{},正常参保\n", number(201))));
    let read = Case::text(gb).read();
    assert_eq!((read.rows.len(), read.rejected.len()), (101, 1));
    assert_eq!(read.rejected[0].text, "王\\xFF,610902198503120010,参保");
    assert!(!read.rows.iter().any(|row| row.get("name").contains('\u{fffd}')));
}

#[test]
fn half_a_surrogate_spoils_its_row_only() {
    let text = list(3, "\t", "\r\n");
    let mut units: Vec<u16> = std::iter::once(0xFEFF).chain(text.encode_utf16()).collect();
    units.extend("王".encode_utf16().chain([0xD840]).chain(format!("\t{}\t正常参保\r\n", number(9)).encode_utf16()));
    // 𠅤, a surname of Shaanxi, stands outside the basic plane.
    units.extend(format!("𠅤明\t{}\t正常参保\r\n", number(10)).encode_utf16());
    let bytes: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let read = Case::text(bytes).read();
    assert_eq!(read.rejected.len(), 1);
    assert!(read.rejected[0].text.starts_with("王\\xED\\xA1\\x80\t"));
    assert_eq!(read.rows[3].get("name"), "𠅤明");
}

#[test]
fn rare_and_private_characters_are_kept() {
    let people = ["𠅤明", "㐱玉", "王\u{e863}", "阿卜杜勒·热合曼", "王？", "龙〇"];
    let text: String = people.iter().enumerate().map(|(k, name)| format!("{name},{},1\n", number(k as u64))).collect();
    let text = format!("姓名,身份证号码,参保状态\n{text}");
    for bytes in [text.clone().into_bytes(), encode(GB18030, &text)] {
        assert_eq!(Case::text(bytes).read().column("name"), people);
    }
}

#[test]
fn an_encoding_can_be_given() {
    let rows: String = (0..20).map(|k| format!("王小明,{},正常參保\n", number(k))).collect();
    let mut case = Case::text(encode(BIG5, &format!("姓名,身份證號碼,狀態\n{rows}")));
    case.spec.encoding = Some("big5".to_owned());
    case.spec.columns.insert("身份證號碼".to_owned(), canbao_domain::source::Field::Number);
    let read = case.read();
    assert_eq!(read.parts[0].encoding, Some("Big5"));
    assert_eq!(read.column("number"), (0..20).map(number).collect::<Vec<_>>());

    // A given encoding is not second-guessed: what it does not explain is rejected.
    let mut case =
        Case::text([list(3, ",", "\n").as_bytes(), &encode(GB18030, &format!("王强,{},1\n", number(4)))].concat());
    case.spec.encoding = Some("utf-8".to_owned());
    assert_eq!(case.read().rejected.len(), 1);
}

#[test]
fn a_file_of_another_kind_is_refused_by_name() {
    for (bytes, says) in [
        (&b""[..], "空的"),
        (b"%PDF-1.4\n", "PDF"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"<html><table><tr><td>\xe5\xa7\x93</td></tr></table>", "网页"),
        (b"PK\x03\x04broken", "xlsx"),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1broken", "xls"),
        (b"PAR1broken", "Parquet"),
        (b"\x01\x02\x03\x04\x05", "认出"),
    ] {
        let error = Case::text(bytes).error();
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.to_string().starts_with("名单.csv"), "{error}");
        assert!(error.hint().is_some_and(|hint| hint.starts_with('请') || hint.starts_with("可能")), "{error}");
    }
}
