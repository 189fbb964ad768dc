//! What the truth says of a single row.

use crate::city::City;
use crate::city::person::{Person, traits};
use crate::row::{BirthForm, NameForm, NumberForm, Row, birth, flags};

/// Whose a person's rows are, as far as anybody could know.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Knowledge {
    /// The number stands intact in some row.
    intact: bool,
}

impl Knowledge {
    /// From all rows of one person.
    pub(crate) fn of(person: &Person, rows: &[Row]) -> Self {
        let says = |row: &Row| row.form.is_readable() && !row.is_ragged() && !row.has(flags::HOPELESS);
        Knowledge { intact: !person.is(traits::NUMBERLESS) && rows.iter().any(says) }
    }

    /// Can somebody who sees all rows know that this one is the person's?
    pub(crate) fn knows(self, row: &Row) -> bool {
        self.intact && !row.is_ragged() && !row.has(flags::HOPELESS)
    }
}

/// The row's damage, in the words of the scoring tool: of a row whose number is readable one of
/// `none`, `id_lowercase_x`, `id_fullwidth`, `id_spaces`, `id_15`, `name_spaces`, `name_homophone`,
/// `name_missing_char`; of any other row another word.
pub(crate) fn damage(person: &Person, row: &Row) -> &'static str {
    if row.is_ragged() {
        return "rejected";
    }
    if row.has(flags::HOPELESS) {
        return "nothing_left";
    }
    if person.is_foreign() {
        return "other_certificate";
    }
    match row.form {
        NumberForm::Plain | NumberForm::Disability => match row.name {
            NameForm::Spaces => "name_spaces",
            NameForm::Homophone => "name_homophone",
            NameForm::MissingCharacter => "name_missing_char",
            _ => "none",
        },
        NumberForm::LowerX => "id_lowercase_x",
        NumberForm::FullWidth => "id_fullwidth",
        NumberForm::Spaces | NumberForm::Quote => "id_spaces",
        NumberForm::Fifteen => "id_15",
        NumberForm::OneDigit if row.name == NameForm::Homophone => "name_and_id_digit",
        NumberForm::OneDigit => "id_one_digit",
        NumberForm::Swapped => "id_swap",
        NumberForm::Blank | NumberForm::Placeholder => "id_missing",
        NumberForm::Float => "id_float",
        NumberForm::Exponent => "id_exponent",
        NumberForm::CheckOnly => "id_check_only",
        NumberForm::TwoDigits => "id_two_digits",
        NumberForm::BirthPart => "id_birth_part",
        NumberForm::AreaPart => "id_area_part",
        NumberForm::Length => "id_length",
        NumberForm::Relative => "id_relative",
        NumberForm::Former => "id_former",
        NumberForm::Columns => "id_and_name_swapped",
    }
}

/// Everything that is wrong with the row, joined by `+`; empty where nothing is.
pub(crate) fn detail(city: &City, row: &Row) -> String {
    let mut words = Vec::new();
    if row.form != NumberForm::Plain {
        words.push(format!("number:{:?}", row.form));
    }
    if row.name != NameForm::Plain {
        words.push(format!("name:{:?}", row.name));
    }
    if row.birth != BirthForm::Plain && birth::written(city, row) != Some(city.person(row.person).birth) {
        words.push(format!("birth:{:?}", row.birth));
    }
    for (flag, word) in [
        (flags::NO_SEX, "sex:Blank"),
        (flags::WRONG_SEX, "sex:Wrong"),
        (flags::GONE, "village:Gone"),
        (flags::HOPELESS, "row:Hopeless"),
        (flags::SHORT, "row:Short"),
        (flags::LONG, "row:Long"),
        (flags::ODD_ADDRESS, "address:Odd"),
    ] {
        if row.has(flag) {
            words.push(word.to_owned());
        }
    }
    words.join("+")
}
