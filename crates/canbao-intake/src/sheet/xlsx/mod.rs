//! XLSX, read as a stream.
//!
//! Own reader on `zip` and `quick-xml`, because calamine parses every number to a float: a citizen number
//! that a program has written as the number 610902198503121234 stands whole in the file, and would come
//! out as …1280. Here a number's own digits are kept. A sheet is read without being held, shared strings
//! are one text, and what a compressed file may unfold to is bounded.

mod cells;
mod package;
mod strings;
mod styles;

use std::path::{Path, PathBuf};

use super::SheetName;
use super::strings::SharedStrings;
use crate::error::IntakeError;
use crate::extract::PageSink;
use package::{Package, attribute, tags};
use styles::Styles;

/// An opened workbook.
pub(crate) struct Book {
    path: PathBuf,
    shown: String,
    sheets: Vec<Entry>,
    strings: SharedStrings,
    styles: Styles,
    from_1904: bool,
}

struct Entry {
    sheet: SheetName,
    /// Its file in the package.
    target: String,
}

impl Book {
    /// Opens the workbook at `path`, and reads what its sheets share.
    pub(crate) fn open(path: &Path, shown: &str) -> Result<Self, IntakeError> {
        let mut package = Package::open(path, shown)?;
        let mut targets = Vec::new();
        let folder = package.workbook_folder();
        tags(&mut package, &format!("{folder}_rels/workbook.xml.rels"), &mut |tag| {
            if tag.local_name().as_ref() == "Relationship" {
                let text = |key| attribute(tag, key).unwrap_or_default();
                targets.push((text("Id"), text("Type"), text("Target")));
            }
        })?;
        let (mut sheets, mut from_1904) = (Vec::new(), false);
        let mut listed = Vec::new();
        tags(&mut package, &format!("{folder}workbook.xml"), &mut |tag| match tag.local_name().as_ref() {
            "workbookPr" => from_1904 = matches!(attribute(tag, "date1904").as_deref(), Some("1" | "true")),
            "sheet" => listed.push((
                attribute(tag, "name"),
                attribute(tag, "state"),
                attribute(tag, "r:id").or_else(|| attribute(tag, "id")),
            )),
            _ => {}
        })?;
        for (name, state, id) in listed {
            let target =
                targets.iter().find(|(known, kind, _)| Some(known) == id.as_ref() && kind.ends_with("/worksheet"));
            if let (Some(name), Some((_, _, target))) = (name, target) {
                let hidden = matches!(state.as_deref(), Some("hidden" | "veryHidden"));
                sheets.push(Entry { sheet: SheetName { name, hidden }, target: resolve(&folder, target) });
            }
        }
        if sheets.is_empty() {
            return Err(package.broken("里面没有工作表"));
        }
        let part = |ending: &str| {
            targets.iter().find(|(_, kind, _)| kind.ends_with(ending)).map(|(_, _, target)| resolve(&folder, target))
        };
        let styles = match part("/styles") {
            Some(target) => Styles::read(&mut package, &target)?,
            None => Styles::default(),
        };
        let strings = match part("/sharedStrings") {
            Some(target) => strings::read_shared(&mut package, &target)?,
            None => SharedStrings::default(),
        };
        Ok(Self { path: path.to_path_buf(), shown: shown.to_owned(), sheets, strings, styles, from_1904 })
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.strings.bytes()
    }

    /// Its worksheets, in the workbook's order.
    pub(crate) fn sheets(&self) -> Vec<SheetName> {
        self.sheets.iter().map(|entry| entry.sheet.clone()).collect()
    }

    /// Reads the rows of a sheet.
    pub(crate) fn pages(&self, sheet: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
        let mut package = Package::open(&self.path, &self.shown)?;
        let Some(entry) = self.sheets.iter().find(|entry| entry.sheet.name == sheet) else {
            return Err(package.broken("里面没有要读的工作表"));
        };
        cells::read(&mut package, entry, &self.strings, &self.styles, self.from_1904, sink)
    }
}

/// A relationship's target, from the workbook's folder or from the package's root.
fn resolve(folder: &str, target: &str) -> String {
    match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    }
}
