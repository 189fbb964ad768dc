//! How wide texts are, roughly: the font is the reader's.

/// Width in px at 12 px.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(of).sum()
}

const fn of(character: char) -> f64 {
    match character {
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | 'i' | 'l' | '·' => 3.4,
        'A'..='Z' | '%' | '+' | '−' | '–' | '=' | '<' | '>' | '÷' | 'm' | 'w' => 8.4,
        '\u{0}'..='\u{2e7f}' => 6.8,
        _ => 12.0,
    }
}

/// As much of a text as fits, with … for the rest; blank where not even one character does.
pub(super) fn cut(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut left = room - 12.0;
    let kept: String = text
        .chars()
        .take_while(|character| {
            left -= of(*character);
            left >= 0.0
        })
        .collect();
    if kept.is_empty() { kept } else { format!("{kept}…") }
}
