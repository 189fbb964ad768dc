//! The first rows of a part, as owned text, for recognising its layout.

use std::collections::BTreeMap;

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

/// The commonest count of cells, and how many rows have it; of rows with more than one cell.
pub(crate) fn common_width(sample: &[SampleRow]) -> (usize, usize) {
    let mut counts = BTreeMap::new();
    for row in sample.iter().filter(|row| row.cells.len() > 1) {
        *counts.entry(row.cells.len()).or_insert(0_usize) += 1;
    }
    counts.into_iter().max_by_key(|(cells, rows)| (*rows, *cells)).unwrap_or((1, 0))
}
