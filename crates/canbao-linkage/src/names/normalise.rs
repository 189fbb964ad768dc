//! One spelling of a name.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Writes the normalised form of `raw` into `out`, whose former content is dropped.
///
/// Width and compatibility forms are folded (NFKC), accents are taken off, Latin is upper case; spaces of all sorts,
/// zero-width and control characters, the byte order mark and quotes are removed. Middle dots and commas (`·•・．.‧∙，、` …) become
/// one `·` between parts and are dropped at the ends; brackets become `(` `)`; `?`, `*`, `□`, `×` and the replacement
/// character become `?`. Variant characters, private-use characters and marks behind a namesake stay as written:
/// [`super::compare`] deals with them. Normalising twice changes nothing.
pub fn normalise(raw: &str, out: &mut String) {
    out.clear();
    if is_plain_han(raw) {
        out.push_str(raw);
        return;
    }
    for c in raw.chars() {
        if is_han(c) {
            out.push(c);
        } else if c != ' ' && c != '\u{3000}' {
            thorough(raw, out);
            return;
        }
    }
}

/// True where every character is a unified ideograph of the basic plane: three bytes each, `E4 B8 80` to `E9 BF BF`.
pub(super) fn is_plain_han(raw: &str) -> bool {
    let (groups, rest) = raw.as_bytes().as_chunks::<3>();
    rest.is_empty() && groups.iter().all(|&[a, b, _]| (0xE5..=0xE9).contains(&a) || (a == 0xE4 && b >= 0xB8))
}

const fn is_han(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

fn thorough(raw: &str, out: &mut String) {
    out.clear();
    let kept = raw.chars().nfkd().filter(|&c| !is_removed(c));
    let mut ended = Ended::default();
    // Taking marks off and composing again leaves Hangul whole and Latin bare.
    for c in kept.flat_map(char::to_uppercase).nfkd().filter(|&c| !is_removed(c)).nfc() {
        match unify(c) {
            '·' => ended.dot = !out.is_empty(),
            c => {
                if std::mem::take(&mut ended.dot) {
                    out.push('·');
                }
                out.push(c);
            }
        }
    }
}

/// A dot is written only when something follows it.
#[derive(Default)]
struct Ended {
    dot: bool,
}

fn is_removed(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || is_combining_mark(c)
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFC}' | '\u{E0000}'..='\u{E0FFF}'
            // quotes
            | '"' | '\'' | '`' | '´' | '‘'..='‟' | '′'..='‷' | '「'..='』' | '〈'..='》' | '«' | '»' | '‹' | '›'
            | '〝'..='〟')
}

fn unify(c: char) -> char {
    match c {
        '·' | '•' | '・' | '.' | '。' | '‧' | '∙' | '⋅' | '●' | '◦' | '᛫' | '⸱' | 'ᐧ' | '\u{0387}' | '\u{2024}'
        | '⦁' | ',' | '、' | '،' => '·',
        '(' | '[' | '{' | '【' | '〔' | '〖' | '〘' => '(',
        ')' | ']' | '}' | '】' | '〕' | '〗' | '〙' => ')',
        '?' | '*' | '□' | '■' | '▢' | '○' | '◯' | '×' | '✕' | '\u{FFFD}' | '¿' | '△' | '▲' => '?',
        '\\' | '∕' | '⁄' => '/',
        c => c,
    }
}
