//! Words that stand where a name should.

use std::sync::LazyLock;

use ahash::AHashSet;

use super::token::{is_ideograph, is_wild_char};

/// The words, one a line, `#` begins a comment.
const WORDS: &str = include_str!("../../data/placeholders.txt");

/// The words, and a bit for the hash of each one's first character: most names are not looked up.
struct Table {
    words: AHashSet<&'static str>,
    firsts: [u64; 8],
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table { words: AHashSet::new(), firsts: [0; 8] };
    let lines = WORDS.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    for text in lines.filter(|word| !word.is_empty()) {
        table.words.insert(text);
        let (word, bit) = text.chars().next().map(place).unwrap_or_default();
        if let Some(word) = table.firsts.get_mut(word) {
            *word |= bit;
        }
    }
    table
});

/// A character's word and bit among 512.
fn place(c: char) -> (usize, u64) {
    let code = u32::from(c);
    (usize::try_from(code / 64 % 8).unwrap_or_default(), 1 << (code % 64))
}

/// True where a normalised name is blank or says that there is none: 无名, 未知, 待定, `?`, `***`, `张三之子` …
///
/// Such a name never agrees or disagrees with another.
pub fn is_placeholder(normalised: &str) -> bool {
    let Some(first) = normalised.chars().next() else { return true };
    let (word, bit) = place(first);
    let table = &*TABLE;
    if table.firsts.get(word).is_some_and(|word| word & bit != 0) && table.words.contains(normalised) {
        return true;
    }
    // a new-born child under a parent's name (某某之子): not this person's name
    if normalised.ends_with(['子', '女', '婴'])
        && ["之子", "之女", "之婴", "之长子", "之次子", "之长女", "之次女"].iter().any(|end| normalised.ends_with(end))
        && normalised.chars().count() >= 4
    {
        return true;
    }
    !normalised.chars().any(|c| (is_ideograph(c) && c != '某') || (c.is_alphabetic() && !is_wild_char(c)))
}
