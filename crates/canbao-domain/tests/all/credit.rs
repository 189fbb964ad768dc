use canbao_domain::credit::{CreditCode, OrganisationCode, RegistrationNumber, UnitCode, read_unit_code};
use proptest::prelude::*;

const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// GB 32100 by whole powers of 3, not reduced on the way.
fn check_by_powers(body: &str) -> char {
    let sum: u128 = body
        .bytes()
        .zip(0..)
        .map(|(byte, at)| ALPHABET.iter().position(|known| *known == byte).unwrap() as u128 * 3_u128.pow(at))
        .sum();
    char::from(
        (0_u128..31).find(|check| (sum + check).is_multiple_of(31)).map(|check| ALPHABET[check as usize]).unwrap(),
    )
}

#[test]
fn credit_codes_of_the_standard() {
    let code = CreditCode::parse(b"91350100M000100Y43").unwrap();
    assert_eq!((code.kind(), code.registrar_area(), code.as_str()), (91, 350_100, "91350100M000100Y43"));
    assert_eq!(code.organisation().unwrap().as_str(), "M000100Y4");
}

#[test]
fn credit_codes_as_written() {
    for raw in [
        "91350100m000100y43",
        " 91350100M000100Y43 ",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "91350100 M000100Y4 3",
        "91350100-M000100Y43",
        "91350100M000100Y43(1-1)",
        "91350100M000100Y43（副本）",
    ] {
        assert_eq!(CreditCode::read(raw).unwrap().as_str(), "91350100M000100Y43", "{raw}");
    }
    for raw in [
        "",
        "无",
        "91350100M000100Y42",
        "91350100M000100Y4",
        "91350100M000100Y433",
        "9135010OM000100Y43",
        "91350100M000100Y4I",
        "汉91350100M000100Y43",
    ] {
        assert_eq!(CreditCode::read(raw), None, "{raw}");
    }
}

#[test]
fn organisation_codes() {
    for raw in ["D2143569-X", "D2143569X", "d2143569—x", "Ｄ２１４３５６９－Ｘ"] {
        assert_eq!(OrganisationCode::read(raw).unwrap().as_str(), "D2143569X", "{raw}");
    }
    assert_eq!(OrganisationCode::read("D2143569-1"), None);
    assert_eq!(OrganisationCode::read("D2143569"), None);
}

#[test]
fn registration_numbers() {
    // The example of GS 15-2006.
    let number = RegistrationNumber::read("110108000000016").unwrap();
    assert_eq!((number.as_str(), number.registrar_area()), ("110108000000016", 110_108));
    for raw in ["110108000000016 (1-1)", "１１０１０８０００００００１６", "110108-000000016"] {
        assert_eq!(RegistrationNumber::read(raw), Some(number), "{raw}");
    }
    assert_eq!(RegistrationNumber::read("6109022600123").unwrap().as_str(), "6109022600123", "13 digits, before 2007");
    assert_eq!(RegistrationNumber::read("610902NA000123X").unwrap().as_str(), "610902NA000123X", "a cooperative");
    for raw in [
        "",
        "110108000000017",
        "11010800000001",
        "1101080000000161",
        "010108000000016",
        "610902NB00123X",
        "610902NA0001231",
        "6000000000000",
        "61090226001A3",
    ] {
        assert_eq!(RegistrationNumber::read(raw), None, "{raw}");
    }
}

#[test]
fn a_column_of_all_three() {
    assert!(matches!(read_unit_code("91350100M000100Y43"), UnitCode::Credit(_)));
    assert!(matches!(read_unit_code("110108000000016"), UnitCode::Registration(_)));
    assert!(matches!(read_unit_code("D2143569-X"), UnitCode::Organisation(_)));
    for raw in ["", " ", "-", "0", "000000000000000000", "/", "无", "办理中"] {
        assert_eq!(read_unit_code(raw), UnitCode::Blank, "{raw}");
    }
    for raw in ["91350100M000100Y42", "123", "610902号"] {
        assert_eq!(read_unit_code(raw), UnitCode::Invalid, "{raw}");
    }
}

prop_compose! {
    fn credit_body()(kind in "(91|92|93|11|12|51|52|A1|N1|Y1)", area in 110_000_u32..660_000, own in proptest::collection::vec(0_usize..31, 9)) -> String {
        format!("{kind}{area}{}", own.iter().map(|at| char::from(ALPHABET[*at])).collect::<String>())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_check_is_that_of_the_powers(body in credit_body()) {
        let text = format!("{body}{}", check_by_powers(&body));
        let code = CreditCode::parse(text.as_bytes()).unwrap();
        prop_assert_eq!(Some(code), CreditCode::from_body(body.as_bytes().try_into().unwrap()));
        prop_assert_eq!(code.as_str(), &text);
        prop_assert_eq!(code.registrar_area().to_string(), &text[2..8]);
        prop_assert_eq!(code.kind(), text[..2].parse().unwrap_or(0));
        prop_assert_eq!(CreditCode::read(&text.to_lowercase()), Some(code));
    }

    #[test]
    fn one_wrong_character_never_passes(body in credit_body(), at in 0_usize..18, other in 0_usize..31) {
        let mut text = format!("{body}{}", check_by_powers(&body)).into_bytes();
        let right = text.clone();
        text[at] = ALPHABET[other];
        prop_assert_eq!(CreditCode::parse(&text).is_some(), text == right);
    }

    #[test]
    fn a_registration_number_has_one_check_digit(body in "[1-6][0-9]{13}") {
        prop_assume!(body[1..].bytes().any(|byte| byte != b'0'));
        let valid: Vec<_> = (0..10).filter_map(|digit| RegistrationNumber::read(&format!("{body}{digit}"))).collect();
        prop_assert_eq!(valid.len(), 1);
        prop_assert_eq!(Some(valid[0]), RegistrationNumber::from_body(body.as_bytes().try_into().unwrap()));
    }

    #[test]
    fn an_organisation_code_has_one_check_character(body in "[0-9A-Z]{8}") {
        let valid: Vec<_> = "0123456789X".chars().filter_map(|check| OrganisationCode::read(&format!("{body}-{check}"))).collect();
        prop_assert_eq!(valid.len(), 1);
        prop_assert_eq!(Some(valid[0]), OrganisationCode::from_body(body.as_bytes().try_into().unwrap()));
    }

    #[test]
    fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
        let _ = read_unit_code(&text);
    }
}
