//! How characters sound: toneless pinyin with the confusions of southern Shaanxi speech and of pinyin typing folded.

use std::sync::LazyLock;

use ahash::{AHashMap, AHashSet};
use pinyin::ToPinyin as _;

use super::fold;

/// `character=readings` words; see the file's head.
const READINGS: &str = include_str!("../../data/readings.txt");

/// A folded toneless syllable, five bits a letter; 0 is none.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Syllable(u32);

impl Syllable {
    /// The letters as a number; stable between runs and machines.
    pub(super) const fn code(self) -> u32 {
        self.0
    }

    /// Folds a toneless syllable in lower case (`ü` or `v`): zh→z, ch→c, sh→s; -ing→-in, -eng→-en, -ang→-an.
    fn near(plain: &str) -> Self {
        let (initial, rest) = match plain.as_bytes() {
            [first @ (b'z' | b'c' | b's'), b'h', ..] => (Some(*first), plain.get(2..).unwrap_or_default()),
            _ => (None, plain),
        };
        let rest = match rest {
            r if r.ends_with("ong") => r,
            r if r.len() > 3 && r.ends_with("ng") => r.get(..r.len() - 1).unwrap_or(r),
            "ang" => "an",
            "eng" => "en",
            "ing" => "in",
            r => r,
        };
        Self::pack(initial.map(char::from).into_iter().chain(rest.chars()))
    }

    fn pack(letters: impl Iterator<Item = char>) -> Self {
        let mut code = 0u32;
        for c in letters.take(6) {
            let letter = match c {
                'a'..='z' => u32::from(c) - u32::from('a') + 1,
                'ü' => u32::from('v') - u32::from('a') + 1,
                'ê' => u32::from('e') - u32::from('a') + 1,
                _ => 0,
            };
            code = (code << 5) | letter;
        }
        Self(code)
    }
}

/// First ideograph with a reading in the direct index, and the count up to U+9FFF.
const FIRST: u32 = 0x3400;
const COUNT: u32 = 0x9FFF - 0x3400 + 1;

struct Table {
    /// Where a character's readings begin in `pool`; one entry more than characters.
    starts: Vec<u32>,
    /// Folded readings, the commonest first, without repetition.
    pool: Vec<Syllable>,
    /// Readings outside the direct index.
    rest: AHashMap<char, Vec<Syllable>>,
    /// Every syllable as it is written, in upper case, to its folded form.
    written: AHashMap<String, Syllable>,
}

static TABLE: LazyLock<Table> = LazyLock::new(build);

fn build() -> Table {
    let words = READINGS.lines().map(|line| line.split('#').next().unwrap_or_default()).flat_map(str::split_whitespace);
    let several: AHashMap<char, &'static str> = words
        .filter_map(|word| word.split_once('='))
        .filter_map(|(character, readings)| Some((character.chars().next()?, readings)))
        .collect();
    let mut table = Table { starts: Vec::new(), pool: Vec::new(), rest: AHashMap::new(), written: AHashMap::new() };
    let mut seen = AHashSet::new();
    let length = |pool: &Vec<Syllable>| u32::try_from(pool.len()).unwrap_or(u32::MAX);
    for code in (FIRST..FIRST + COUNT).chain(0x20000..0x32000).chain(0xF900..0xFB00) {
        let direct = code < FIRST + COUNT;
        if direct {
            table.starts.push(length(&table.pool));
        }
        let Some(c) = char::from_u32(code) else { continue };
        // a variant character sounds as its standard form
        let readings = read(fold(c), &several, &mut |plain: &'static str, syllable| {
            if seen.insert(plain) {
                spellings(plain, |spelling| {
                    table.written.insert(spelling, syllable);
                });
            }
        });
        if direct {
            table.pool.extend(readings);
        } else if !readings.is_empty() {
            table.rest.insert(c, readings);
        }
    }
    table.starts.push(length(&table.pool));
    table
}

/// The folded readings of a character, without repetition; every plain one is also told to `heard`.
fn read(
    c: char,
    several: &AHashMap<char, &'static str>,
    heard: &mut impl FnMut(&'static str, Syllable),
) -> Vec<Syllable> {
    let mut out: Vec<Syllable> = Vec::new();
    let listed = several.get(&c).copied();
    let first = c.to_pinyin().filter(|_| listed.is_none()).map(pinyin::Pinyin::plain);
    for plain in listed.into_iter().flat_map(|readings| readings.split(',')).chain(first) {
        // interjections without a vowel (m, n, ng, hm) are no reading in a name
        if !plain.contains(['a', 'e', 'i', 'o', 'u', 'ü', 'v']) {
            continue;
        }
        let syllable = Syllable::near(plain);
        heard(plain, syllable);
        if !out.contains(&syllable) {
            out.push(syllable);
        }
    }
    out
}

/// The ways a syllable is typed in Latin capitals: `ü` as V, YU (passports) or U.
fn spellings(plain: &str, mut emit: impl FnMut(String)) {
    let upper = plain.to_uppercase().replace('Ê', "E").replace('V', "Ü");
    if upper.contains('Ü') {
        emit(upper.replace('Ü', "V"));
        emit(upper.replace('Ü', "YU"));
        if upper == "LÜE" || upper == "NÜE" {
            emit(upper.replace('Ü', "U"));
        }
    }
    emit(upper);
}

/// The folded readings of a character, the commonest first; empty where none is known.
pub(super) fn readings(c: char) -> &'static [Syllable] {
    let table = &*TABLE;
    match u32::from(c).checked_sub(FIRST).filter(|&k| k < COUNT).and_then(|k| usize::try_from(k).ok()) {
        Some(k) => {
            let bound = |k: usize| table.starts.get(k).and_then(|&at| usize::try_from(at).ok()).unwrap_or_default();
            table.pool.get(bound(k)..bound(k + 1)).unwrap_or_default()
        }
        None => table.rest.get(&c).map(Vec::as_slice).unwrap_or_default(),
    }
}

/// True where two characters share a reading, tones aside and common confusions folded: 伟/玮, 晓/小, 陈/程.
pub fn same_sound(a: char, b: char) -> bool {
    let other = readings(b);
    readings(a).iter().any(|syllable| other.contains(syllable))
}

/// The folded form of a syllable written in Latin capitals; none where it is no Mandarin syllable.
pub(super) fn written(latin: &str) -> Option<Syllable> {
    TABLE.written.get(latin).copied()
}
