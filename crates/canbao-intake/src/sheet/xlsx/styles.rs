//! Which cell styles show a date.

use std::collections::HashMap;

use super::package::{Package, attribute, tags};
use crate::error::IntakeError;
use crate::sheet::dates::{is_date_code, is_date_id};

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
