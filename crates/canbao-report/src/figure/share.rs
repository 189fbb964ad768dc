//! Shares and counts as text: the one place where figures are rounded.

/// A part of a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// How many.
    pub part: u64,
    /// Of how many.
    pub whole: u64,
}

impl Share {
    /// Tenths of a percent, half a tenth rounded up; none of nothing. 891 is 89.1 %.
    pub fn tenths(self) -> Option<i64> {
        let (part, whole) = (u128::from(self.part), u128::from(self.whole));
        let tenths = (part * 2000 + whole).checked_div(whole * 2)?;
        i64::try_from(tenths).ok()
    }

    /// `89.1 %`; none of nothing.
    pub fn percent(self) -> Option<String> {
        self.tenths().map(|tenths| format!("{} %", decimal(tenths)))
    }
}

/// Tenths as a decimal: `89.1`, `−0.2`.
pub(crate) fn decimal(tenths: i64) -> String {
    let sign = if tenths < 0 { "−" } else { "" };
    format!("{sign}{}.{}", tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10)
}

/// `1234567` as `1,234,567`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_tenth_is_rounded_up() {
        let tenths = |part, whole| Share { part, whole }.tenths();
        assert_eq!(tenths(2_720_057, 3_053_939), Some(891));
        assert_eq!(tenths(1, 2000), Some(1));
        assert_eq!(tenths(9, 20_000), Some(0));
        assert_eq!(tenths(1, 3), Some(333));
        assert_eq!(tenths(3, 3), Some(1000));
        assert_eq!(tenths(5, 0), None);
        assert_eq!(tenths(u64::MAX, u64::MAX), Some(1000));
    }

    #[test]
    fn figures_are_written_as_the_pages_have_them() {
        assert_eq!(Share { part: 0, whole: 7 }.percent().as_deref(), Some("0.0 %"));
        assert_eq!((decimal(-2), decimal(14), decimal(1000)), ("−0.2".into(), "1.4".into(), "100.0".into()));
        assert_eq!(
            (thousands(0), thousands(999), thousands(3_053_939)),
            ("0".into(), "999".into(), "3,053,939".into())
        );
    }
}
