use canbao_domain::number::{CitizenNumber, NumberForm, read_number};
use proptest::prelude::*;

use crate::number::{body, text_of};

fn form(raw: &str) -> NumberForm {
    read_number(raw, None).form
}

/// 61090219850312123 and its check character.
const NUMBER: &str = "610902198503121237";

#[test]
fn valid_as_it_stands() {
    let number = text_of(61_090_219_850_312_123);
    assert_eq!(number, NUMBER);
    let reading = read_number(NUMBER, None);
    assert_eq!((reading.form, reading.text.as_str()), (NumberForm::Exact, NUMBER));
    assert_eq!(form("11010519491231002X"), NumberForm::Exact);
    // 布尔津县 looks made up and is not.
    assert_eq!(form(&text_of(65_432_119_900_101_123)), NumberForm::Exact);
}

#[test]
fn valid_once_folded() {
    for raw in [
        "11010519491231002x",
        "11010519491231002×",
        "11010519491231002Ｘ",
        "11010519491231002ｘ",
        "11010519491231002Х", // Cyrillic
        "11010519491231002*",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 11010519491231002X ",
        "11010519491231002X\u{3000}",
        "\u{feff}11010519491231002X",
        "110105\u{a0}19491231\u{2009}002X",
        "'11010519491231002X",
        "’11010519491231002X",
        "＇11010519491231002X",
        "`11010519491231002X",
        "\"11010519491231002X\"",
        "=\"11010519491231002X\"",
        "110105-19491231-002X",
        "110105－19491231—002X",
        "110105\u{200b}19491231\u{200d}002X\u{202c}",
        "1101\u{ad}0519491231002X",
        "\t11010519491231002X\r\n",
        "110,105,194,912,310,02X",
        "身份证：11010519491231002X",
        "11010519491231002X（已注销）",
        "11010519491231002X/11010519491231002X",
        "11010519491231002X44",
        "11010519491231002x 44B1",
    ] {
        let reading = read_number(raw, None);
        assert_eq!(reading.form, NumberForm::Normalised, "{raw:?}");
        assert_eq!(reading.number, CitizenNumber::parse(b"11010519491231002X"), "{raw:?}");
        assert_eq!(reading.text.as_str(), "11010519491231002X", "{raw:?}");
    }
    assert_eq!(form("610902198503121237.0"), NumberForm::Normalised);
    assert_eq!(form("61090219850312123744"), NumberForm::Normalised);
}

#[test]
fn fifteen_digits() {
    for raw in ["610902850312123", " 610902-850312-123", "６１０９０２８５０３１２１２３"] {
        let reading = read_number(raw, None);
        assert_eq!((reading.form, reading.text.as_str()), (NumberForm::Upgraded, "610902850312123"));
        assert_eq!(reading.number, CitizenNumber::parse(NUMBER.as_bytes()));
    }
    assert_eq!(form("610902000229123"), NumberForm::Damaged, "1900 was no leap year");
    assert_eq!(form("610902851312123"), NumberForm::Damaged, "month 13");
    assert_eq!(form("61090285031212X"), NumberForm::Damaged);
    assert_eq!(form("6.10902850312123E+14"), NumberForm::Upgraded, "all 15 digits are written");
    assert_eq!(form("610902850312123.0"), NumberForm::Upgraded);
}

#[test]
fn cut_by_a_spreadsheet() {
    for (raw, text) in [
        ("612401198503120000", "612401198503120000"),
        ("612401198503123500", "612401198503123500"),
        ("6.12401E+17", "612401000000000000"),
        ("6.12401E17", "612401000000000000"),
        ("6.12401198503123e+17", "612401198503123000"),
        ("6.1240119850312345E+17", "612401198503123450"),
        ("６．１２４０１Ｅ＋１７", "612401000000000000"),
        ("6.12401E+14", "612401000000000"),
    ] {
        let reading = read_number(raw, None);
        assert_eq!((reading.form, reading.text.as_str(), reading.number), (NumberForm::Truncated, text, None), "{raw}");
    }
    // The check holds: then nothing says that digits were cut.
    let whole = (0..1000).map(|seq| text_of(61_240_119_850_312_000 + seq)).find(|text| text.ends_with("00")).unwrap();
    assert_eq!(form(&whole), NumberForm::Exact);
    assert_eq!(form("6.12401E+99"), NumberForm::Damaged);
    assert_eq!(form("6.12401E+3"), NumberForm::Damaged);
}

