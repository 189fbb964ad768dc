//! Binary numbers and dates as the plain text that a clerk would write.

use std::fmt::Write as _;

use canbao_domain::date::Date;

/// Appends a float as plain decimal text: no exponent, no `.0`.
pub(crate) fn push_float(value: f64, out: &mut String) {
    if value.is_finite() {
        // Rust writes floats without an exponent, and as short as they read back.
        let _ = write!(out, "{value}");
    }
}

/// Appends a worksheet's serial date as yyyy-mm-dd, with the time of day where it has one; false if it is
/// out of range.
pub(crate) fn push_serial(serial: f64, from_1904: bool, out: &mut String) -> bool {
    if !(0.0..2_958_466.0).contains(&serial) {
        return false;
    }
    let mut day = serial.floor() as i32;
    let mut second = ((serial - serial.floor()) * 86_400.0).round() as i32;
    if second == 86_400 {
        (day, second) = (day + 1, 0);
    }
    // 1900 was no leap year, but the first spreadsheet thought so: serials to 60 are one day ahead.
    let days = match (from_1904, day) {
        (true, _) => day - 24_107,
        (false, 0..60) => day - 25_568,
        (false, _) => day - 25_569,
    };
    if day > 0 || from_1904 {
        let (year, month, date) = Date(days).ymd();
        let _ = write!(out, "{year:04}-{month:02}-{date:02}");
        if second > 0 {
            out.push(' ');
        }
    }
    if second > 0 || day == 0 && !from_1904 {
        let _ = write!(out, "{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
    }
    true
}
