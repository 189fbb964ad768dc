//! Texts that seldom recur: of each, how much it shares with the beginning of the one before, and the rest.
//!
//! Numbers of one village begin alike, and so do its addresses; what is left is less to compress.
//! <https://parquet.apache.org/docs/file-format/data-pages/encodings/#DELTABYTE>

use arrow::array::{Array as _, NullBufferBuilder, StringArray};
use arrow::buffer::NullBuffer;
use parquet::errors::Result;

use super::delta;

/// The texts of one page.
pub(super) struct Texts<'a> {
    rows: usize,
    present: NullBufferBuilder,
    shared: Vec<u32>,
    lengths: Vec<u32>,
    rest: Vec<u8>,
    before: &'a [u8],
}

/// Hands over all texts page by page: at most `rows_per_page` rows, and of `bytes_per_page` bytes or more the one text
/// that brings them there.
pub(super) fn pages(
    pieces: &[&StringArray],
    rows_per_page: usize,
    bytes_per_page: usize,
    mut take: impl FnMut(&mut Texts<'_>) -> Result<()>,
) -> Result<()> {
    let mut texts = Texts {
        rows: 0,
        present: NullBufferBuilder::new(rows_per_page),
        shared: Vec::new(),
        lengths: Vec::new(),
        rest: Vec::new(),
        before: &[],
    };
    for piece in pieces {
        let mut from = 0;
        while from < piece.len() {
            let room = rows_per_page - texts.rows;
            from += texts.fill(piece, from, room.min(piece.len() - from), bytes_per_page);
            if texts.rows == rows_per_page || texts.rest.len() >= bytes_per_page {
                take(&mut texts)?;
                texts.clear();
            }
        }
    }
    if texts.rows > 0 { take(&mut texts) } else { Ok(()) }
}

impl<'a> Texts<'a> {
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
        delta::encode(&self.shared, page);
        delta::encode(&self.lengths, page);
        page.extend_from_slice(&self.rest);
    }

    /// Takes rows from `from` on, `most` of them or until the page is full; how many.
    fn fill(&mut self, piece: &'a StringArray, from: usize, most: usize, bytes_per_page: usize) -> usize {
        let mut taken = 0;
        while taken < most && self.rest.len() < bytes_per_page {
            let row = from + taken;
            if piece.is_valid(row) {
                self.push(piece.value(row).as_bytes());
                self.present.append_non_null();
            } else {
                self.present.append_null();
            }
            taken += 1;
        }
        self.rows += taken;
        taken
    }

    fn push(&mut self, text: &'a [u8]) {
        let shared = shared(self.before, text);
        let rest = text.get(shared..).unwrap_or_default();
        self.shared.push(shared as u32);
        self.lengths.push(rest.len() as u32);
        self.rest.extend_from_slice(rest);
        self.before = text;
    }

    fn clear(&mut self) {
        self.rows = 0;
        self.shared.clear();
        self.lengths.clear();
        self.rest.clear();
        self.before = &[];
    }
}

/// How many bytes two texts begin with alike.
fn shared(a: &[u8], b: &[u8]) -> usize {
    let words = a.as_chunks::<8>().0.iter().zip(b.as_chunks::<8>().0);
    let mut at = 0;
    for (a, b) in words {
        let odd = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if odd != 0 {
            return at + odd.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = a.iter().zip(b).skip(at);
    at + rest.take_while(|(a, b)| a == b).count()
}
