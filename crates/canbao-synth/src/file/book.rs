//! Workbooks, with titles above the header and several sheets.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{Desk, Job, cell};
use crate::SynthError;

/// Writes a workbook.
pub(crate) fn write(desk: &Desk, job: &Job, sheets: &[&str], titles: &[&str]) -> Result<(), SynthError> {
    let path = desk.path(&job.path)?;
    fill(desk, job, sheets, titles, &path).map_err(|source| SynthError::Workbook { path, source: Box::new(source) })
}

fn fill(desk: &Desk, job: &Job, sheets: &[&str], titles: &[&str], path: &Path) -> Result<(), XlsxError> {
    let mut book = Workbook::new();
    // no time of making: the same seed gives the same bytes
    let date = ExcelDateTime::from_ymd(2016, 10, 31)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&date));
    let mut value = String::new();
    for (part, sheet) in sheets.iter().enumerate() {
        let worksheet = book.add_worksheet_with_constant_memory()?;
        worksheet.set_name(*sheet)?;
        let mut line = 0;
        for title in titles {
            worksheet.write_string(line, 0, *title)?;
            line += 1;
        }
        for (column, (header, _)) in (0_u16..).zip(job.layout.columns) {
            worksheet.write_string(line, column, *header)?;
        }
        let start = job.sheets.iter().find(|sheet| usize::from(sheet.1) == part).map(|sheet| sheet.0);
        let end = job.sheets.iter().map(|sheet| sheet.0).find(|&next| start.is_some_and(|start| next > start));
        let end = end.unwrap_or(job.rows.len());
        let rows = start.and_then(|start| job.rows.get(start..end)).unwrap_or_default();
        for row in desk.rows(rows) {
            line += 1;
            for (column, (_, cell)) in (0_u16..).zip(job.layout.columns) {
                value.clear();
                cell::write(desk.city, row, desk.city.person(row.person), *cell, &mut value);
                if !value.is_empty() {
                    worksheet.write_string(line, column, &value)?;
                }
            }
        }
        (desk.advance)(rows.len() as u64);
    }
    book.save(path)
}
