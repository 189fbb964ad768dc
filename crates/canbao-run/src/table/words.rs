//! The words that recur in one column of one row group, and which of them each row holds.

use std::sync::Arc;

use ahash::AHashMap;
use arrow::array::{
    Array as _, ArrayRef, ArrowPrimitiveType, AsArray as _, NullBufferBuilder, PrimitiveArray, StringArray,
};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{ArrowNativeType as _, DataType};
use arrow::downcast_dictionary_array;
use arrow::error::ArrowError;

use super::shape::plain;

/// Where a word of a dictionary in memory was not met yet.
const UNMET: u32 = u32::MAX;

/// A column as words and codes. All of it depends on the rows alone, not on the dictionaries they came in.
pub(super) struct Coded {
    /// The words in use in order of first use, laid out as a dictionary page is.
    pub(super) words: Vec<u8>,
    pub(super) word_count: u32,
    /// The place of its word, for each row that is not null.
    pub(super) codes: Vec<u32>,
    /// Which rows are not null; nothing where none is.
    pub(super) present: Option<NullBuffer>,
    pub(super) rows: usize,
}

/// Codes the pieces of a text column, or `None` where the words in use take `limit` bytes or more.
pub(super) fn coded(pieces: &[ArrayRef], limit: usize) -> Result<Option<Coded>, ArrowError> {
    let texts = pieces
        .iter()
        .map(|piece| plain(&DataType::Utf8, piece.as_any_dictionary_opt().map_or(piece, |piece| piece.values())))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = pieces.iter().map(|piece| piece.len()).sum();
    let mut words = Words { at: AHashMap::new(), page: Vec::new(), limit, over: false };
    let mut codes = Vec::with_capacity(rows);
    let mut present = NullBufferBuilder::new(rows);
    let (mut dictionary, mut met) = (None, Vec::new());
    for (piece, texts) in pieces.iter().zip(&texts) {
        let nulls = piece.logical_nulls();
        match &nulls {
            Some(nulls) => present.append_buffer(nulls),
            None => present.append_n_non_nulls(piece.len()),
        }
        let texts = texts.as_string::<i32>();
        downcast_dictionary_array!(
            piece => {
                // pieces mostly share one dictionary
                if dictionary.replace(piece.values()).is_none_or(|last| !Arc::ptr_eq(last, piece.values())) {
                    met.clear();
                    met.resize(texts.len(), UNMET);
                }
                words.of_keys(piece.keys(), nulls.as_ref(), texts, &mut met, &mut codes);
            },
            _ => words.of_texts(texts, nulls.as_ref(), &mut codes),
        );
        if words.over {
            return Ok(None);
        }
    }
    let word_count = words.at.len() as u32;
    Ok(Some(Coded { words: words.page, word_count, codes, present: present.finish(), rows }))
}

/// The words met so far.
struct Words<'a> {
    at: AHashMap<&'a str, u32>,
    page: Vec<u8>,
    limit: usize,
    over: bool,
}

impl<'a> Words<'a> {
    /// Codes rows that have a dictionary. A word is looked at once, however many rows hold it.
    fn of_keys<K: ArrowPrimitiveType>(
        &mut self,
        keys: &PrimitiveArray<K>,
        present: Option<&NullBuffer>,
        texts: &'a StringArray,
        met: &mut [u32],
        codes: &mut Vec<u32>,
    ) {
        for (from, to) in runs(keys.len(), present) {
            let keys = keys.values().get(from..to).unwrap_or_default();
            codes.extend(keys.iter().map(|key| match met.get_mut(key.as_usize()) {
                Some(code) => {
                    if *code == UNMET {
                        *code = self.code(texts.value(key.as_usize()));
                    }
                    *code
                }
                None => {
                    // arrow lets no key point outside its dictionary
                    self.over = true;
                    0
                }
            }));
        }
    }

    fn of_texts(&mut self, texts: &'a StringArray, present: Option<&NullBuffer>, codes: &mut Vec<u32>) {
        let mut last = None;
        for (from, to) in runs(texts.len(), present) {
            codes.extend((from..to).map(|row| {
                let text = texts.value(row);
                match last {
                    Some((word, code)) if word == text => code,
                    _ => {
                        let code = self.code(text);
                        last = Some((text, code));
                        code
                    }
                }
            }));
        }
    }

    /// The code of a word; a word that is new gets the next one. Anything once the words are too many.
    fn code(&mut self, word: &'a str) -> u32 {
        if self.over {
            return 0;
        }
        let next = self.at.len() as u32;
        let code = *self.at.entry(word).or_insert(next);
        if code == next {
            match u32::try_from(word.len()) {
                Ok(length) if self.page.len() + 4 + word.len() < self.limit => {
                    self.page.extend_from_slice(&length.to_le_bytes());
                    self.page.extend_from_slice(word.as_bytes());
                }
                _ => self.over = true,
            }
        }
        code
    }
}

/// The ranges of rows that are not null.
fn runs(rows: usize, present: Option<&NullBuffer>) -> impl Iterator<Item = (usize, usize)> {
    let all = present.is_none().then_some((0, rows));
    all.into_iter().chain(present.into_iter().flat_map(NullBuffer::valid_slices))
}
