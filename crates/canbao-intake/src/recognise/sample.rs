//! The first rows of a part, as owned text, for recognising its layout.

use crate::page::Page;

/// Rows that are looked at.
pub(crate) const SAMPLE_ROWS: usize = 300;

/// A row of the sample.
#[derive(Debug, Clone)]
pub(crate) struct SampleRow {
    /// 1-based line, sheet row or record.
    pub(crate) line: i64,
    pub(crate) cells: Vec<String>,
}

/// Copies a page's readable rows.
pub(crate) fn copy_rows(page: &Page, into: &mut Vec<SampleRow>) {
    for (index, row) in page.rows.iter().enumerate() {
        if into.len() >= SAMPLE_ROWS {
            return;
        }
        if row.reason == 0 {
            let cells = page.cells_of(index).iter().map(|cell| cell.of(&page.text).to_owned()).collect();
            into.push(SampleRow { line: row.line, cells });
        }
    }
}
