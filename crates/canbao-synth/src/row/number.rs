//! How a number is written.

use canbao_domain::number::CitizenNumber;

use super::{NumberForm, Row};
use crate::city::City;
use crate::city::accident::relative;
use crate::city::number::text;
use crate::city::person::{Certificate, Person};
use crate::city::place::AWAY;
use crate::random::{Random, mix};

/// What clerks write where there is no number. Hundreds of rows have the same.
const PLACEHOLDERS: [&str; 14] = [
    "无",
    "无",
    "0",
    "-",
    "000000000000000000",
    "000000000000000000",
    "111111111111111111",
    "111111111111111",
    "123456789012345678",
    "999999999999999999",
    "不详",
    "待补",
    "暂无",
    "610900000000000000",
];

/// The last character of the person's number.
pub(crate) fn last(person: &Person) -> u8 {
    let [.., last] = text(person.body);
    last
}

/// Would the number, truncated by a spreadsheet, still be recognised as broken?
pub(crate) fn float_is_invalid(person: &Person) -> bool {
    !is_valid(&float(&text(person.body)))
}

fn float(digits: &[u8; 18]) -> Vec<u8> {
    digits.iter().take(15).copied().chain(*b"000").collect()
}

fn is_valid(digits: &[u8]) -> bool {
    CitizenNumber::parse(digits).is_some()
}

/// Writes the number of a row.
pub(crate) fn write(city: &City, row: &Row, out: &mut String) {
    let person = city.person(row.person);
    if row.form == NumberForm::Plain && !person.is_foreign() {
        push(&text(person.body), out);
        return;
    }
    let mut random = row.random(city.setting.seed, 3);
    if person.is_foreign() {
        foreign(person.certificate, row, out);
        return;
    }
    let own = text(person.body);
    match row.form {
        NumberForm::Plain => push(&own, out),
        NumberForm::LowerX => push(&own.map(|byte| byte.to_ascii_lowercase()), out),
        NumberForm::FullWidth => {
            out.extend(own.iter().filter_map(|&byte| char::from_u32(u32::from(byte) + 0xFEE0)));
        }
        NumberForm::Spaces => spaced(&own, &mut random, out),
        NumberForm::Quote => {
            out.push('\'');
            push(&own, out);
        }
        NumberForm::Fifteen => push(
            &own.iter()
                .enumerate()
                .filter(|(at, _)| !matches!(at, 6 | 7 | 17))
                .map(|(_, &byte)| byte)
                .collect::<Vec<_>>(),
            out,
        ),
        NumberForm::Disability => {
            push(&own, out);
            push(&[b'1' + random.below(7) as u8, b'1' + random.below(4) as u8], out);
        }
        NumberForm::Blank => {}
        NumberForm::Placeholder => out.push_str(random.one(&PLACEHOLDERS)),
        NumberForm::Exponent => {
            let [first, rest @ ..] = own;
            push(&[first, b'.'], out);
            push(&rest.iter().take(5).copied().collect::<Vec<_>>(), out);
            out.push_str("E+17");
        }
        NumberForm::Relative => push(&text(relative(city, person).unwrap_or(person.body)), out),
        NumberForm::Former => push(&text(person.former), out),
        NumberForm::Columns => city.setting.names.write(person.name, out),
        _ => push(&broken(row.form, &own, &mut random), out),
    }
}

fn push(digits: &[u8], out: &mut String) {
    out.extend(digits.iter().map(|&byte| char::from(byte)));
}

fn spaced(own: &[u8; 18], random: &mut Random, out: &mut String) {
    match random.below(5) {
        0 => {
            out.push(' ');
            push(own, out);
            out.push(' ');
        }
        1 => {
            push(own, out);
            out.push('\u{3000}');
        }
        2 => {
            out.push('\u{200B}');
            push(own, out);
        }
        _ => {
            for (at, &byte) in own.iter().enumerate() {
                if matches!(at, 6 | 14) {
                    out.push(' ');
                }
                out.push(char::from(byte));
            }
        }
    }
}

/// A number that is damaged, and not by chance a valid one.
fn broken(form: NumberForm, own: &[u8; 18], random: &mut Random) -> Vec<u8> {
    for _ in 0..200 {
        let candidate = slip(form, own, random);
        let beginning = candidate.get(..18).unwrap_or(&candidate);
        if candidate != own && !is_valid(&candidate) && !is_valid(beginning) {
            return candidate;
        }
    }
    vec![b'0'; 17]
}

fn slip(form: NumberForm, own: &[u8; 18], random: &mut Random) -> Vec<u8> {
    let mut digits = own.to_vec();
    match form {
        NumberForm::OneDigit => change(&mut digits, random.below(17), random),
        NumberForm::TwoDigits => {
            change(&mut digits, random.below(17), random);
            change(&mut digits, random.below(17), random);
        }
        NumberForm::Swapped => {
            let at = random.below(16);
            digits.swap(at, at + 1);
        }
        NumberForm::CheckOnly => {
            if let Some(last) = digits.last_mut() {
                *last = b'0' + random.below(10) as u8;
            }
        }
        NumberForm::BirthPart => {
            for _ in 0..=random.below(2) {
                change(&mut digits, 8 + random.below(6), random);
            }
        }
        NumberForm::AreaPart => {
            let area = random.pick(&AWAY).unwrap_or(610_113).to_string();
            digits.splice(..6, area.bytes());
        }
        NumberForm::Float => return float(own),
        NumberForm::Length => {
            let at = random.below(17);
            if random.chance(0.6) {
                digits.remove(at);
            } else {
                digits.insert(at, b'0' + random.below(10) as u8);
            }
        }
        _ => {}
    }
    digits
}

fn change(digits: &mut [u8], at: usize, random: &mut Random) {
    if let Some(digit) = digits.get_mut(at) {
        *digit = b'0' + (*digit - b'0' + 1 + random.below(9) as u8) % 10;
    }
}

/// The number of another certificate, the person's own in every source.
pub(crate) fn certificate(certificate: Certificate, person: u32) -> String {
    let draw = mix(u64::from(person) ^ 0xF0F0);
    match certificate {
        Certificate::Passport => format!("E{:08}", 10_000_000 + draw % 90_000_000),
        Certificate::HongKong => format!("H{:08}", 10_000_000 + draw % 90_000_000),
        Certificate::Taiwan => format!("0{:07}", draw % 10_000_000),
        _ => format!("USA{:012}", 110_000_000_000 + draw % 880_000_000_000),
    }
}

fn foreign(of: Certificate, row: &Row, out: &mut String) {
    let number = certificate(of, row.person);
    match row.form {
        NumberForm::FullWidth => {
            out.extend(number.chars().filter_map(|letter| char::from_u32(letter as u32 + 0xFEE0)));
        }
        NumberForm::Spaces => {
            out.push_str(&number);
            out.push(' ');
        }
        _ => out.push_str(&number),
    }
}
