//! A table of figures whose totals are formulas, so that whoever has the file can see how each came about.

use rust_xlsxwriter::{Format, Formula};

use super::{Book, escaped, style};
use crate::PaperError;
use crate::cell::{count_width, width};

/// A figure of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Figure<'a> {
    /// There is none.
    Blank,
    /// A count.
    Count(u64),
    /// The sum of what stands above it in the table; the number is what comes out.
    Down(u64),
    /// The sum of what stands from the table's first column of figures to before it.
    Across(u64),
    /// A share: of the columns (0 is the first of figures) of its row, the one by the other, and what comes out.
    Rate {
        /// The numerator's column.
        part: u16,
        /// The denominator's.
        whole: u16,
        /// What comes out; none of nothing.
        value: Option<f64>,
    },
    /// A share of what stands in the same place of two other sheets.
    RateOf {
        /// The numerator's sheet.
        part: &'a str,
        /// The denominator's.
        whole: &'a str,
        /// What comes out; none of nothing.
        value: Option<f64>,
    },
}

/// What a table is, before its rows come.
#[derive(Clone, Debug)]
pub struct SumsPlan<'a> {
    /// The sheet's name.
    pub name: &'a str,
    /// What the table is, over its head.
    pub title: &'a str,
    /// The day and the denominators: under the title, and at the foot of each printed page.
    pub note: &'a str,
    /// What stands above the labels, and above each column.
    pub head: Vec<&'a str>,
}

/// Characters that stand beside each other on a printed page, at three quarters of their size.
const PRINTED: f64 = 180.0;

/// A table that is being written. [`Sums::end`] must be called.
pub struct Sums<'b> {
    book: &'b mut Book,
    name: String,
    at: usize,
    first: u32,
    row: u32,
    widths: Vec<usize>,
    rows: u64,
}

/// The place of a cell as formulas name it.
fn place(row: u32, column: u16) -> String {
    format!("{}{}", rust_xlsxwriter::utility::column_number_to_name(column), row + 1)
}

impl<'b> Sums<'b> {
    pub(super) fn begin(book: &'b mut Book, plan: &SumsPlan<'_>) -> Result<Self, PaperError> {
        let at = book.add_sheet(plan.name)?;
        let style = &book.style;
        let (title, note) = (style.title.clone(), style.note.clone());
        let (left, right) = (style.head.clone().set_text_wrap(), style.head_right.clone().set_text_wrap());
        let failed = || PaperError::sheet(plan.name);
        // a footer holds 255 characters
        let said: String = plan.note.chars().take(180).collect();
        let sheet = book.sheet(at, plan.name)?;
        sheet.set_footer(format!("&L{}&R第 &P 页，共 &N 页", escaped(&said)));
        sheet.set_row_height_pixels(0, style::TITLE_PIXELS).map_err(failed())?;
        sheet.write_string_with_format(0, 0, plan.title, &title).map_err(failed())?;
        sheet.write_string_with_format(1, 0, plan.note, &note).map_err(failed())?;
        let mut widths = Vec::new();
        for (column, head) in (0_u16..).zip(&plan.head) {
            let format = if column == 0 { &left } else { &right };
            sheet.write_string_with_format(2, column, *head, format).map_err(failed())?;
            // a long head takes two lines
            widths.push(width(head).div_ceil(if width(head) > 14 { 2 } else { 1 }));
        }
        let high = plan.head.iter().any(|head| width(head) > 14);
        let high = if high { style::HEAD_PIXELS * 2 } else { style::HEAD_PIXELS };
        sheet.set_row_height_pixels(2, high).map_err(failed())?;
        sheet.set_freeze_panes(3, 1).map_err(failed())?;
        sheet.set_repeat_rows(2, 2).map_err(failed())?;
        sheet.set_repeat_columns(0, 0).map_err(failed())?;
        Ok(Self { book, name: plan.name.to_owned(), at, first: 3, row: 3, widths, rows: 0 })
    }

