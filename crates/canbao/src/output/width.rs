//! How many columns a text takes on a terminal: Chinese characters take two.

/// Columns that one character takes: 0 for combining and zero-width marks, 2 for East Asian wide ones (UAX #11), else 1.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0000..=0x001F | 0x007F..=0x009F | 0x0300..=0x036F | 0x200B..=0x200F | 0x2060 | 0xFE00..=0xFE0F | 0xFEFF => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF01..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Columns that `text` takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Appends `text`, then spaces up to `columns`.
pub(crate) fn push_left(out: &mut String, text: &str, columns: usize) {
    out.push_str(text);
    push_spaces(out, columns.saturating_sub(width(text)));
}

/// Appends spaces, then `text`, so that it ends at `columns`.
pub(crate) fn push_right(out: &mut String, text: &str, columns: usize) {
    push_spaces(out, columns.saturating_sub(width(text)));
    out.push_str(text);
}

fn push_spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}

/// `text`, cut with `…` where it takes more than `columns`.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 0;
    for c in text.chars() {
        if taken + char_width(c) + 1 > columns {
            break;
        }
        taken += char_width(c);
        kept.push(c);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_takes_two_columns_and_marks_take_none() {
        assert_eq!(width("abc"), 3);
        assert_eq!(width("汉滨区"), 6);
        assert_eq!(width("Ａ１"), 4);
        assert_eq!(width("𠅤"), 2);
        assert_eq!(width("a\u{200B}b\u{0301}"), 2);
        assert_eq!(width("█░·…"), 4);
    }

    #[test]
    fn padding_ends_where_it_should() {
        let mut out = String::new();
        push_left(&mut out, "汉滨", 6);
        push_right(&mut out, "12", 4);
        assert_eq!(out, "汉滨    12");
    }

    #[test]
    fn a_long_text_is_cut_within_its_columns() {
        assert_eq!(cut("汉滨区江北街道", 8), "汉滨区…");
        assert_eq!(cut("汉滨区", 6), "汉滨区");
        for columns in 1..14 {
            assert!(width(&cut("汉a滨b区江北街道", columns)) <= columns);
        }
    }
}
