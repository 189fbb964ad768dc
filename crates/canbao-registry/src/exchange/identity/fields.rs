//! Reads `key = "value"` lines: the part of TOML that cards and identities need.
//!
//! A reader of our own, because a general one makes copies of values, and copies of secrets would stay in memory.

use super::IdentityError;

/// Longer than any card or identity, in bytes.
pub(super) const MAX_TEXT: usize = 8 * 1024;

/// The values of `keys`, in their order. Blank lines and lines that begin with `#` are skipped; any other key,
/// a key that stands twice and a key that is missing are refused.
pub(super) fn read<'a, const N: usize>(
    what: &'static str,
    text: &'a str,
    keys: [&'static str; N],
) -> Result<[&'a str; N], IdentityError> {
    if text.len() > MAX_TEXT {
        return Err(IdentityError::TooLong(what));
    }
    let mut values = [None; N];
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line_number = at + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = || IdentityError::Line { what, line: line_number };
        let (key, value) = line.split_once('=').ok_or_else(wrong)?;
        let value = value.trim().strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).ok_or_else(wrong)?;
        if value.contains(['"', '\\']) || value.chars().any(char::is_control) {
            return Err(wrong());
        }
        let place = keys.iter().position(|known| *known == key.trim()).ok_or_else(wrong)?;
        let (Some(slot), Some(key)) = (values.get_mut(place), keys.get(place)) else { return Err(wrong()) };
        if slot.replace(value).is_some() {
            return Err(IdentityError::Twice { what, line: line_number, key });
        }
    }
    let mut found = [""; N];
    for ((slot, value), key) in found.iter_mut().zip(values).zip(keys) {
        *slot = value.ok_or(IdentityError::Missing { what, key })?;
    }
    Ok(found)
}
