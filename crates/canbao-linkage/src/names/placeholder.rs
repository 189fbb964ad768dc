//! Words that stand where a name should.

use std::sync::LazyLock;

use ahash::AHashSet;

use super::token::is_wild_char;

/// The words, one a line, `#` begins a comment.
const WORDS: &str = include_str!("../../data/placeholders.txt");

static TABLE: LazyLock<AHashSet<&'static str>> = LazyLock::new(|| {
    WORDS
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .filter(|word| !word.is_empty())
        .collect()
});

/// True where a normalised name is blank or says that there is none: 无名, 未知, 待定, `?`, `***`, `张三之子` …
///
/// Such a name never agrees or disagrees with another.
pub fn is_placeholder(normalised: &str) -> bool {
    if normalised.is_empty() || TABLE.contains(normalised) {
        return true;
    }
    // a new-born child under a parent's name (某某之子): not this person's name
    if ["之子", "之女", "之婴", "之长子", "之次子", "之长女", "之次女"].iter().any(|end| normalised.ends_with(end))
        && normalised.chars().count() >= 4
    {
        return true;
    }
    normalised.chars().all(|c| is_wild_char(c) || !c.is_alphabetic())
}
