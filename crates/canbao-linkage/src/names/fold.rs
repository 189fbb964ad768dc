//! Variant characters: traditional and simplified, and other forms of one character (繁简、异体).

use std::sync::LazyLock;

use ahash::AHashMap;

/// `standard=variants` a line; see the file's head.
const PAIRS: &str = include_str!("../../data/variants.txt");

/// The table: a direct index for the basic plane's ideographs, a map for the rest.
struct Table {
    basic: Vec<u16>,
    rest: AHashMap<char, char>,
}

/// The first ideograph of the direct index (extension A) and how many follow up to U+9FFF.
const FIRST: u32 = 0x3400;
const COUNT: usize = 0x9FFF - 0x3400 + 1;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { basic: vec![0; COUNT], rest: AHashMap::new() };
    for (variant, standard) in pairs(PAIRS) {
        match (slot(variant).and_then(|k| table.basic.get_mut(k)), u16::try_from(u32::from(standard))) {
            (Some(entry), Ok(code)) => *entry = code,
            _ => drop(table.rest.insert(variant, standard)),
        }
    }
    table
});

fn slot(c: char) -> Option<usize> {
    u32::from(c).checked_sub(FIRST).and_then(|k| usize::try_from(k).ok())
}

/// The pairs `(variant, standard)` of a table's text.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (char, char)> + '_ {
    text.lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.split_once('='))
        .filter_map(|(standard, variants)| standard.chars().next().map(|standard| (standard, variants)))
        .flat_map(|(standard, variants)| variants.chars().map(move |variant| (variant, standard)))
}

/// The standard form of a variant character (峯 → 峰, 張 → 张); every other character is its own.
pub fn fold(c: char) -> char {
    let table = &*TABLE;
    if let Some(&code) = slot(c).and_then(|k| table.basic.get(k)) {
        return if code == 0 { c } else { char::from_u32(u32::from(code)).unwrap_or(c) };
    }
    if c.is_ascii() { c } else { table.rest.get(&c).copied().unwrap_or(c) }
}
