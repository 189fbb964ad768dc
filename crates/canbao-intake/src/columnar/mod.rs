//! Parquet.

use std::fs::File;
use std::path::Path;

use arrow::array::Array;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::{Page, Span};

fn open(path: &Path, shown: &str) -> Result<ParquetRecordBatchReaderBuilder<File>, IntakeError> {
    let file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| {
        IntakeError::new(shown, "不是完整的Parquet文件，无法打开").hinted("请核对是否复制完整，或请对方重新导出").because(error)
    })
}

pub(crate) fn columns(path: &Path, shown: &str) -> Result<Vec<String>, IntakeError> {
    Ok(open(path, shown)?.schema().fields().iter().map(|field| field.name().clone()).collect())
}

pub(crate) fn pages(path: &Path, shown: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
    let unread = |error: arrow::error::ArrowError| IntakeError::new(shown, "Parquet文件中途损坏，无法读完").because(error);
    let reader = open(path, shown)?.with_batch_size(4096).build().map_err(|error| {
        IntakeError::new(shown, "Parquet文件无法读取").because(error)
    })?;
    let mut page = Page::default();
    let mut row = 0;
    for batch in reader {
        let batch = batch.map_err(unread)?;
        page.clear();
        let options = FormatOptions::default();
        let columns = batch.columns().iter().map(|column| Ok((column, ArrayFormatter::try_new(column.as_ref(), &options)?)));
        let columns = columns.collect::<Result<Vec<_>, _>>().map_err(unread)?;
        for index in 0..batch.num_rows() {
            row += 1;
            let first = page.cells.len();
            for (column, formatter) in &columns {
                let start = page.text.len();
                if column.is_valid(index) {
                    use std::fmt::Write as _;
                    let _ = write!(page.text, "{}", formatter.value(index));
                }
                page.cells.push(Span::new(start, page.text.len()));
            }
            page.end_row(first, row, Span::default());
        }
        if sink(&mut page)?.is_break() {
            return Ok(());
        }
    }
    Ok(())
}
