use canbao_domain::Sex;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberText, check_char};
use proptest::prelude::*;

/// ISO 7064 MOD 11-2 as the recursion that the standard defines, without weights.
fn check_by_recursion(body: &[u8]) -> u8 {
    let p = body.iter().fold(0_u32, |p, byte| (p + u32::from(byte - b'0')) * 2 % 11);
    match (12 - p) % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    }
}

/// Whether a calendar has a day, by its own rules.
fn is_real(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(400) || (year.is_multiple_of(4) && !year.is_multiple_of(100));
    let february = if leap { 29 } else { 28 };
    let days = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1..=12).contains(&month) && day >= 1 && day <= days[month as usize - 1]
}

prop_compose! {
    /// A body that is a valid number.
    pub(crate) fn body()(area in (110_000_u64..660_000).prop_filter("made up", |area| ![111_111, 123_456].contains(area)), year in 1850_u64..=2100, month in 1_u64..=12, day in 1_u64..=31, seq in 0_u64..1000) -> u64 {
        let day = if is_real(year as u32, month as u32, day as u32) { day } else { 28 };
        (((area * 10_000 + year) * 100 + month) * 100 + day) * 1000 + seq
    }
}

/// The 18 characters of a body, made from its decimal text.
pub(crate) fn text_of(body: u64) -> String {
    let mut text = body.to_string();
    text.push(char::from(check_by_recursion(text.as_bytes())));
    text
}

#[test]
fn examples_of_the_standard() {
    for (text, sex, birth) in
        [("11010519491231002X", Sex::Female, "1949-12-31"), ("440524188001010014", Sex::Male, "1880-01-01")]
    {
        let number = CitizenNumber::parse(text.as_bytes()).unwrap();
        assert_eq!((number.sex(), number.birth().to_string()), (sex, birth.to_owned()));
        assert_eq!(number.bytes(), *text.as_bytes());
        assert_eq!(number.area().to_string(), text[..6]);
    }
}

#[test]
fn strict_parse_refuses() {
    for text in [
        "",
        "11010519491231002x",  // lower case
        "11010519491231002",   // 17
        "11010519491231002X ", // 19
        "110105194912310021",  // wrong check
        "110105194913310021",  // month 13
        "11010519490229002X",  // no leap year
        "010105194912310026",  // first digit 0
        "1101051949123100２",  // full width
        "A1010519491231002X",
    ] {
        assert!(CitizenNumber::parse(text.as_bytes()).is_none(), "{text}");
    }
}

#[test]
fn check_char_wants_17_digits() {
    assert_eq!(check_char(b"11010519491231002"), Some(b'X'));
    assert_eq!(check_char(b"1101051949123100"), None);
    assert_eq!(check_char(b"110105194912310021"), None);
    assert_eq!(check_char(b"1101051949123100X"), None);
}

#[test]
fn no_debug_shows_a_birth_date() {
    let number = CitizenNumber::parse(b"11010519491231002X").unwrap();
    assert_eq!(number.masked(), "110105********002X");
    assert_eq!(format!("{number:?}"), "CitizenNumber(110105********002X)");
    assert_eq!(format!("{:?}", NumberText::from(number)), "NumberText(18 characters)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn parts_are_those_of_the_text(body in body()) {
        let (text, number) = (text_of(body), CitizenNumber::from_body(body).unwrap());
        prop_assert_eq!(number.body(), body);
        prop_assert_eq!(String::from_utf8(number.bytes().to_vec()).unwrap(), text.clone());
        prop_assert_eq!(number.check_char(), text.as_bytes()[17]);
        prop_assert_eq!(check_char(&text.as_bytes()[..17]), Some(text.as_bytes()[17]));
        prop_assert_eq!(CitizenNumber::parse(text.as_bytes()), Some(number));
        let (year, month, day) = number.birth().ymd();
        prop_assert_eq!(format!("{year:04}{month:02}{day:02}"), &text[6..14]);
        prop_assert_eq!(number.sex() == Sex::Male, (text.as_bytes()[16] - b'0') % 2 == 1);
    }

    #[test]
    fn bodies_without_a_real_birth_are_refused(area in 100_000_u64..=999_999, birth in 0_u64..100_000_000, seq in 0_u64..1000) {
        let body = (area * 100_000_000 + birth) * 1000 + seq;
        let (year, month, day) = ((birth / 10_000) as u32, (birth / 100 % 100) as u32, (birth % 100) as u32);
        let real = (1850..=2100).contains(&year) && is_real(year, month, day);
        prop_assert_eq!(CitizenNumber::from_body(body).is_some(), real);
    }

    #[test]
    fn bodies_of_another_length_are_refused(body in prop_oneof![0_u64..10_u64.pow(16), 10_u64.pow(17)..=u64::MAX]) {
        prop_assert_eq!(CitizenNumber::from_body(body), None);
    }

    /// One digit wrong, or two neighbours swapped, never gives a valid number: that is what the check is for.
    #[test]
    fn one_slip_never_passes(body in body(), at in 0_usize..17, digit in b'0'..=b'9') {
        let text = text_of(body);
        let mut wrong = text.clone().into_bytes();
        wrong[at] = digit;
        prop_assert_eq!(CitizenNumber::parse(&wrong).is_some(), wrong == text.as_bytes());
        let mut swapped = text.clone().into_bytes();
        swapped.swap(at, at + 1);
        prop_assert_eq!(CitizenNumber::parse(&swapped).is_some(), swapped == text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_without_panic(text in proptest::collection::vec(any::<u8>(), 0..40)) {
        let _ = CitizenNumber::parse(&text);
        let _ = check_char(&text);
        let kept = NumberText::new(&text);
        prop_assert!(kept.len() <= 24 && kept.as_str().len() == kept.len() && kept.is_cut() == (text.len() > 24));
    }

    #[test]
    fn order_is_that_of_the_text(a in body(), b in body()) {
        let (x, y) = (CitizenNumber::from_body(a).unwrap(), CitizenNumber::from_body(b).unwrap());
        prop_assert_eq!(x.cmp(&y), text_of(a)[..17].cmp(&text_of(b)[..17]));
    }
}

#[test]
fn birth_survives_every_day() {
    let first = Date::from_ymd(1850, 1, 1).unwrap().days();
    let last = Date::from_ymd(2100, 12, 31).unwrap().days();
    for days in first..=last {
        let (year, month, day) = Date(days).ymd();
        let body = ((610_902 * 10_000 + year as u64) * 100 + u64::from(month)) * 100 + u64::from(day);
        assert_eq!(CitizenNumber::from_body(body * 1000 + 123).unwrap().birth(), Date(days));
    }
}
