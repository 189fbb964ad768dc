//! How a name is written.

use canbao_domain::source::SourceKind;
use pinyin::ToPinyin;

use super::{NameForm, Row, number};
use crate::city::City;
use crate::city::name::{Name, beyond_gbk, variant};
use crate::random::Random;

const PLACEHOLDERS: [&str; 4] = ["无名", "不详", "未知", "待定"];
const DOTS: [char; 4] = ['•', '.', '．', '・'];

/// Writes the name of a row.
pub(crate) fn write(city: &City, row: &Row, out: &mut String) {
    let person = city.person(row.person);
    let names = &city.setting.names;
    let name = person.name;
    if row.name == NameForm::Plain {
        names.write(name, out);
        return;
    }
    let family = names.family(name);
    let [first, second] = name.given;
    let mut random = row.random(city.setting.seed, 4);
    match row.name {
        NameForm::Plain => {}
        NameForm::Spaces => {
            out.push_str(family);
            out.push_str(random.one(&[" ", "  ", "\u{3000}"]));
            names.write_given(name, out);
        }
        NameForm::Dot => {
            let dot = random.pick(&DOTS).unwrap_or('•');
            out.extend(family.chars().map(|letter| if letter == '·' { dot } else { letter }));
        }
        NameForm::Variant => {
            out.push_str(family);
            out.extend(given(name).map(|letter| variant(letter).unwrap_or(letter)));
        }
        NameForm::Homophone => {
            let at = place(name, &mut random, |letter| !names.homophones(letter).is_empty());
            replace(family, name, at, out, |letter| {
                let others: Vec<char> =
                    names.homophones(letter).iter().copied().filter(|&other| other != letter).collect();
                random.pick(&others).unwrap_or('伟').to_string()
            });
        }
        NameForm::MissingCharacter => {
            out.push_str(family);
            out.push(first);
        }
        NameForm::Question => {
            let at = place(name, &mut random, beyond_gbk);
            replace(family, name, at, out, |_| random.one(&["?", "?", "？"]).to_owned());
        }
        NameForm::PrivateUse => {
            let at = place(name, &mut random, beyond_gbk);
            let glyph = char::from_u32(0xE000 + random.below(0x700) as u32).unwrap_or('\u{E000}');
            replace(family, name, at, out, |_| glyph.to_string());
        }
        NameForm::Pinyin => {
            if random.chance(0.5) {
                replace(family, name, 0, out, syllable);
            } else {
                let given: String = given(name).map(syllable).collect();
                let family: String = family.chars().map(syllable).collect();
                out.push_str(&format!("{} {}", capital(&family), capital(&given)));
            }
        }
        NameForm::Former => names.write(Name { given: person.former_given, ..name }, out),
        NameForm::Reversed => {
            names.write_given(name, out);
            out.push_str(family);
        }
        NameForm::Anonymous => {
            out.push_str(family);
            out.push('某');
            if second != '\0' {
                out.push('某');
            }
        }
        NameForm::Placeholder => out.push_str(random.one(&PLACEHOLDERS)),
        NameForm::Blank => {}
        NameForm::Columns => number::write(city, &Row { form: super::NumberForm::Plain, ..*row }, out),
    }
    debug_assert!(row.kind != SourceKind::BusinessRegister, "a row of a person");
}

fn given(name: Name) -> impl Iterator<Item = char> {
    name.given.into_iter().filter(|&letter| letter != '\0')
}

/// Which given character is replaced: one that is fit, the second rather than the first.
fn place(name: Name, random: &mut Random, fit: impl Fn(char) -> bool) -> usize {
    let [first, second] = name.given;
    match (first != '\0' && fit(first), second != '\0' && fit(second)) {
        (true, false) => 0,
        (false, true) => 1,
        (false, false) if second == '\0' => 0,
        _ => random.below(2),
    }
}

fn replace(family: &str, name: Name, at: usize, out: &mut String, mut by: impl FnMut(char) -> String) {
    out.push_str(family);
    for (index, letter) in given(name).enumerate() {
        if index == at {
            out.push_str(&by(letter));
        } else {
            out.push(letter);
        }
    }
}

fn syllable(letter: char) -> String {
    letter.to_pinyin().map_or_else(|| "x".to_owned(), |pinyin| pinyin.plain().to_owned())
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
