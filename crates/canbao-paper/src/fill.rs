//! Workbooks that are handed out to be filled in and come back: known columns locked, choices as lists, keys hidden.

use std::path::Path;

use rust_xlsxwriter::{DataValidation, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use crate::{About, PaperError};

/// A column of a sheet to be filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FillColumn {
    /// By what a program knows it; it stands in a hidden row.
    pub name: String,
    /// What stands above it.
    pub head: String,
    /// Its width, in characters.
    pub width: u16,
    /// Whether it is known and cannot be changed.
    pub locked: bool,
    /// Whether it is for programs alone.
    pub hidden: bool,
    /// What can be chosen; blank where anything can be written.
    pub choices: Vec<String>,
}

/// A sheet to be filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FillSheet {
    /// Its name.
    pub name: String,
    /// What is said above the table.
    pub note: String,
    /// Its columns.
    pub columns: Vec<FillColumn>,
    /// Its rows, a text for each column.
    pub rows: Vec<Vec<String>>,
}

/// The row, counted from 0, in which columns stand by name; the heads are in the next, and what is to be filled below.
pub const NAMES: u32 = 1;
/// The sheet that holds what can be chosen.
const LISTS: &str = "代码";

/// Writes a workbook. Equal content gives equal bytes.
///
/// # Errors
/// Where the file cannot be written.
pub fn write_fill(path: &Path, sheets: &[FillSheet], about: &About) -> Result<(), PaperError> {
    let failed = |source: XlsxError| PaperError::write(path)(source);
    let mut book = crate::book::begun(path, about)?;
    let mut lists: Vec<Vec<String>> = Vec::new();
    for sheet in sheets {
        let page = book.add_worksheet();
        one(page, sheet, &mut lists).map_err(failed)?;
    }
    let page = book.add_worksheet();
    page.set_name(LISTS).map_err(failed)?;
    page.set_hidden(true);
    for (column, list) in lists.iter().enumerate() {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        for (row, text) in list.iter().enumerate() {
            page.write_string(u32::try_from(row).unwrap_or(u32::MAX), column, text).map_err(failed)?;
        }
    }
    book.save(path).map_err(failed)
}

fn one(page: &mut Worksheet, sheet: &FillSheet, lists: &mut Vec<Vec<String>>) -> Result<(), XlsxError> {
    let border = |format: Format| format.set_border(FormatBorder::Thin).set_border_color(0xB8_C0_CA);
    let text = Format::new()
        .set_font_name("宋体")
        .set_font_size(11)
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_num_format("@");
    let open = border(text.clone()).set_unlocked();
    let known = border(text).set_background_color(0xEE_F1_F5);
    let head = border(
        Format::new()
            .set_font_name("黑体")
            .set_font_size(11)
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(0xDD_E4_EC),
    );
    let note =
        Format::new().set_font_name("宋体").set_font_size(11).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    page.set_name(&sheet.name)?;
    page.write_string_with_format(0, 0, &sheet.note, &note)?;
    page.set_row_height(0, 34)?;
    page.set_row_hidden(NAMES)?;
    page.set_freeze_panes(NAMES + 2, 0)?;
    page.set_landscape().set_paper_size(9).set_repeat_rows(NAMES + 1, NAMES + 1)?.set_print_fit_to_pages(1, 0);
    let last = NAMES + 1 + u32::try_from(sheet.rows.len()).unwrap_or(u32::MAX - 10);
    let mut first_shown = None;
    for (at, column) in sheet.columns.iter().enumerate() {
        let at = u16::try_from(at).unwrap_or(u16::MAX);
        page.set_column_width(at, f64::from(column.width))?;
        page.write_string(NAMES, at, &column.name)?;
        page.write_string_with_format(NAMES + 1, at, &column.head, &head)?;
        if column.hidden {
            page.set_column_hidden(at)?;
        } else {
            first_shown = first_shown.or(Some(at));
        }
        if !column.choices.is_empty() && last > NAMES + 1 {
            let place = lists.iter().position(|known| *known == column.choices).unwrap_or_else(|| {
                lists.push(column.choices.clone());
                lists.len() - 1
            });
            let letters = rust_xlsxwriter::column_number_to_name(u16::try_from(place).unwrap_or(u16::MAX));
            let source = format!("={LISTS}!${letters}$1:${letters}${}", column.choices.len());
            let validation = DataValidation::new()
                .allow_list_formula(source.as_str().into())
                .set_error_title("请从列表中选")?
                .set_error_message("这一项只能从下拉列表中选择。")?;
            page.add_data_validation(NAMES + 2, at, last, at, &validation)?;
        }
    }
    // what is said stands where it is seen
    if let Some(first) = first_shown.filter(|first| *first > 0) {
        page.write_string_with_format(0, first, &sheet.note, &note)?;
    }
    for (row, texts) in sheet.rows.iter().enumerate() {
        let row = NAMES + 2 + u32::try_from(row).unwrap_or(u32::MAX - 10);
        for (at, (column, text)) in sheet.columns.iter().zip(texts).enumerate() {
            let at = u16::try_from(at).unwrap_or(u16::MAX);
            // what a cell says is text, and never worked out
            page.write_string_with_format(row, at, text, if column.locked { &known } else { &open })?;
        }
    }
    page.protect();
    Ok(())
}
