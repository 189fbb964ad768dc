//! Where the surname ends.

use std::sync::LazyLock;

/// Surnames of two characters, separated by spaces.
const COMPOUND: &str = include_str!("../../data/surnames.txt");

/// The surnames in order.
static TABLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut table: Vec<(char, char)> = COMPOUND
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .filter_map(|word| {
            let mut chars = word.chars();
            Some((chars.next()?, chars.next()?))
        })
        .collect();
    table.sort_unstable();
    table
});

/// How many characters of a name that begins with these two (folded) are its surname: 2 for 欧阳修, else 1.
pub(super) fn surname_len(first: char, second: char) -> usize {
    if TABLE.binary_search(&(first, second)).is_ok() { 2 } else { 1 }
}

/// How many characters of a normalised Chinese name are its surname: 2 where it begins with one of the surnames of
/// two characters (欧阳、司马 …), else 1; 0 for a blank name.
pub fn surname_chars(normalised: &str) -> usize {
    let mut chars = normalised.chars().map(super::fold);
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) => surname_len(first, second),
        (Some(_), None) => 1,
        _ => 0,
    }
}