    /// Appends a row; `is_total` sets it off, and sums ([`Figure::Down`]) are of the rows before it.
    ///
    /// # Errors
    /// Where the library refuses it.
    pub fn row(&mut self, label: &str, figures: &[Figure<'_>], is_total: bool) -> Result<(), PaperError> {
        let style = &self.book.style;
        let (text, count, rate) = if is_total {
            (style.total.clone(), style.total_count.clone(), style.total_rate())
        } else {
            (style.body.clone(), style.count.clone(), style.rate())
        };
        let (row, first, name) = (self.row, self.first, self.name.clone());
        let failed = || PaperError::sheet(&name);
        let sheet = self.book.sheet(self.at, &name)?;
        sheet.write_string_with_format(row, 0, label, &text).map_err(failed())?;
        let mut wide = vec![width(label)];
        for (column, figure) in (1_u16..).zip(figures) {
            let mut formula = |formula: String, value: String, format: &Format| {
                let formula = Formula::new(formula).set_result(value);
                sheet.write_formula_with_format(row, column, formula, format).map(drop).map_err(failed())
            };
            let told = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |value| value.to_string());
            match *figure {
                Figure::Blank => {
                    sheet.write_string_with_format(row, column, "—", &count).map_err(failed())?;
                    wide.push(1);
                }
                Figure::Count(value) => {
                    sheet.write_number_with_format(row, column, value as f64, &count).map_err(failed())?;
                    wide.push(count_width(i64::try_from(value).unwrap_or(i64::MAX)));
                }
                Figure::Down(value) => {
                    let sum = match row.checked_sub(1).filter(|last| *last >= first) {
                        Some(last) => format!("=SUM({}:{})", place(first, column), place(last, column)),
                        None => "=0".to_owned(),
                    };
                    formula(sum, value.to_string(), &count)?;
                    wide.push(count_width(i64::try_from(value).unwrap_or(i64::MAX)));
                }
                Figure::Across(value) => {
                    let sum = match column.checked_sub(1).filter(|last| *last >= 1) {
                        Some(last) => format!("=SUM({}:{})", place(row, 1), place(row, last)),
                        None => "=0".to_owned(),
                    };
                    formula(sum, value.to_string(), &count)?;
                    wide.push(count_width(i64::try_from(value).unwrap_or(i64::MAX)));
                }
                Figure::Rate { part, whole, value } => {
                    let (part, whole) = (place(row, part + 1), place(row, whole + 1));
                    formula(format!("=IF({whole}=0,\"—\",{part}/{whole})"), told(value), &rate)?;
                    wide.push(6);
                }
                Figure::RateOf { part, whole, value } => {
                    let at = place(row, column);
                    let (part, whole) = (format!("'{part}'!{at}"), format!("'{whole}'!{at}"));
                    formula(format!("=IF({whole}=0,\"—\",{part}/{whole})"), told(value), &rate)?;
                    wide.push(6);
                }
            }
        }
        for (widest, wide) in self.widths.iter_mut().zip(wide) {
            *widest = wide.max(*widest);
        }
        self.row += 1;
        self.rows += u64::from(!is_total);
        Ok(())
    }

    /// A sentence under the table.
    ///
    /// # Errors
    /// Where the library refuses it.
    pub fn line(&mut self, text: &str) -> Result<(), PaperError> {
        let (format, row, name) = (self.book.style.note.clone(), self.row, self.name.clone());
        let sheet = self.book.sheet(self.at, &name)?;
        sheet.write_string_with_format(row, 0, text, &format).map_err(PaperError::sheet(&name))?;
        self.row += 1;
        Ok(())
    }

    /// Ends the table; gives how many rows it has besides totals.
    ///
    /// # Errors
    /// Where the library refuses the sheet.
    pub fn end(self) -> Result<u64, PaperError> {
        let sheet = self.book.sheet(self.at, &self.name)?;
        let (mut all, mut first) = (0.0, 0.0);
        for (column, wide) in (0_u16..).zip(&self.widths) {
            let wide = f64::from(u16::try_from((*wide).clamp(8, 40)).unwrap_or(u16::MAX)) + 2.7;
            sheet.set_column_width(column, wide).map_err(PaperError::sheet(&self.name))?;
            if column == 0 {
                first = wide;
            } else {
                all += wide;
            }
        }
        // a wide table goes on beside, the labels before each part, in letters that can be read
        let pages = (all / (PRINTED - first).max(40.0)).ceil().clamp(1.0, 99.0);
        sheet.set_print_fit_to_pages(pages as u16, 0).set_page_order(true);
        Ok(self.rows)
    }
}

impl std::fmt::Debug for Sums<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sums").field("name", &self.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}
