//! What is wrong with a file of the standard.

/// What is wrong with a code table or with the items. The message is a whole Chinese sentence that names the file;
/// [`StandardError::hint`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandardError {
    /// Not TOML, a key missing, or a key that is none.
    #[error("{file}第{line}行读不懂：{message}。")]
    Toml {
        /// The file's name.
        file: String,
        /// 1-based line.
        line: usize,
        /// What the reader says, in English.
        message: String,
    },
    /// A word that names nothing.
    #[error("{file}里{place}的{key}“{word}”不认识。")]
    Word {
        /// The file's name.
        file: String,
        /// Which item or entry, in Chinese.
        place: String,
        /// The key where it stands.
        key: &'static str,
        /// The word.
        word: String,
        /// The words that are known.
        known: String,
    },
    /// A date that is none.
    #[error("{file}的{key}“{text}”不是日期。")]
    Date {
        /// The file's name.
        file: String,
        /// The key where it stands.
        key: &'static str,
        /// What is written.
        text: String,
    },
    /// What contradicts itself or leaves something open.
    #[error("{file}：{what}。")]
    Unsound {
        /// The file's name.
        file: String,
        /// What is wrong, in Chinese.
        what: String,
        /// What to do, in Chinese.
        hint: String,
    },
}

impl StandardError {
    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::Toml { .. } => "请对照随程序提供的同名文件改正这一行。".to_owned(),
            Self::Word { known, .. } => format!("可用的：{known}。"),
            Self::Date { .. } => "请写成 \"2016-01-01\" 的样子。".to_owned(),
            Self::Unsound { hint, .. } => hint.clone(),
        }
    }

    pub(super) fn unsound(file: &str, what: String, hint: impl Into<String>) -> Self {
        Self::Unsound { file: file.to_owned(), what, hint: hint.into() }
    }

    pub(super) fn toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let line = error.span().map_or(1, |span| 1 + text.get(..span.start).unwrap_or_default().matches('\n').count());
        Self::Toml { file: file.to_owned(), line, message: error.message().trim_end_matches('.').to_owned() }
    }
}
