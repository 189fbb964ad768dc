//! Folding of a number field: what is written without meaning falls away.

use super::text::NumberText;

/// Bytes of the folded field that are looked at; a number field is far shorter.
const CAPACITY: usize = 96;

/// A number field, folded.
pub(super) struct Folded {
    bytes: [u8; CAPACITY],
    len: usize,
    /// Something visible was dropped: a dash, a comma.
    pub(super) marks: bool,
}

impl Folded {
    /// Folds a field: width and case; spaces, zero-width and control characters, quotes, dashes and commas dropped;
    /// what looks like an X made one.
    pub(super) fn read(raw: &str) -> Self {
        let mut folded = Self { bytes: [0; CAPACITY], len: 0, marks: false };
        for c in raw.chars() {
            match fold(c) {
                Fold::Keep(c) => {
                    if !folded.push(c) {
                        break;
                    }
                }
                Fold::Mark => folded.marks = true,
                Fold::Nothing => {}
            }
        }
        folded
    }

    /// The folded field with its other characters (Han, punctuation).
    pub(super) fn plain(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Letters and digits alone, `*` kept (some systems mask with it, some write it for X), other characters as `?`.
    pub(super) fn core(&self) -> NumberText {
        let mut core = NumberText::EMPTY;
        for c in self.plain().chars() {
            match c {
                '0'..='9' | 'A'..='Z' | '*' => core.push(c as u8),
                _ if c.is_ascii() => {}
                _ => core.push(b'?'),
            }
        }
        core
    }

    fn push(&mut self, c: char) -> bool {
        if c.is_ascii() {
            let Some(place) = self.bytes.get_mut(self.len) else { return false };
            *place = c as u8;
            self.len += 1;
            return true;
        }
        let end = self.len + c.len_utf8();
        let Some(place) = self.bytes.get_mut(self.len..end) else { return false };
        c.encode_utf8(place);
        self.len = end;
        true
    }
}

enum Fold {
    Keep(char),
    Mark,
    Nothing,
}

fn fold(c: char) -> Fold {
    match c {
        '0'..='9' | 'A'..='Z' => Fold::Keep(c),
        'a'..='z' => Fold::Keep(c.to_ascii_uppercase()),
        '\'' | '"' | '`' => Fold::Nothing,
        '-' | '_' | ',' => Fold::Mark,
        _ if c.is_ascii() => {
            if c.is_ascii_whitespace() || c.is_ascii_control() {
                Fold::Nothing
            } else {
                Fold::Keep(c)
            }
        }
        // Full-width forms of ASCII, U+FF01 to U+FF5E.
        '\u{ff01}'..='\u{ff5e}' => fold(char::from((c as u32 - 0xff01 + 0x21) as u8)),
        // ×, Greek Χ, Cyrillic Х, the Roman numeral ten, crosses
        '×' | 'Χ' | 'χ' | 'Х' | 'х' | 'Ⅹ' | 'ⅹ' | '✕' | '✖' | '╳' | '⨯' => Fold::Keep('X'),
        '‘' | '’' | '‚' | '‛' | '“' | '”' | '„' | '′' | '´' | 'ˊ' | 'ˋ' | '〝' | '〞' | '「' | '」' => {
            Fold::Nothing
        }
        '‐'..='―' | '−' | '﹣' | '─' | '━' | 'ー' | '、' => Fold::Mark,
        _ if c.is_whitespace() || c.is_control() || is_invisible(c) => Fold::Nothing,
        _ => Fold::Keep(c),
    }
}

/// Zero-width and direction characters, the soft hyphen, the byte order mark, fillers, variation selectors, tags.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}
