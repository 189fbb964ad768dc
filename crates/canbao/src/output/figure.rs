//! Figures as people read them: thousands separated, shares, sizes, times.

use std::time::Duration;

/// `1234567` as `1,234,567`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The share of `part` in `whole` as a percentage with one decimal; `—` of nothing.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "—".to_owned();
    }
    format!("{:.1}%", ratio(part, whole) * 100.0)
}

/// The share of `part` in `whole`, 0 of nothing.
pub(crate) fn ratio(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// Bytes as `812 MB`, `1.72 GB` (powers of ten).
pub(crate) fn bytes(value: u64) -> String {
    match value {
        0..10_000 => format!("{value} B"),
        10_000..1_000_000 => format!("{:.0} KB", ratio(value, 1_000)),
        1_000_000..1_000_000_000 => format!("{:.0} MB", ratio(value, 1_000_000)),
        _ => format!("{:.2} GB", ratio(value, 1_000_000_000)),
    }
}

/// Seconds with one decimal: `3.2`.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64())
}

/// Rows a second, rounded down; 0 where no time has passed.
pub(crate) fn rate(rows: u64, time: Duration) -> u64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { (rows as f64 / seconds) as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        for (value, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_304, "12,304"), (8_300_000, "8,300,000")] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn shares_of_nothing_are_no_number() {
        assert_eq!(percent(1, 0), "—");
        assert_eq!(percent(1, 3), "33.3%");
        assert_eq!(percent(3, 3), "100.0%");
    }

    #[test]
    fn sizes_and_rates() {
        assert_eq!(bytes(950_000_000), "950 MB");
        assert_eq!(bytes(1_720_000_000), "1.72 GB");
        assert_eq!(rate(100, Duration::ZERO), 0);
        assert_eq!(rate(100, Duration::from_millis(500)), 200);
    }
}
