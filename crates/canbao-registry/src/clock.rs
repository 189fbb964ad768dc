//! The time of day.

use std::time::{SystemTime, UNIX_EPOCH};

use canbao_domain::date::Date;

/// Milliseconds since 1970 (UTC).
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Today, in China.
pub(crate) fn today() -> Date {
    day_of(now_ms())
}

/// The day of a time in milliseconds since 1970 (UTC), in China.
pub fn day_of(ms: i64) -> Date {
    Date(i32::try_from((ms.div_euclid(1000) + 8 * 3600).div_euclid(86_400)).unwrap_or_default())
}

/// A time in milliseconds since 1970 (UTC) as `2016-11-01T08:00:00+08:00`: China's, wherever the machine stands.
pub fn instant(ms: i64) -> String {
    let seconds = ms.div_euclid(1000) + 8 * 3600;
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let date = Date(i32::try_from(days).unwrap_or_default());
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{date}T{hour:02}:{minute:02}:{second:02}+08:00")
}

#[cfg(test)]
mod tests {
    #[test]
    fn instants_are_chinas() {
        assert_eq!(super::instant(0), "1970-01-01T08:00:00+08:00");
        assert_eq!(super::instant(1_456_761_599_000), "2016-02-29T23:59:59+08:00");
        assert_eq!(super::instant(1_456_761_600_000), "2016-03-01T00:00:00+08:00");
    }
}
