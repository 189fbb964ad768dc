//! The language of messages and summaries; help is always in English.

/// Chinese unless English is asked for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Language {
    /// Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The one of two texts that is in this language.
    pub(crate) fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The language that a command line asks for, before it is parsed: its own errors are to be in that language too.
    pub(crate) fn asked(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Self {
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            if argument == "--lang=en" {
                return Self::En;
            }
            if argument == "--lang" && arguments.next().is_some_and(|value| value == "en") {
                return Self::En;
            }
        }
        Self::Zh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_known_before_parsing() {
        let asked = |line: &str| Language::asked(line.split(' ').map(Into::into));
        assert_eq!(asked("canbao compare --lang en x"), Language::En);
        assert_eq!(asked("canbao --lang=en nonsense"), Language::En);
        assert_eq!(asked("canbao compare --lang zh en"), Language::Zh);
        assert_eq!(asked("canbao compare --lang"), Language::Zh);
    }
}