#[test]
fn nothing_and_what_stands_for_it() {
    for raw in ["", " ", "\u{3000}", "\u{feff}", "'", "''", "\u{200b}", "\t"] {
        assert_eq!(form(raw), NumberForm::Blank, "{raw:?}");
    }
    for raw in [
        "无",
        "0",
        "00",
        "-",
        "--",
        "—",
        "/",
        "\\",
        ".",
        "?",
        "？",
        "*",
        "不详",
        "待补",
        "空",
        "x",
        "X",
        "Ｘ",
        "null",
        "NULL",
        "#N/A",
        "无身份证",
        "暂 无",
        "无号",
        "户口待办",
        "000000",
        "111111",
        "123456",
        "000000000000000",
        "111111111111111",
        "000000000000000000",
        "111111111111111111",
        "999999999999999999",
        "00000000000000000X",
        "123456789012345678",
        "12345678901234567X",
        "987654321098765432",
        "012345678901234567",
        "123123123123123123",
        "121212121212121",
        "123456123456123456",
        "610902000000000000",
        "610902000000000",
        "0000",
        "1",
        "12345",
        "000000000000000001",
        "111111198503121231",
    ] {
        let reading = read_number(raw, None);
        assert_eq!((reading.form, reading.number), (NumberForm::Placeholder, None), "{raw}");
    }
    // Made up, though the check is right.
    let made_up = text_of(12_345_619_900_101_123);
    assert!(CitizenNumber::parse(made_up.as_bytes()).is_some());
    assert_eq!(form(&made_up), NumberForm::Placeholder);
}

#[test]
fn damaged() {
    for raw in [
        "610902198503121232",  // wrong check
        "61090219850312123",   // 17
        "6109021985031212371", // 19
        "610902198513121231",  // month 13
        "610902198503l21231",  // l for 1
        "61090219850312123?",
        "610902********1231",
        "19850312", // a birth date in the wrong column
        "6109021985",
        "610902198503121237 110105194912310021", // two, one of them wrong: cut text, no guess
        "610902198503121237/11010519491231002X",
        "0610902198503121237",
    ] {
        let reading = read_number(raw, None);
        assert_eq!((reading.form, reading.number), (NumberForm::Damaged, None), "{raw}");
    }
    assert_eq!(read_number("610902198503l21231", None).text.as_str(), "610902198503L21231");
    assert_eq!(read_number("61090219850312１２3囗", None).text.as_str(), "61090219850312123?");
}

#[test]
fn other_certificates() {
    for raw in [
        "E12345678",
        "EA1234567",
        "G12345678",
        "H12345678",
        "h1234567890",
        "M12345678",
        "01234568",
        "ABC123456789012",
        "军字第0123456号",
        "K1234567A",
        "0123456801B",
    ] {
        assert_eq!(form(raw), NumberForm::OtherCertificate, "{raw}");
    }
    for kind in [
        "08",
        "8",
        "护照",
        "外国人护照",
        " 护 照 ",
        "04",
        "港澳居民来往内地通行证",
        "06",
        "台胞证",
        "07",
        "02",
        "414",
        "511",
    ] {
        for raw in ["610902850312123", "123456780", "610902198503121232", "612401198503120000", "P123"] {
            assert_eq!(read_number(raw, Some(kind)).form, NumberForm::OtherCertificate, "{kind} {raw}");
        }
        assert_eq!(read_number(NUMBER, Some(kind)).form, NumberForm::Exact, "a valid number is one");
        assert_eq!(read_number("", Some(kind)).form, NumberForm::Blank);
        assert_eq!(read_number("无", Some(kind)).form, NumberForm::Placeholder);
        assert_eq!(read_number("00000000", Some(kind)).form, NumberForm::Placeholder);
    }
    for kind in ["01", "1", "居民身份证", "户口簿", "残疾人证", "09", "", "某种证件"] {
        assert_eq!(read_number("610902850312123", Some(kind)).form, NumberForm::Upgraded, "{kind}");
        assert_eq!(read_number("610902198503121232", Some(kind)).form, NumberForm::Damaged, "{kind}");
        assert_eq!(
            read_number("E12345678", Some(kind)).form,
            NumberForm::OtherCertificate,
            "by shape, whatever the type says"
        );
    }
    assert_eq!(read_number("E12345678", None).text.as_str(), "E12345678");
}

