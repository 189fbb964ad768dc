//! A header as written, and the plain words by which it is looked up.

use unicode_normalization::UnicodeNormalization;

/// A column's header and its plain words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    words: Vec<String>,
}

impl Header {
    pub(crate) fn new(written: &str) -> Self {
        let bare = without_brackets(written);
        let mut words = Vec::new();
        let mut add = |candidate: String| {
            if !candidate.is_empty() && !words.contains(&candidate) {
                words.push(candidate);
            }
        };
        let plain = word(&bare);
        add(word(written));
        add(plain.clone());
        // 姓名AAC003, 1.姓名, SFZH身份证号: each script's part by itself.
        let is_latin = |c: &char| c.is_ascii();
        let han: String = plain.chars().filter(|c| !is_latin(c)).collect();
        let latin: String = plain.chars().filter(is_latin).collect();
        add(han);
        if latin.len() > 2 {
            add(latin);
        }
        Self { words }
    }

    /// From the most to the least literal.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

/// The letters and digits of a text, width and case folded: what is left when nothing but the word counts.
pub(crate) fn word(text: &str) -> String {
    text.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in text.nfkc() {
        match c {
            '(' | '[' | '{' | '<' | '【' | '〔' | '《' | '〈' => depth += 1,
            ')' | ']' | '}' | '>' | '】' | '〕' | '》' | '〉' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}
