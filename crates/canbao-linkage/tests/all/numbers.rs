use std::collections::BTreeSet;

use canbao_domain::date::Date;
use canbao_domain::number::CitizenNumber;
use canbao_linkage::numbers::NumberAgreement::*;
use canbao_linkage::numbers::{self, NumberAgreement};
use proptest::prelude::*;

fn number(text: &str) -> CitizenNumber {
    CitizenNumber::parse(text.as_bytes()).expect("a valid number")
}

fn of_body(body: u64) -> CitizenNumber {
    CitizenNumber::from_body(body).expect("a real date")
}

fn repairs(written: &[u8]) -> Vec<CitizenNumber> {
    let mut out = vec![of_body(11010519491231002)];
    numbers::repairs(written, &mut out);
    out
}

/// The standard's arithmetic, written once more: a valid text, with nothing borrowed from the crate.
fn holds(text: &[u8]) -> bool {
    if text.len() != 18 || !text[..17].iter().all(u8::is_ascii_digit) || text[0] == b'0' {
        return false;
    }
    let mut product = 1u64;
    let mut sum = 0;
    for k in (0..17).rev() {
        product = product * 2 % 11;
        sum += u64::from(text[k] - b'0') * product;
    }
    if b"10X98765432"[usize::try_from(sum % 11).unwrap()] != text[17] {
        return false;
    }
    let part = |from: usize, to: usize| std::str::from_utf8(&text[from..to]).unwrap().parse::<u32>().unwrap();
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1850..=2100).contains(&year) && (1..=12).contains(&month) && (1..=days[month as usize - 1]).contains(&day)
}

/// Every edit tried in turn.
fn brute(written: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut tried = Vec::new();
    match written.len() {
        18 => {
            for k in 0..18 {
                for c in *b"0123456789X" {
                    let mut text = written.to_vec();
                    text[k] = c;
                    tried.push(text);
                }
            }
            for k in 0..17 {
                let mut text = written.to_vec();
                text.swap(k, k + 1);
                tried.push(text);
            }
        }
        17 => {
            for k in 0..18 {
                for c in *b"0123456789X" {
                    let mut text = written.to_vec();
                    text.insert(k, c);
                    tried.push(text);
                }
            }
        }
        19 => {
            for k in 0..19 {
                let mut text = written.to_vec();
                text.remove(k);
                tried.push(text);
            }
        }
        _ => {}
    }
    tried.into_iter().filter(|text| holds(text)).collect()
}

#[derive(Clone, Debug)]
enum Edit {
    Digit(usize, u8),
    Swap(usize),
    Check(u8),
    Lose(usize),
    Add(usize, u8),
}

fn any_edit() -> impl Strategy<Value = Edit> {
    let digit = prop::sample::select(b"0123456789".to_vec());
    prop_oneof![
        (0usize..17, digit.clone()).prop_map(|(at, c)| Edit::Digit(at, c)),
        (0usize..17).prop_map(Edit::Swap),
        prop::sample::select(b"0123456789X".to_vec()).prop_map(Edit::Check),
        (0usize..18).prop_map(Edit::Lose),
        (0usize..19, digit).prop_map(|(at, c)| Edit::Add(at, c)),
    ]
}

fn damage(number: CitizenNumber, edit: &Edit) -> Vec<u8> {
    let mut text = number.bytes().to_vec();
    match *edit {
        Edit::Digit(at, c) => text[at] = c,
        Edit::Swap(at) => text.swap(at, at + 1),
        Edit::Check(c) => text[17] = c,
        Edit::Lose(at) => drop(text.remove(at)),
        Edit::Add(at, c) => text.insert(at, c),
    }
    text
}

fn any_number() -> impl Strategy<Value = CitizenNumber> {
    (100_000u64..1_000_000, -25_000i32..20_000, 0u64..1000).prop_map(|(area, day, sequence)| {
        let (year, month, day) = Date(day).ymd();
        let birth = u64::try_from(year).unwrap() * 10_000 + u64::from(month * 100 + day);
        of_body((area * 100_000_000 + birth) * 1000 + sequence)
    })
}

