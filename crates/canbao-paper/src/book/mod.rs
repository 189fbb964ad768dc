//! A workbook: its sheets, its one style, its file.

mod list;
mod page;
mod style;
mod sums;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

use crate::PaperError;
pub use list::{Column, Kind, List, ListPlan};
pub use page::Page;
use style::Style;
pub use sums::{Figure, Sums, SumsPlan};

/// The rows of a sheet in Excel and its kin.
pub const MOST_ROWS: u32 = 1_048_576;

/// The most characters in a sheet's name.
const MOST_NAME: usize = 31;

/// What a workbook says of itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Its title, such as the area and what is listed.
    pub title: String,
    /// Who made it, such as the system's name.
    pub author: String,
    /// The day that it stands for: year, month, day. The clock is never asked, so equal content gives equal bytes.
    pub date: (u16, u8, u8),
}

/// A workbook that is being written.
pub struct Book {
    path: PathBuf,
    workbook: Workbook,
    style: Style,
    names: BTreeSet<String>,
    about: About,
    rows_per_sheet: u32,
}

/// A workbook with its title, author and date, whose long lists wait beside `path`.
pub(crate) fn begun(path: &Path, about: &About) -> Result<Workbook, PaperError> {
    let failed = || PaperError::write(path);
    let mut workbook = Workbook::new();
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    workbook.set_tempdir(folder).map_err(failed())?;
    let (year, month, day) = about.date;
    let date = ExcelDateTime::from_ymd(year, month, day).map_err(failed())?;
    workbook.set_properties(
        &DocProperties::new().set_title(&about.title).set_author(&about.author).set_creation_datetime(&date),
    );
    Ok(workbook)
}

impl Book {
    /// Begins a workbook that will stand at `path`. Long lists wait in unnamed files in the same folder.
    ///
    /// # Errors
    /// Where nothing can be written in that folder, or the date is none.
    pub fn create(path: &Path, about: About) -> Result<Self, PaperError> {
        let failed = || PaperError::write(path);
        let mut workbook = begun(path, &about)?;
        let style = Style::new();
        workbook.set_default_format(&style.body, style::ROW_PIXELS, style::COLUMN_PIXELS).map_err(failed())?;
        Ok(Self { path: path.to_owned(), workbook, style, names: BTreeSet::new(), about, rows_per_sheet: MOST_ROWS })
    }

    /// Ends each sheet of a list after so many rows, its head counted; at most [`MOST_ROWS`], the default.
    #[must_use]
    pub fn rows_per_sheet(mut self, rows: u32) -> Self {
        self.rows_per_sheet = rows.clamp(list::HEAD_ROWS + 1, MOST_ROWS);
        self
    }

    /// Adds a sheet of facts.
    ///
    /// # Errors
    /// Where the name is taken or no sheet's name.
    pub fn page(&mut self, name: &str, title: &str) -> Result<Page<'_>, PaperError> {
        Page::begin(self, name, title)
    }

    /// Adds a list, which takes as many sheets as its rows need.
    ///
    /// # Errors
    /// Where the name is taken or no sheet's name, or there is no column.
    pub fn list(&mut self, plan: ListPlan) -> Result<List<'_>, PaperError> {
        List::begin(self, plan)
    }

    /// Adds a table of figures whose totals are formulas.
    ///
    /// # Errors
    /// Where the name is taken or no sheet's name.
    pub fn sums(&mut self, plan: &SumsPlan<'_>) -> Result<Sums<'_>, PaperError> {
        Sums::begin(self, plan)
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where it cannot be written, such as on a full disk.
    pub fn save(mut self) -> Result<(), PaperError> {
        self.workbook.save(&self.path).map_err(PaperError::write(&self.path))
    }

    /// Adds an empty sheet of the common style; gives its place.
    fn add_sheet(&mut self, name: &str) -> Result<usize, PaperError> {
        if !self.names.insert(name.to_owned()) || name.chars().count() > MOST_NAME {
            return Err(PaperError::Shape { sheet: name.to_owned(), problem: "名称重复或太长".to_owned() });
        }
        let footer = format!("&L{}&C第 &P 页，共 &N 页&R{}", escaped(&self.about.title), name);
        let failed = || PaperError::sheet(name);
        let at = self.names.len() - 1;
        let sheet = self.workbook.add_worksheet_with_constant_memory().map_err(PaperError::write(&self.path))?;
        sheet.set_name(name).map_err(failed())?;
        sheet.set_paper_size(style::A4).set_landscape().set_footer(footer);
        sheet.set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
        // one page wide, as many high as it takes
        sheet.set_print_fit_to_pages(1, 0);
        Ok(at)
    }

    fn sheet(&mut self, at: usize, name: &str) -> Result<&mut Worksheet, PaperError> {
        self.workbook.worksheet_from_index(at).map_err(PaperError::sheet(name))
    }
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("path", &self.path).field("sheets", &self.names.len()).finish_non_exhaustive()
    }
}

/// In headers and footers `&` begins a command.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&&")
}
