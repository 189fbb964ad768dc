//! One field of a record as text.

use std::fmt::Write as _;

use canbao_domain::date::Date;

use super::header::DbfField;
use crate::plain::push_float;

/// Days from the Julian day number's zero to 1970-01-01.
const JULIAN_EPOCH: i64 = 2_440_588;

/// Appends a field that is not text (`C`, `V`, `M`) to `out`.
pub(crate) fn push_value(field: &DbfField, raw: &[u8], out: &mut String) {
    match field.kind {
        b'D' => push_date(raw, out),
        b'L' => match raw.first() {
            Some(b'T' | b't' | b'Y' | b'y') => out.push('T'),
            Some(b'F' | b'f' | b'N' | b'n') => out.push('F'),
            _ => {}
        },
        b'I' | b'+' => {
            if let Ok(bytes) = <[u8; 4]>::try_from(raw) {
                let _ = write!(out, "{}", i32::from_le_bytes(bytes));
            }
        }
        b'B' | b'O' => {
            if let Ok(bytes) = <[u8; 8]>::try_from(raw) {
                push_float(f64::from_le_bytes(bytes), out);
            }
        }
        b'Y' => {
            if let Ok(bytes) = <[u8; 8]>::try_from(raw) {
                let value = i64::from_le_bytes(bytes);
                let sign = if value < 0 { "-" } else { "" };
                let (whole, part) = (value.unsigned_abs() / 10_000, value.unsigned_abs() % 10_000);
                let _ = write!(out, "{sign}{whole}.{part:04}");
            }
        }
        b'T' | b'@' => push_time(raw, out),
        // General, picture and other binary objects hold nothing that a table could.
        b'G' | b'P' | b'W' | b'Q' | b'0' => {}
        _ => out.push_str(&String::from_utf8_lossy(raw.trim_ascii())),
    }
}

fn push_date(raw: &[u8], out: &mut String) {
    let text = raw.trim_ascii();
    if text.iter().all(|byte| *byte == b'0' || *byte == 0) {
        return;
    }
    let written = String::from_utf8_lossy(text);
    match Date::parse(&written) {
        Some(date) if text.len() == 8 => {
            let (year, month, day) = date.ymd();
            let _ = write!(out, "{year:04}-{month:02}-{day:02}");
        }
        _ => out.push_str(&written),
    }
}

/// FoxPro's time: Julian day and milliseconds, both little-endian.
fn push_time(raw: &[u8], out: &mut String) {
    let Ok([a, b, c, d, e, f, g, h]) = <[u8; 8]>::try_from(raw) else { return };
    let day = i64::from(i32::from_le_bytes([a, b, c, d]));
    let milliseconds = i32::from_le_bytes([e, f, g, h]);
    if day == 0 {
        return;
    }
    let Ok(days) = i32::try_from(day - JULIAN_EPOCH) else { return };
    let (year, month, day) = Date(days).ymd();
    let _ = write!(out, "{year:04}-{month:02}-{day:02}");
    let seconds = milliseconds / 1000;
    if seconds > 0 {
        let _ = write!(out, " {:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    }
}