#[test]
fn classes_of_one_person() {
    // 610902 19850312 123 and its check character
    let person = of_body(61090219850312123);
    let right = String::from_utf8(person.bytes().to_vec()).unwrap();
    let check = right.chars().last().unwrap();
    let wrong = if check == '5' { '6' } else { '5' };
    let valid = |body: u64| String::from_utf8(of_body(body).bytes().to_vec()).unwrap();
    let cases: Vec<(String, NumberAgreement)> = vec![
        (right.clone(), Equal),
        (format!("{right}43"), Equal),
        ("610902850312123".into(), Equal),
        (format!("61090219850312123{wrong}"), CheckOnly),
        (format!("61090219850312124{check}"), OneDigit),
        (format!("61090219850812123{check}"), OneDigit),
        (format!("61090X19850312123{check}"), OneDigit),
        ("610902850312124".into(), Sequence),
        ("610902850812123".into(), OneDigit),
        (format!("61090219850321123{check}"), Swap),
        (format!("61092019850312123{check}"), Swap),
        (format!("6109021985031212{check}3"), Swap),
        ("610902198503121000".into(), Truncated),
        ("610902198503120000".into(), SameBirth),
        ("610902198503121200".into(), Truncated),
        ("6.10902198503121E+17".into(), Truncated),
        ("610902198503121".into(), Truncated),
        ("6109021985031212".into(), Truncated),
        ("61090219850312123".into(), Shortened),
        (format!("6109021985312123{check}"), Shortened),
        (format!("610902198503121233{check}"), Shortened),
        (format!("61090219560812123{check}"), BirthDigits),
        (valid(61090219560812123), BirthDigits),
        (format!("61230119850312123{check}"), AreaDigits),
        (valid(61230119850312123), AreaDigits),
        (format!("61090319850412123{check}"), TwoDigits),
        (format!("61090219850412124{check}"), TwoDigits),
        (valid(61090219850312124), Sequence),
        (valid(61090219850312766), Sequence),
        (valid(61242219850312766), SameBirth),
        (valid(61242219560812766), Unrelated),
        ("".into(), Missing),
        ("无".into(), Missing),
        ("E12345678".into(), Unrelated),
        ("123".into(), Unrelated),
    ];
    for (written, wanted) in cases {
        assert_eq!(numbers::compare(written.as_bytes(), person), wanted, "{written}");
    }
}

#[test]
fn a_float_is_truncated() {
    // a double holds 53 bits: the last two or three digits come back different
    let person = (100..1000).map(|k| of_body(61090219850312000 + k)).find(|n| n.check_char() != b'X').unwrap();
    let right: u64 = std::str::from_utf8(&person.bytes()).unwrap().parse().unwrap();
    let float = right as f64;
    let text = format!("{float:.0}");
    assert_eq!(text.len(), 18);
    if text.as_bytes() != person.bytes() {
        assert_eq!(numbers::compare(text.as_bytes(), person), Truncated);
    }
}

#[test]
fn valid_and_foreign_numbers_are_not_repaired() {
    let person = of_body(61090219850312123);
    for written in
        [&person.bytes()[..], b"", b"E12345678", b"610902850312123", b"6109028503121234567890", b"XXXXXXXXXXXXXXXXXX"]
    {
        assert_eq!(repairs(written), []);
    }
    let mut card = person.bytes().to_vec();
    card[16] = if card[16] == b'9' { b'8' } else { card[16] + 1 };
    card.extend(b"43");
    assert!(repairs(&card).contains(&person));
}

