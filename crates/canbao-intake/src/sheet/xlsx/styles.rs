//! Which cell styles show a date.

use std::collections::HashMap;

use super::package::{Package, attribute, tags};
use crate::error::IntakeError;

/// For each cell style, whether a number in it is a date.
#[derive(Debug, Default)]
pub(super) struct Styles {
    dates: Vec<bool>,
}

impl Styles {
    pub(super) fn read(package: &mut Package, name: &str) -> Result<Self, IntakeError> {
        let mut own = HashMap::new();
        let mut dates = Vec::new();
        let mut in_cells = false;
        tags(package, name, &mut |tag| match tag.local_name().as_ref() {
            "numFmt" => {
                let id = attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok());
                if let (Some(id), Some(code)) = (id, attribute(tag, "formatCode")) {
                    own.insert(id, is_date_code(&code));
                }
            }
            "cellXfs" => in_cells = true,
            "cellStyles" | "dxfs" | "cellStyleXfs" => in_cells = false,
            "xf" if in_cells => {
                let id = attribute(tag, "numFmtId").and_then(|id| id.parse::<u32>().ok()).unwrap_or(0);
                dates.push(own.get(&id).copied().unwrap_or_else(|| is_date_id(id)));
            }
            _ => {}
        })?;
        Ok(Self { dates })
    }

    pub(super) fn is_date(&self, style: usize) -> bool {
        self.dates.get(style).copied().unwrap_or(false)
    }
}

/// The formats that every Excel has: 14 to 22 and 45 to 47 everywhere, 27 to 36 and 50 to 58 in East Asia.
fn is_date_id(id: u32) -> bool {
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
