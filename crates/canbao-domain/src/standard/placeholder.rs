//! What is written where there is no number.

use std::sync::LazyLock;

use serde::Deserialize;

use super::table::fold;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: Vec<String>,
    shortest: usize,
    period_at_most: usize,
    impossible_areas: Vec<u32>,
}

static PLACEHOLDERS: LazyLock<File> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the table is compiled in, and a test reads it")]
    let mut file: File =
        toml::from_str(include_str!("../../standard/placeholders.toml")).expect("the embedded table is well formed");
    file.words = file.words.iter().map(|word| fold(word)).collect();
    file.words.sort();
    file
});

/// Whether the six digits of an area are of no area that ever was, so that a number with them was made up
/// even where its check character is right.
pub(crate) fn is_impossible_area(area: u32) -> bool {
    PLACEHOLDERS.impossible_areas.contains(&area)
}

/// Whether a folded number field, not empty, stands for no number. `core` is its letters and digits;
/// numbers of other certificates may be shorter than citizen numbers.
pub(crate) fn is_placeholder(plain: &str, core: &[u8], other_certificate: bool) -> bool {
    let table = &*PLACEHOLDERS;
    if table.words.binary_search_by(|word| word.as_str().cmp(plain)).is_ok() {
        return true;
    }
    let digits = core.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || (core.len() < table.shortest && !other_certificate) {
        return true;
    }
    // An X at the end is a check character; what stands before it counts.
    let body = match core {
        [body @ .., b'X'] => body,
        _ => core,
    };
    if body.len() != digits {
        return false;
    }
    is_regular(body, if other_certificate { 1 } else { table.period_at_most })
        || matches!(core.len(), 15 | 18) && (starts_with_impossible_area(body) || is_area_alone(body))
}

/// Whether digits are no one's because they follow from each other: one digit alone (0000…), repeated groups
/// (123123…), a run up or down (123456789012…), or any of these in all but the check character.
fn is_regular(digits: &[u8], period_at_most: usize) -> bool {
    let but_last = digits.split_last().map_or(digits, |(_, rest)| rest);
    let same = |digits: &[u8]| digits.iter().zip(digits.iter().skip(1)).all(|(a, b)| a == b);
    let step = |by: u8| digits.iter().zip(digits.iter().skip(1)).all(|(a, b)| (a - b'0' + by) % 10 == b - b'0');
    let periodic = |period: usize| {
        digits.len() >= 2 * period && digits.iter().zip(digits.iter().skip(period)).all(|(a, b)| a == b)
    };
    (digits.len() >= 6 && same(but_last)) || same(digits) || step(1) || step(9) || (2..=period_at_most).any(periodic)
}

fn starts_with_impossible_area(digits: &[u8]) -> bool {
    let Some(area) = digits.first_chunk::<6>() else { return false };
    is_impossible_area(area.iter().fold(0, |area, digit| area * 10 + u32::from(digit - b'0')))
}

/// Whether only zeros follow the area.
fn is_area_alone(digits: &[u8]) -> bool {
    digits.iter().skip(6).all(|digit| *digit == b'0')
}
