//! Cells as they may be shown: their shape, and nobody's data.

use canbao_domain::number::read_number;
use canbao_domain::source::{Field, SourceKind};

/// A cell of a column that holds `field` (`None`: nobody knows what it holds).
pub(super) fn mask(kind: SourceKind, field: Option<Field>, cell: &str) -> String {
    let cell = cell.trim();
    match field {
        Some(Field::Number | Field::RegistrationNumber) => match read_number(cell, None).number {
            Some(number) => number.masked(),
            None => keep_ends(cell, 2),
        },
        Some(Field::Name) if kind.is_person() => keep_ends(cell, 1),
        Some(Field::BirthDate) => keep_ends(cell, 4),
        Some(Field::Phone) => keep_ends(cell, 3),
        Some(Field::Address) => keep_ends(cell, 3),
        Some(Field::Household) => keep_ends(cell, 6),
        Some(
            Field::CertificateType
            | Field::Sex
            | Field::Ethnic
            | Field::Hukou
            | Field::Relation
            | Field::AreaCode
            | Field::Status
            | Field::Benefit
            | Field::PoolingArea
            | Field::Since
            | Field::Scheme
            | Field::Type,
        ) => word(cell),
        Some(Field::UnitCode | Field::UnitName | Field::CreditCode | Field::Name) => digits_hidden(cell),
        None => keep_ends(cell, 1),
    }
}

/// A word of a code column; where the column is not what it is taken for, it may be a person's.
pub(super) fn word(cell: &str) -> String {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits > 12 || cell.chars().count() > 16 { keep_ends(cell, 2) } else { cell.to_owned() }
}

/// The first `lead` characters (never all), and a star for each other.
fn keep_ends(cell: &str, lead: usize) -> String {
    let count = cell.chars().count();
    cell.chars().enumerate().map(|(place, c)| if place < lead.min(count.saturating_sub(1)) { c } else { '*' }).collect()
}

/// A unit's code or name: a long run of digits in it can be its owner's number.
fn digits_hidden(cell: &str) -> String {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits >= 15 && read_number(cell, None).number.is_some() { keep_ends(cell, 4) } else { cell.to_owned() }
}
