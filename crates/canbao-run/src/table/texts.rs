//! Texts that seldom recur, page by page: their lengths, and then their bytes without a gap.
//!
//! Lengths are mostly one and the same, so they take next to nothing, and what is left is less to compress.
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTALENGTH>

use arrow::array::{Array as _, NullBufferBuilder, StringArray};
use arrow::buffer::NullBuffer;
use parquet::errors::Result;

use super::delta;

/// The texts of one page.
pub(super) struct Texts {
    rows: usize,
    present: NullBufferBuilder,
    lengths: Vec<u32>,
    bytes: Vec<u8>,
}

/// Hands over all texts page by page: at most `rows_per_page` rows, and of `bytes_per_page` bytes or more the one text
/// that brings them there.
pub(super) fn pages(
    pieces: &[&StringArray],
    rows_per_page: usize,
    bytes_per_page: usize,
    mut take: impl FnMut(&mut Texts) -> Result<()>,
) -> Result<()> {
    let mut texts =
        Texts { rows: 0, present: NullBufferBuilder::new(rows_per_page), lengths: Vec::new(), bytes: Vec::new() };
    for piece in pieces {
        let mut from = 0;
        while from < piece.len() {
            let rows = texts.room(piece, from, rows_per_page, bytes_per_page);
            texts.push(&StringArray::slice(piece, from, rows));
            from += rows;
            if texts.rows == rows_per_page || texts.bytes.len() >= bytes_per_page {
                take(&mut texts)?;
                texts.clear();
            }
        }
    }
    if texts.rows > 0 { take(&mut texts) } else { Ok(()) }
}

impl Texts {
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Whether every row is null.
    pub(super) fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Which rows are not null; nothing where none is. To be asked once a page.
    pub(super) fn present(&mut self) -> Option<NullBuffer> {
        self.present.finish()
    }

    pub(super) fn encode(&self, page: &mut Vec<u8>) {
        delta::encode(&self.lengths, page);
        page.extend_from_slice(&self.bytes);
    }

    /// How many rows from `from` on fit the page; one at least.
    fn room(&self, piece: &StringArray, from: usize, rows_per_page: usize, bytes_per_page: usize) -> usize {
        let rows = (rows_per_page - self.rows).min(piece.len() - from);
        let mut room = bytes_per_page.saturating_sub(self.bytes.len());
        let offsets = piece.value_offsets();
        let most = offsets.get(from + rows).zip(offsets.get(from)).map_or(0, |(end, start)| end - start);
        if (most.cast_unsigned() as usize) < room {
            return rows;
        }
        // what stands under a null is of no account
        let length = |row: usize| if piece.is_valid(row) { piece.value(row).len() } else { 0 };
        let fits = (from..from + rows).take_while(|row| {
            let fits = room > 0;
            room = room.saturating_sub(length(*row));
            fits
        });
        fits.count()
    }

    fn push(&mut self, piece: &StringArray) {
        let offsets = piece.value_offsets();
        let mut take = |from: usize, to: usize| {
            let ends = offsets.get(from..=to).unwrap_or_default();
            self.lengths.extend(ends.iter().zip(ends.iter().skip(1)).map(|(from, to)| (to - from).cast_unsigned()));
            if let (Some(first), Some(last)) = (ends.first(), ends.last()) {
                let bytes = piece.value_data().get(first.cast_unsigned() as usize..last.cast_unsigned() as usize);
                self.bytes.extend_from_slice(bytes.unwrap_or_default());
            }
        };
        match piece.nulls() {
            None => {
                take(0, piece.len());
                self.present.append_n_non_nulls(piece.len());
            }
            Some(nulls) => {
                nulls.valid_slices().for_each(|(from, to)| take(from, to));
                self.present.append_buffer(nulls);
            }
        }
        self.rows += piece.len();
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.lengths.clear();
        self.bytes.clear();
    }
}
