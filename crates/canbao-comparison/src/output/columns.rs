//! Columns that the tables have in common, and how they are built quickly.

use crate::stage::{RowId, Stage};
use ahash::AHashMap;
use arrow::array::{ArrayRef, DictionaryArray, Int32Array, StringArray, StringBuilder};
use arrow::buffer::NullBuffer;
use arrow::datatypes::Int32Type;
use arrow::error::ArrowError;
use canbao_domain::number::CitizenNumber;
use std::sync::Arc;

/// The places of a column's words, a number a row.
#[derive(Debug, Default)]
struct Keys {
    keys: Vec<i32>,
    nulls: usize,
}

/// The key of a row without a word.
const NO_WORD: i32 = -1;

impl Keys {
    fn push(&mut self, key: i32) {
        self.nulls += usize::from(key == NO_WORD);
        self.keys.push(key);
    }

    /// The rows so far over these words; the next batch is taken to be as long.
    fn finish(&mut self, words: &Arc<StringArray>) -> Result<ArrayRef, ArrowError> {
        let next = Vec::with_capacity(self.keys.len());
        let (keys, nulls) = (std::mem::replace(&mut self.keys, next), std::mem::take(&mut self.nulls));
        let valid = (nulls > 0).then(|| keys.iter().map(|key| *key != NO_WORD).collect::<NullBuffer>());
        let keys = Int32Array::try_new(keys.into(), valid)?;
        Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::clone(words) as ArrayRef)?))
    }
}

/// A column of few texts: the texts once, and a small number a row.
#[derive(Debug)]
pub(crate) struct Words {
    texts: Arc<StringArray>,
    keys: Keys,
}

impl Words {
    pub(crate) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self { texts: Arc::new(StringArray::from_iter_values(texts)), keys: Keys::default() }
    }

    pub(crate) fn push(&mut self, at: usize) {
        self.keys.push(at as i32);
    }

    pub(crate) fn push_null(&mut self) {
        self.keys.push(NO_WORD);
    }

    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        self.keys.finish(&self.texts)
    }
}

/// The same text in `rows` rows.
pub(crate) fn constant(text: &str, rows: usize) -> Result<ArrayRef, ArrowError> {
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values([text]));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(vec![0; rows]), texts)?))
}

/// A column of texts that are met on the way, each kept once.
#[derive(Debug, Default)]
pub(crate) struct Growing {
    at: AHashMap<u64, i32>,
    texts: Vec<String>,
    made: Option<Arc<StringArray>>,
    keys: Keys,
    /// The code before, and its key: neighbours live next to each other.
    last: Option<(u64, i32)>,
}

impl Growing {
    /// The text of a code; `write` is called at the code's first appearance only.
    pub(crate) fn push(&mut self, code: u64, write: impl FnOnce(u64) -> String) {
        if let Some((_, key)) = self.last.filter(|(last, _)| *last == code) {
            self.keys.push(key);
            return;
        }
        let next = self.texts.len() as i32;
        let key = *self.at.entry(code).or_insert(next);
        if key == next {
            self.texts.push(write(code));
            self.made = None;
        }
        self.last = Some((code, key));
        self.keys.push(key);
    }

    pub(crate) fn push_null(&mut self) {
        self.keys.push(NO_WORD);
    }

    pub(crate) fn finish(&mut self) -> Result<ArrayRef, ArrowError> {
        let texts = self.made.get_or_insert_with(|| Arc::new(StringArray::from_iter_values(&self.texts)));
        self.keys.finish(texts)
    }
}

/// Appends the 18 characters of a number, or null.
pub(crate) fn push_number(column: &mut StringBuilder, number: Option<CitizenNumber>) {
    match number.map(CitizenNumber::bytes) {
        Some(bytes) => match std::str::from_utf8(&bytes) {
            Ok(text) => column.append_value(text),
            Err(_) => column.append_null(),
        },
        None => column.append_null(),
    }
}

/// Names of the sources and the places of rows among all rows.
#[derive(Debug)]
pub(crate) struct Places {
    names: Vec<String>,
    offsets: Vec<i64>,
}

impl Places {
    /// Person sources come first, then the employers' (`more`).
    pub(crate) fn new(stage: &Stage, more: impl Iterator<Item = String>) -> Self {
        let names = stage.sources.iter().map(|s| s.name.clone()).chain(more).collect();
        Self { names, offsets: stage.offsets() }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The run's key of a person: the place of their first row among all rows.
    pub(crate) fn key(&self, person: RowId) -> i64 {
        self.offsets.get(person.source()).copied().unwrap_or(0) + person.row()
    }
}