#[test]
fn two_faults_with_the_birth_date_known() {
    let person = of_body(61090219850312123);
    let check = char::from(person.check_char());
    let mut out = Vec::new();
    for written in [
        format!("61090219860312124{check}"),
        format!("61090219580321123{check}"),
        format!("61090319991231123{check}"),
        format!("61092019850321123{check}"),
        "610902198603121230".to_string(),
    ] {
        numbers::repairs_two(written.as_bytes(), Some(person.birth()), &mut out);
        assert!(out.contains(&person), "{written}");
        assert!(out.len() < 60, "{}", out.len());
        assert!(out.iter().all(|number| number.birth() == person.birth()));
        assert!(out.is_sorted_by(|a, b| a < b));
        numbers::repairs_two(written.as_bytes(), None, &mut out);
        assert_eq!(out, []);
    }
    let written = format!("61090319850312125{check}");
    numbers::repairs_two(written.as_bytes(), Some(person.birth()), &mut out);
    assert!(!out.contains(&person));
    numbers::repairs_pair(written.as_bytes(), Some(person.birth()), &mut out);
    assert!(out.contains(&person) && out.len() < 600, "{}", out.len());
    let written = "610902198503121252";
    numbers::repairs_pair(written.as_bytes(), Some(person.birth()), &mut out);
    assert!(out.contains(&person));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn repairs_are_the_brute_force(number in any_number(), first in any_edit(), second in prop::option::of(any_edit())) {
        let mut written = damage(number, &first);
        if let (18, Some(Edit::Digit(at, c))) = (written.len(), second) {
            written[at] = c;
        }
        let found = repairs(&written);
        let wanted: BTreeSet<Vec<u8>> = if holds(&written) { BTreeSet::new() } else { brute(&written) };
        let found_texts: BTreeSet<Vec<u8>> = found.iter().map(|n| n.bytes().to_vec()).collect();
        prop_assert_eq!(found_texts.len(), found.len());
        prop_assert!(found.is_sorted());
        prop_assert_eq!(found_texts, wanted);
    }

    #[test]
    fn repairs_of_any_text(written in "[0-9X*]{16,20}") {
        let found: BTreeSet<Vec<u8>> = repairs(written.as_bytes()).iter().map(|n| n.bytes().to_vec()).collect();
        if written.len() < 20 && !written.contains('*') && !holds(written.as_bytes()) {
            prop_assert_eq!(found, brute(written.as_bytes()));
        }
    }

    #[test]
    fn repairs_hold_the_original(number in any_number(), edit in any_edit()) {
        let written = damage(number, &edit);
        prop_assert!(holds(&written) || repairs(&written).contains(&number));
    }

    #[test]
    fn an_edit_gives_its_class(number in any_number(), edit in any_edit()) {
        let written = damage(number, &edit);
        let found = numbers::compare(&written, number);
        if written == number.bytes() {
            prop_assert_eq!(found, Equal);
        } else {
            let cut = written.ends_with(b"00");
            let wanted = match edit {
                Edit::Digit(..) => OneDigit,
                Edit::Check(_) => CheckOnly,
                Edit::Lose(_) | Edit::Add(..) => Shortened,
                Edit::Swap(_) => Swap,
            };
            prop_assert!(found == wanted || (cut && found == Truncated), "{:?} {:?}", found, wanted);
        }
    }

    #[test]
    fn classes_of_two_edits_in_a_part(number in any_number(), birth in -25_000i32..20_000, area in 100_000u64..1_000_000) {
        let (year, month, day) = Date(birth).ymd();
        let birth = u64::try_from(year).unwrap() * 10_000 + u64::from(month * 100 + day);
        let body = number.body();
        let other_birth = of_body(body / 100_000_000_000 * 100_000_000_000 + birth * 1000 + body % 1000);
        let other_area = of_body(area * 100_000_000_000 + body % 100_000_000_000);
        for (other, wanted) in [(other_birth, BirthDigits), (other_area, AreaDigits)] {
            let mut text = other.bytes();
            prop_assert_eq!(numbers::compare(&text, number), if other == number { Equal } else { wanted });
            // the candidate's own check character under the other's body
            text[17] = number.check_char();
            if !holds(&text) {
                let found = numbers::compare(&text, number);
                prop_assert!(found == wanted || found == OneDigit || found == Swap || found == CheckOnly, "{:?}", found);
            }
        }
    }

    #[test]
    fn compare_is_total(written in prop::collection::vec(any::<u8>(), 0..25), number in any_number()) {
        numbers::compare(&written, number);
        repairs(&written);
        let mut out = Vec::new();
        numbers::repairs_two(&written, Some(number.birth()), &mut out);
        numbers::repairs_pair(&written, Some(number.birth()), &mut out);
    }
}

#[test]
fn a_known_number_holds() {
    // the standard's own examples
    assert!(holds(b"11010519491231002X") && holds(b"440524188001010014"));
    assert_eq!(number("11010519491231002X").body(), 11010519491231002);
}
