//! Parquet.

use std::fmt::Write as _;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type, Float64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::{CELL_BYTES_MAX, Page, Span};
use crate::plain::push_float;

/// Rows read at a time.
const BATCH_ROWS: usize = 4096;

fn broken(shown: &str) -> IntakeError {
    IntakeError::new(shown, "不是完整的Parquet文件，无法读取").hinted("请核对是否复制完整，或请对方重新导出")
}

fn open(path: &Path, shown: &str) -> Result<ParquetRecordBatchReaderBuilder<File>, IntakeError> {
    let file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
    // The decoder trusts what the file says of itself; a damaged file is an error here, and no crash.
    match catch_unwind(AssertUnwindSafe(|| ParquetRecordBatchReaderBuilder::try_new(file))) {
        Ok(opened) => opened.map_err(|error| broken(shown).because(error)),
        Err(_) => Err(broken(shown)),
    }
}

/// The names of its columns.
pub(crate) fn columns(path: &Path, shown: &str) -> Result<Vec<String>, IntakeError> {
    Ok(open(path, shown)?.schema().fields().iter().map(|field| field.name().clone()).collect())
}

/// Reads its rows.
pub(crate) fn pages(path: &Path, shown: &str, sink: PageSink<'_>) -> Result<(), IntakeError> {
    let builder = open(path, shown)?.with_batch_size(BATCH_ROWS);
    let mut reader = builder.build().map_err(|error| broken(shown).because(error))?;
    let mut page = Page::default();
    let mut row = 0;
    loop {
        let batch = match catch_unwind(AssertUnwindSafe(|| reader.next())) {
            Ok(None) => return Ok(()),
            Ok(Some(batch)) => batch.map_err(|error| broken(shown).at_row(row + 1).because(error))?,
            Err(_) => return Err(broken(shown).at_row(row + 1)),
        };
        let columns = batch.columns().iter().map(Column::new).collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| broken(shown).because(error))?;
        for index in 0..batch.num_rows() {
            if page.is_full() {
                if sink(&mut page)?.is_break() {
                    return Ok(());
                }
                page.clear();
            }
            row += 1;
            push_row(&columns, index, row, &mut page);
        }
        if sink(&mut page)?.is_break() {
            return Ok(());
        }
        page.clear();
    }
}

fn push_row(columns: &[Column<'_>], index: usize, row: i64, page: &mut Page) {
    let first = page.cells.len();
    let mut reason = None;
    for (place, column) in columns.iter().enumerate() {
        let start = page.text.len();
        column.push(index, &mut page.text);
        if page.text.len() - start > CELL_BYTES_MAX {
            page.text.truncate(start);
            reason.get_or_insert_with(|| format!("第{}格超过{CELL_BYTES_MAX}字节，不像表格的内容", place + 1));
        }
        page.cells.push(Span::new(start, page.text.len()));
    }
    page.close_row(first, row, reason);
}

/// A column of a batch, and how its values are written.
struct Column<'a> {
    array: &'a ArrayRef,
    formatter: ArrayFormatter<'a>,
}

const OPTIONS: FormatOptions<'static> = FormatOptions::new()
    .with_timestamp_format(Some("%Y-%m-%d %H:%M:%S"))
    .with_timestamp_tz_format(Some("%Y-%m-%d %H:%M:%S"))
    .with_datetime_format(Some("%Y-%m-%d %H:%M:%S"));

impl<'a> Column<'a> {
    fn new(array: &'a ArrayRef) -> Result<Self, ArrowError> {
        Ok(Self { array, formatter: ArrayFormatter::try_new(array.as_ref(), &OPTIONS)? })
    }

    fn push(&self, index: usize, out: &mut String) {
        if self.array.is_null(index) {
            return;
        }
        match self.array.data_type() {
            DataType::Float64 => push_float(self.array.as_primitive::<Float64Type>().value(index), out),
            DataType::Float32 => push_float(f64::from(self.array.as_primitive::<Float32Type>().value(index)), out),
            kind => {
                let start = out.len();
                let _ = write!(out, "{}", self.formatter.value(index));
                let whole_day =
                    matches!(kind, DataType::Timestamp(_, _) | DataType::Date64) && out.ends_with(" 00:00:00");
                if whole_day {
                    out.truncate(out.len().saturating_sub(9).max(start));
                }
            }
        }
    }
}
