//! Reads rows, one at a time.

use std::io::{BufRead, Read as _};
use std::marker::PhantomData;

use serde::Deserialize;

use super::{MAX_LINE, Row, RowsError, VERSION};

/// Reads rows one at a time. After an error there is no further row.
///
/// From a parcel, rows may be kept only once the iterator has ended without an error: see
/// [`ContentReader`](crate::exchange::parcel::ContentReader).
#[derive(Debug)]
pub struct RowReader<R, T> {
    input: R,
    buffer: Vec<u8>,
    line: u64,
    expected: u64,
    place: Option<(u64, u8)>,
    ended: bool,
    rows: PhantomData<T>,
}

#[derive(Deserialize)]
struct Header<'a> {
    rows: &'a str,
    version: u32,
}

impl<R: BufRead, T: Row> RowReader<R, T> {
    /// Reads the first line. `expected` is how many rows the parcel's manifest says there are.
    ///
    /// # Errors
    /// Where it is not the first line of this kind of rows.
    pub fn new(input: R, expected: u64) -> Result<Self, RowsError> {
        let buffer = Vec::with_capacity(256);
        let mut reader = Self { input, buffer, line: 0, expected, place: None, ended: false, rows: PhantomData };
        let other = RowsError::Header(T::KIND);
        if !reader.next_line()? {
            return Err(other);
        }
        match serde_json::from_slice::<Header<'_>>(&reader.buffer) {
            Ok(header) if header.rows == T::KIND && header.version == VERSION => Ok(reader),
            _ => Err(other),
        }
    }

    /// Puts the next line into the buffer, without its newline; `false` at the end.
    fn next_line(&mut self) -> Result<bool, RowsError> {
        self.buffer.clear();
        self.line += 1;
        let line = self.line;
        let mut input = (&mut self.input).take(MAX_LINE as u64);
        input.read_until(b'\n', &mut self.buffer).map_err(|source| RowsError::Io { line, source })?;
        match self.buffer.pop() {
            None => Ok(false),
            Some(b'\n') => Ok(true),
            Some(_) if self.buffer.len() + 1 == MAX_LINE => Err(RowsError::TooLong(line)),
            Some(_) => Err(RowsError::CutOff(line)),
        }
    }

    fn next_row(&mut self) -> Result<Option<T>, RowsError> {
        // the first line is none of the rows
        let before = self.line - 1;
        if !self.next_line()? {
            let (expected, actual) = (self.expected, before);
            return if expected == actual { Ok(None) } else { Err(RowsError::Count { expected, actual }) };
        }
        let line = self.line;
        let row = T::read(&self.buffer).map_err(|what| RowsError::Line { line, what })?;
        if self.place.is_some_and(|before| before >= row.place()) {
            return Err(RowsError::Order(line));
        }
        self.place = Some(row.place());
        Ok(Some(row))
    }
}

impl<R: BufRead, T: Row> Iterator for RowReader<R, T> {
    type Item = Result<T, RowsError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.next_row().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}
