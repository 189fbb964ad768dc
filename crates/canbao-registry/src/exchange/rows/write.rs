//! Writes rows, one at a time.

use std::io::Write;
use std::marker::PhantomData;

use super::{MAX_LINE, Row, RowsError, VERSION};

/// Writes rows one at a time, and refuses what [`RowReader`](super::RowReader) would refuse.
#[derive(Debug)]
pub struct RowWriter<W, T> {
    output: W,
    rows: u64,
    place: Option<(u64, u8)>,
    kind: PhantomData<T>,
}

impl<W: Write, T: Row> RowWriter<W, T> {
    /// Writes the first line.
    ///
    /// # Errors
    /// What the output says.
    pub fn new(mut output: W) -> Result<Self, RowsError> {
        writeln!(output, r#"{{"rows":"{}","version":{VERSION}}}"#, T::KIND)
            .map_err(|source| RowsError::Io { line: 1, source })?;
        Ok(Self { output, rows: 0, place: None, kind: PhantomData })
    }

    /// Writes a row. Lines of errors are those of the file, the first being 1.
    ///
    /// # Errors
    /// Where the row is not well-formed or does not ascend; nothing of it was written then.
    pub fn write(&mut self, row: &T) -> Result<(), RowsError> {
        let line = self.rows + 2;
        let mut text = row.write().map_err(|what| RowsError::Line { line, what })?;
        if self.place.is_some_and(|before| before >= row.place()) {
            return Err(RowsError::Order(line));
        }
        text.push(b'\n');
        if text.len() > MAX_LINE {
            return Err(RowsError::TooLong(line));
        }
        self.output.write_all(&text).map_err(|source| RowsError::Io { line, source })?;
        self.rows += 1;
        self.place = Some(row.place());
        Ok(())
    }

    /// How many rows were written, for the parcel's manifest.
    pub fn finish(self) -> u64 {
        self.rows
    }
}