/// Marks that departments put around and into a number, none of which says anything.
fn noise() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "", "", "", " ", "\u{3000}", "\u{a0}", "\u{200b}", "\u{feff}", "'", "’", "＇", "-", "－", "\t", "\u{2060}",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn noise_does_not_change_a_number(body in body(), noise in proptest::collection::vec(noise(), 19), wide in proptest::collection::vec(any::<bool>(), 18), lower in any::<bool>()) {
        let text = text_of(body);
        let mut raw = String::from(noise[18]);
        for (at, c) in text.chars().enumerate() {
            let c = if lower { c.to_ascii_lowercase() } else { c };
            raw.push(if wide[at] { char::from_u32(c as u32 - 0x21 + 0xff01).unwrap() } else { c });
            raw.push_str(noise[at]);
        }
        let reading = read_number(&raw, None);
        prop_assert_eq!(reading.number, CitizenNumber::from_body(body));
        prop_assert_eq!(reading.form, if raw == text { NumberForm::Exact } else { NumberForm::Normalised });
        prop_assert_eq!(reading.text.as_str(), text);
    }

    #[test]
    fn fifteen_digits_are_the_eighteen_of_last_century(body in body()) {
        let text = text_of(body);
        let reading = read_number(&format!("{}{}", &text[..6], &text[8..17]), None);
        let of_1900s = format!("{}19{}", &text[..6], &text[8..17]).parse().unwrap();
        prop_assert_eq!(reading.number, CitizenNumber::from_body(of_1900s));
        prop_assert_eq!(reading.form, if reading.number.is_some() { NumberForm::Upgraded } else { NumberForm::Damaged });
        if &text[6..8] == "19" {
            prop_assert_eq!(reading.number, CitizenNumber::from_body(body));
        }
    }

    /// One wrong digit is never read as anybody's number.
    #[test]
    fn a_slip_is_never_a_number(body in body(), at in 0_usize..18, by in 1_u8..10) {
        let mut wrong = text_of(body).into_bytes();
        let digit = if wrong[at] == b'X' { 0 } else { wrong[at] - b'0' };
        wrong[at] = b'0' + (digit + by) % 10;
        let wrong = String::from_utf8(wrong).unwrap();
        let reading = read_number(&wrong, None);
        prop_assert_eq!(reading.number, None);
        prop_assert!(matches!(reading.form, NumberForm::Damaged | NumberForm::Truncated | NumberForm::Placeholder));
        prop_assert_eq!(reading.text.as_str(), wrong);
    }

    #[test]
    fn any_text_is_read_without_panic(raw in "\\PC{0,60}", kind in proptest::option::of("\\PC{0,8}")) {
        let reading = read_number(&raw, kind.as_deref());
        prop_assert_eq!(reading.number.is_some(), reading.form.is_valid());
        prop_assert!(reading.text.as_str().is_ascii());
        if reading.form == NumberForm::Blank {
            prop_assert!(reading.text.is_empty());
        }
        prop_assert_eq!(NumberForm::from_code(reading.form.code()), Some(reading.form));
    }

    #[test]
    fn any_number_like_text_is_read_without_panic(raw in "[0-9Xx*０-９ E+.\\-'号]{0,40}") {
        let reading = read_number(&raw, None);
        prop_assert_eq!(reading.number.is_some(), reading.form.is_valid());
    }

    /// Reading what was read changes nothing more.
    #[test]
    fn reading_is_idempotent(body in body(), cut in 0_usize..18) {
        let mut raw = text_of(body);
        raw.remove(cut);
        let once = read_number(&raw, None);
        let twice = read_number(once.text.as_str(), None);
        prop_assert_eq!((once.number, once.text), (twice.number, twice.text));
    }
}
