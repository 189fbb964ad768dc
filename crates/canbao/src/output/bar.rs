//! Bars for a terminal, in eighths of a column.

use super::figure::ratio;

const EIGHTHS: [char; 8] = [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// A bar of at most `columns`, as long as the share of `part` in `whole`; whatever is not zero shows at least a sliver.
pub(crate) fn bar(part: u64, whole: u64, columns: usize) -> String {
    let share = ratio(part, whole).min(1.0);
    let mut eighths = (share * columns as f64 * 8.0).round() as usize;
    if part > 0 {
        eighths = eighths.max(1);
    }
    let mut out: String = std::iter::repeat_n('█', eighths / 8).collect();
    if let Some(end) = EIGHTHS.get(eighths % 8).filter(|end| **end != ' ') {
        out.push(*end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_bar_is_as_long_as_its_share() {
        assert_eq!(bar(1, 2, 10), "█████");
        assert_eq!(bar(10, 10, 10).chars().count(), 10);
        assert_eq!(bar(0, 10, 10), "");
        assert_eq!(bar(1, 1_000_000, 10), "▏");
        assert_eq!(bar(5, 0, 10), "▏");
        assert_eq!(bar(20, 10, 10).chars().count(), 10);
    }
}
