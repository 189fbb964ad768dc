//! What killed runs leave behind.

use std::fs;
use std::path::PathBuf;

use super::claim::{PARTIAL, abandoned};
use super::place::Place;
use super::swap::PREVIOUS;

/// Puts back the run that was set aside by one that was killed before its own stood in place
/// (only where the file system cannot exchange two folders).
pub(super) fn restore_previous(place: &Place) {
    if fs::symlink_metadata(&place.path).is_ok() {
        return;
    }
    if let Some(path) = hidden(place, PREVIOUS).pop()
        && abandoned(&path).is_some()
    {
        // where it cannot be put back, it stays where it is
        let _ = fs::rename(&path, &place.path);
    }
}

/// Removes the hidden folders of runs that are dead. What cannot be removed does no harm and stays.
pub(super) fn remove_leftovers(place: &Place) {
    let set_aside = if fs::symlink_metadata(&place.path).is_ok() { hidden(place, PREVIOUS) } else { Vec::new() };
    for path in hidden(place, PARTIAL).into_iter().chain(set_aside) {
        if let Some(_lock) = abandoned(&path) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// OUT's hidden siblings in a role, in the order of their names: `.OUT.ROLE-PID-N` and nothing else.
fn hidden(place: &Place, role: &str) -> Vec<PathBuf> {
    let prefix = place.prefix(role);
    let mut found: Vec<PathBuf> = fs::read_dir(&place.parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            name.as_encoded_bytes()
                .strip_prefix(prefix.as_encoded_bytes())
                .is_some_and(|ending| ending.contains(&b'-') && ending.iter().all(|c| c.is_ascii_digit() || *c == b'-'))
                && entry.file_type().is_ok_and(|kind| kind.is_dir())
        })
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}
