//! What does not count when a code is looked up.

/// Width and case folded, spaces left out.
pub(crate) fn fold(text: &str) -> String {
    text.chars().filter_map(fold_char).collect()
}

/// One character folded; `None` for a space or an invisible character.
pub(crate) fn fold_char(c: char) -> Option<char> {
    match c {
        'a'..='z' => Some(c.to_ascii_uppercase()),
        '\u{ff01}'..='\u{ff5e}' => Some(char::from((c as u32 - 0xff01 + 0x21) as u8).to_ascii_uppercase()),
        '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}' => None,
        _ if c.is_whitespace() => None,
        _ => Some(c),
    }
}
