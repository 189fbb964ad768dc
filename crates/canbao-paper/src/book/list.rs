//! A list of any length: title, note, head that stays, filters, widths by content.

use rust_xlsxwriter::{ConditionalFormatFormula, Formula, IgnoreError, Worksheet};

use super::{Book, style};
use crate::PaperError;
use crate::cell::{Cell, count_width, cut, date_text, serial, width};

/// Title, note and head of a sheet.
pub(super) const HEAD_ROWS: u32 = 3;
const NOTE_ROW: u32 = 1;
const HEAD_ROW: u32 = 2;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text of one line, also numbers of people and other codes.
    Text,
    /// Text that may take several lines.
    Long,
    /// Counts.
    Count,
    /// Dates.
    Date,
    /// Nothing: to be filled in by hand.
    ToFill,
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its title.
    pub title: &'static str,
    /// What it holds.
    pub kind: Kind,
}

impl Column {
    /// A column.
    #[must_use]
    pub const fn new(title: &'static str, kind: Kind) -> Self {
        Self { title, kind }
    }
}

/// What a list looks like before its rows come.
#[derive(Clone, Debug)]
pub struct ListPlan {
    /// The sheet's name, at most 28 characters; further sheets have a number behind it.
    pub name: String,
    /// What the list is, over its head.
    pub title: String,
    /// How many and what to do with it, in a sentence under the title.
    pub note: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The column whose change begins a new group, marked by a line above.
    pub group: Option<usize>,
    /// What stands there where there are no rows: why, and that nothing is to be done.
    pub empty: String,
}

/// A list that is being written. [`List::end`] must be called.
pub struct List<'b> {
    book: &'b mut Book,
    plan: ListPlan,
    /// The places of its sheets in the book, the last one being written.
    sheets: Vec<usize>,
    name: String,
    row: u32,
    ends: Vec<u32>,
    widths: Vec<usize>,
    rows: u64,
}

impl<'b> List<'b> {
    pub(super) fn begin(book: &'b mut Book, plan: ListPlan) -> Result<Self, PaperError> {
        let widths = plan.columns.iter().map(|column| narrowest(*column)).collect();
        let mut list =
            Self { book, name: plan.name.clone(), plan, sheets: Vec::new(), row: 0, ends: Vec::new(), widths, rows: 0 };
        if list.plan.columns.is_empty() || list.plan.columns.len() > 200 {
            return Err(list.wrong("列数应在1到200之间"));
        }
        list.begin_sheet()?;
        Ok(list)
    }

