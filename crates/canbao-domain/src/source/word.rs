//! The error of a word that is none of ours.

/// A word that names no kind of extract and no field.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{word}”不是{what}。")]
pub struct UnknownWord {
    pub(super) word: String,
    pub(super) what: &'static str,
    pub(super) known: String,
}

impl UnknownWord {
    /// What to do: the words that are known.
    pub fn hint(&self) -> &str {
        &self.known
    }
}
