//! Which number formats show a date.

/// The formats that every Excel has: 14 to 22 and 45 to 47 everywhere, 27 to 36 and 50 to 58 in East Asia.
pub(crate) fn is_date_id(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format code shows a date or a time: a letter of one outside quotes and brackets.
pub(crate) fn is_date_code(code: &str) -> bool {
    let mut chars = code.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => while chars.next().is_some_and(|c| c != '"') {},
            '[' => {
                // [h]:mm is a duration; [Red], [$-804], [>100] say nothing.
                let inner: String = chars.by_ref().take_while(|c| *c != ']').collect();
                if !inner.is_empty() && inner.chars().all(|c| matches!(c, 'h' | 'H' | 'm' | 'M' | 's' | 'S')) {
                    return true;
                }
            }
            '\\' | '_' | '*' => {
                chars.next();
            }
            ';' => return false,
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return true,
            // General, and E of 0.00E+00.
            'G' | 'g' => return false,
            _ => {}
        }
    }
    false
}