    /// Appends a row, a cell for each column.
    ///
    /// # Errors
    /// Where the number of cells is another than that of the columns, or scratch space cannot be had.
    pub fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), PaperError> {
        if cells.len() != self.plan.columns.len() {
            return Err(self.wrong("单元格数与列数不等"));
        }
        if self.row >= self.book.rows_per_sheet {
            self.ends.push(self.row);
            self.begin_sheet()?;
        }
        let (row, at) = (self.row, self.current());
        let sheet = self.book.sheet(at, &self.name)?;
        for ((column, cell), widest) in (0_u16..).zip(cells).zip(&mut self.widths) {
            let wide = write(sheet, row, column, *cell).map_err(PaperError::sheet(&self.name))?;
            *widest = wide.max(*widest);
        }
        self.row += 1;
        self.rows += 1;
        Ok(())
    }

    /// Ends the list; gives the number of its rows.
    ///
    /// # Errors
    /// Where the library refuses the sheet.
    pub fn end(mut self) -> Result<u64, PaperError> {
        self.ends.push(self.row);
        if self.rows == 0 {
            let (row, at, empty) = (self.row, self.current(), self.plan.empty.clone());
            let note = self.book.style.note.clone();
            let sheet = self.book.sheet(at, &self.name)?;
            sheet.write_string_with_format(row, 0, &empty, &note).map_err(PaperError::sheet(&self.name))?;
        }
        for (at, end) in self.sheets.clone().into_iter().zip(self.ends.clone()) {
            self.end_sheet(at, end)?;
        }
        Ok(self.rows)
    }

    fn current(&self) -> usize {
        self.sheets.last().copied().unwrap_or_default()
    }

    fn wrong(&self, problem: &str) -> PaperError {
        PaperError::Shape { sheet: self.plan.name.clone(), problem: problem.to_owned() }
    }

    /// Adds the list's next sheet, with its head.
    fn begin_sheet(&mut self) -> Result<(), PaperError> {
        let part = self.sheets.len() + 1;
        let (mut note, mut title) = (self.plan.note.clone(), self.plan.title.clone());
        if part > 1 {
            self.name = format!("{}{part}", self.plan.name);
            title = format!("{title}（续{part}）");
            note = format!("接上一张工作表。{note}");
        }
        let at = self.book.add_sheet(&self.name)?;
        self.sheets.push(at);
        let style = &self.book.style;
        let (title_style, note_style) = (style.title.clone(), style.note.clone());
        let (head, head_right) = (style.head.clone(), style.head_right.clone());
        let bodies: Vec<_> = self.plan.columns.iter().map(|column| body(style, column.kind).clone()).collect();
        let columns = self.plan.columns.clone();
        let sheet = self.book.sheet(at, &self.name)?;
        let failed = || PaperError::sheet(&self.name);
        for (column, body) in (0_u16..).zip(&bodies) {
            sheet.set_column_format(column, body).map_err(failed())?;
        }
        sheet.set_row_height_pixels(0, style::TITLE_PIXELS).map_err(failed())?;
        sheet.write_string_with_format(0, 0, &title, &title_style).map_err(failed())?;
        sheet.write_string_with_format(NOTE_ROW, 0, &note, &note_style).map_err(failed())?;
        sheet.set_row_height_pixels(HEAD_ROW, style::HEAD_PIXELS).map_err(failed())?;
        for (at, column) in (0_u16..).zip(&columns) {
            let format = if column.kind == Kind::Count { &head_right } else { &head };
            sheet.write_string_with_format(HEAD_ROW, at, column.title, format).map_err(failed())?;
        }
        sheet.set_freeze_panes(HEAD_ROWS, 0).map_err(failed())?;
        sheet.set_repeat_rows(HEAD_ROW, HEAD_ROW).map_err(failed())?;
        sheet.set_print_gridlines(true);
        self.row = HEAD_ROWS;
        Ok(())
    }

    /// What needs to know where the rows end and how wide they are.
    fn end_sheet(&mut self, at: usize, end: u32) -> Result<(), PaperError> {
        let last_column = u16::try_from(self.plan.columns.len() - 1).unwrap_or(u16::MAX);
        let last_row = end.max(HEAD_ROWS + 1) - 1;
        let mark = self.book.style.first_of_group.clone();
        let texts: Vec<bool> = self.plan.columns.iter().map(|c| matches!(c.kind, Kind::Text | Kind::Long)).collect();
        let (group, name) = (self.plan.group, self.name.clone());
        let widths: Vec<u16> = self.plan.columns.iter().zip(&self.widths).map(|(c, wide)| bounded(*c, *wide)).collect();
        let sheet = self.book.sheet(at, &name)?;
        let failed = || PaperError::sheet(&name);
        sheet.autofilter(HEAD_ROW, 0, last_row, last_column).map_err(failed())?;
        for (column, wide) in (0_u16..).zip(&widths) {
            // a little air at both sides
            sheet.set_column_width(column, f64::from(*wide) + 1.7).map_err(failed())?;
        }
        for (column, text) in (0_u16..).zip(texts) {
            if text {
                let kind = IgnoreError::NumberStoredAsText;
                sheet.ignore_error_range(HEAD_ROWS, column, last_row, column, kind).map_err(failed())?;
            }
        }
        if let Some(group) = group.and_then(|g| u16::try_from(g).ok()) {
            let letter = rust_xlsxwriter::utility::column_number_to_name(group);
            let rule = format!("=${letter}{}<>${letter}{}", HEAD_ROWS + 1, HEAD_ROWS);
            let condition = ConditionalFormatFormula::new().set_rule(Formula::new(rule)).set_format(mark);
            sheet.add_conditional_format(HEAD_ROWS, 0, last_row, last_column, &condition).map_err(failed())?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("List").field("name", &self.plan.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// A cell takes the format of its column: looking one up for every cell would take as long as writing it.
fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: Cell<'_>) -> Result<usize, rust_xlsxwriter::XlsxError> {
    Ok(match cell {
        Cell::Blank | Cell::Text("") => 0,
        Cell::Text(text) => {
            sheet.write_string(row, column, cut(text))?;
            width(text)
        }
        Cell::Count(count) => {
            sheet.write_number(row, column, count as f64)?;
            count_width(count)
        }
        Cell::Date(days) => {
            match serial(days) {
                Some(serial) => sheet.write_number(row, column, serial)?,
                None => sheet.write_string(row, column, date_text(days))?,
            };
            10
        }
    })
}

fn body(style: &style::Style, kind: Kind) -> &rust_xlsxwriter::Format {
    match kind {
        Kind::Text => &style.text,
        Kind::Long | Kind::ToFill => &style.wrapped,
        Kind::Count => &style.count,
        Kind::Date => &style.date,
    }
}

/// What is wider takes several lines, or shows when the cell is entered.
fn bounded(column: Column, wide: usize) -> u16 {
    let most = if column.kind == Kind::Long { 36 } else { 48 };
    u16::try_from(wide.min(most).max(narrowest(column))).unwrap_or(u16::MAX)
}

/// A column is never narrower than its title with the filter's button, nor than what a hand needs.
fn narrowest(column: Column) -> usize {
    let title = width(column.title) + 3;
    if column.kind == Kind::ToFill { title.max(16) } else { title }
}
