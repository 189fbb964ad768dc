//! What of a personal cell may be shown: enough to see that the right column was taken, too little to know who it is.

use canbao_domain::source::Field;

/// The cell of a field with what is personal in it replaced by `*`. An employer's name and address are public.
pub(super) fn mask(field: Field, text: &str, of_person: bool) -> String {
    match field {
        Field::Number | Field::Household => middle(text),
        Field::Name if of_person => rest(text, 1),
        // beside a masked number a birth date would give the number back
        Field::BirthDate => year(text),
        Field::Address if of_person => rest(text, (text.chars().count() / 2).min(6)),
        Field::Phone => rest(text, 3),
        _ => text.to_owned(),
    }
}

/// The first `kept` characters, then stars.
fn rest(text: &str, kept: usize) -> String {
    text.chars().enumerate().map(|(at, c)| if at < kept { c } else { '*' }).collect()
}

/// Of a long text the first six and the last four characters, of a short one the first two.
fn middle(text: &str) -> String {
    let length = text.chars().count();
    if length < 15 {
        return rest(text, 2);
    }
    text.chars().enumerate().map(|(at, c)| if (6..length - 4).contains(&at) { '*' } else { c }).collect()
}

/// The first four digits; every other digit is a star.
fn year(text: &str) -> String {
    let mut digits = 0;
    let masked = text.chars().map(|c| {
        if c.is_numeric() {
            digits += 1;
        }
        if c.is_numeric() && digits > 4 { '*' } else { c }
    });
    masked.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_not_enough_to_know_who_it_is() {
        for (field, text, shown) in [
            (Field::Number, "61090219850312123X", "610902********123X"),
            (Field::Number, "610902850312123", "610902*****2123"),
            (Field::Number, "E12345678", "E1*******"),
            (Field::Household, "61090200001229", "61************"),
            (Field::Name, "欧阳娜娜", "欧***"),
            (Field::BirthDate, "1985-03-12", "1985-**-**"),
            (Field::BirthDate, "19850312", "1985****"),
            (Field::Address, "恒口镇谢牌沟村委会9组", "恒口镇谢牌*******"),
            (Field::Phone, "13812345678", "138********"),
            (Field::Sex, "女", "女"),
        ] {
            assert_eq!(mask(field, text, true), shown);
        }
        assert_eq!(mask(Field::Name, "安康市某某有限公司", false), "安康市某某有限公司");
    }
}
