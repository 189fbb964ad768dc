//! Conditions on people and on words, as the catalogue writes them.

use canbao_registry::snapshot::Traits;

use crate::cube::{Cube, Dimension};

/// Whom a part of a measure counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Who has one of the values of each dimension.
    pub(crate) only: Vec<(Dimension, Vec<String>)>,
    /// And none of these.
    pub(crate) without: Vec<(Dimension, Vec<String>)>,
    /// Those too who are on the record and not of the population.
    pub(crate) everybody: bool,
}

/// A condition with its values as bits of one cube.
pub(crate) struct Held {
    only: Vec<(Dimension, u64)>,
    without: Vec<(Dimension, u64)>,
    everybody: bool,
}

impl Condition {
    pub(crate) fn held(&self, cube: &Cube) -> Held {
        let bits = |all: &[(Dimension, Vec<String>)]| {
            all.iter().map(|(dimension, keys)| (*dimension, cube.bits_of(*dimension, keys))).collect()
        };
        Held { only: bits(&self.only), without: bits(&self.without), everybody: self.everybody }
    }
}

impl Held {
    pub(crate) fn holds(&self, traits: Traits) -> bool {
        let has = |(dimension, bits): &(Dimension, u64)| dimension.places(traits) & bits != 0;
        (self.everybody || traits.category().is_population())
            && self.only.iter().all(has)
            && !self.without.iter().any(has)
    }
}

/// What the words of a snapshot begin with.
const HEADS: [&str; 10] =
    ["finding", "row", "survey", "household", "village", "recheck", "change", "unit", "unit-people", "source"];

/// Whether a pattern can be one of a snapshot's words.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    pattern.split('/').next().is_some_and(|head| HEADS.contains(&head)) && pattern.split('/').count() > 1
}

/// Whether a word is of a pattern, part by part; `*` stands for any text within a part.
pub(crate) fn is_like(word: &str, pattern: &str) -> bool {
    let (mut words, mut patterns) = (word.split('/'), pattern.split('/'));
    loop {
        match (words.next(), patterns.next()) {
            (None, None) => return true,
            (Some(word), Some(pattern)) => {
                let fits = match pattern.split_once('*') {
                    None => word == pattern,
                    Some((head, tail)) => {
                        word.len() >= head.len() + tail.len() && word.starts_with(head) && word.ends_with(tail)
                    }
                };
                if !fits {
                    return false;
                }
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{is_like, is_pattern};

    #[test]
    fn a_star_stands_for_a_part_and_no_more() {
        assert!(is_like("finding/name-differs/open", "finding/*-differs/open"));
        assert!(is_like("unit/110/confirmed", "unit/*/*"));
        assert!(!is_like("unit/110/confirmed", "unit/*"));
        assert!(!is_like("survey/person/outcome/11", "survey/person/*"));
        assert!(!is_like("finding/differs/open", "finding/*-differs/open"));
        assert!(!is_like("ab", "ab*b"));
        assert!(is_pattern("survey/*/timely") && !is_pattern("survey") && !is_pattern("people/all"));
    }
}
