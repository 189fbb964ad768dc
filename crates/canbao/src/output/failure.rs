//! What went wrong, as a whole sentence, with what to do about it.

use std::fmt::{self, Write as _};

use super::language::Language;

/// A refusal: a whole sentence that says what and where, and hints that say what to do.
#[derive(Debug)]
pub(crate) struct Failure {
    sentence: String,
    hints: Vec<String>,
}

impl Failure {
    /// A refusal with no hint yet.
    pub(crate) fn new(sentence: impl fmt::Display) -> Self {
        Self { sentence: sentence.to_string(), hints: Vec::new() }
    }

    /// Adds what to do.
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// Adds what to do, where something is known.
    pub(crate) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints.into_iter().filter(|hint| !hint.is_empty()));
        self
    }

    /// One JSON line for the program that started this one: `{"event":"failed","message":…,"hints":[…]}`.
    pub(crate) fn json(&self) -> String {
        let line = serde_json::json!({ "event": "failed", "message": self.sentence, "hints": self.hints });
        format!("{line}\n")
    }

    /// The text for standard error, readable without colour, ended with a newline.
    pub(crate) fn render(&self, language: Language) -> String {
        let (error, hint, colon) = match language {
            Language::Zh => ("错误", "提示", "："),
            Language::En => ("error", "hint", ": "),
        };
        let mut out = String::new();
        let hints = self.hints.iter().map(|text| (hint, text));
        for (word, text) in std::iter::once((error, &self.sentence)).chain(hints) {
            // writing to a string cannot fail
            let _ = writeln!(out, "{word}{colon}{text}{}", full_stop(text));
        }
        out
    }
}

/// The full stop that a Chinese sentence from another crate may lack.
fn full_stop(text: &str) -> &'static str {
    if text.ends_with(|c: char| c.is_ascii() || "。？！；：…”）".contains(c)) { "" } else { "。" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_hint_has_a_line_of_its_own() {
        let failure = Failure::new("城市文件 a.toml 不存在。").hint("先运行 canbao synth。");
        assert_eq!(failure.render(Language::Zh), "错误：城市文件 a.toml 不存在。\n提示：先运行 canbao synth。\n");
        let failure = Failure::new("找不到这个文件").hint("请核对文件名");
        assert_eq!(failure.render(Language::Zh), "错误：找不到这个文件。\n提示：请核对文件名。\n");
        let failure = Failure::new("x").hint("y").hint("z");
        assert_eq!(failure.render(Language::En), "error: x\nhint: y\nhint: z\n");
        assert_eq!(failure.json(), "{\"event\":\"failed\",\"message\":\"x\",\"hints\":[\"y\",\"z\"]}\n");
    }
}
