//! A source's staged columns in one file: batch after batch, column beside column, as Arrow holds them in memory.
//!
//! Where each column of each batch stands is kept in memory, so a scan reads the columns that it needs and no others.
//! What can be told in a word (a value that all rows share, row numbers that follow each other, nothing at all) takes
//! no room. A reader uses its buffers again as soon as nobody holds the batch before.

use super::vocabulary::{NO_WORD, Vocabulary};
use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BinaryArray, DictionaryArray, PrimitiveArray, RecordBatch,
    StringArray, new_null_array,
};
use arrow::buffer::{BooleanBuffer, Buffer, MutableBuffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{
    ArrowNativeType, DataType, Field, Int32Type, Schema, SchemaRef, UInt8Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Columns begin where Arrow would have them begin, so that values are read in place.
const ALIGNMENT: usize = 64;

/// How a column of a batch is kept.
#[derive(Debug, Clone, Copy)]
enum Kept {
    /// Null in every row.
    Nothing,
    /// Not null, and the same in every row; its bits.
    Same(u64),
    /// Not null, and one more from row to row.
    Following(u64),
    /// Codes of words in the file, a byte a row, and how many rows have none.
    Coded { at: u64, nulls: usize },
    /// In the file: where, how many bytes, and how many rows are null (their bits come first).
    Bytes { at: u64, length: usize, nulls: usize },
}

/// A batch as kept: its rows, and its columns in the order of [`Kept`]'s owner.
#[derive(Debug)]
struct KeptBatch {
    rows: usize,
    columns: Vec<Kept>,
}

/// A source's columns on disk.
#[derive(Debug)]
pub(crate) struct Columns {
    file: File,
    fields: Vec<Arc<Field>>,
    batches: Vec<KeptBatch>,
    /// The words of each column, as far as it is coded.
    words: Vec<Arc<StringArray>>,
}

/// Writes a source's columns.
#[derive(Debug)]
pub(crate) struct Writer {
    columns: Columns,
    /// Of each column from the first that may be coded on.
    vocabularies: Vec<Vocabulary>,
    at: u64,
    pending: Vec<u8>,
}

impl Writer {
    /// Begins the file; every batch must have these columns. The last `texts` of them are texts that are coded while
    /// their words are few.
    pub(crate) fn create(path: &Path, fields: Vec<Arc<Field>>, texts: usize) -> Result<Self, std::io::Error> {
        let file = File::options().read(true).write(true).create(true).truncate(true).open(path)?;
        let vocabularies = (0..texts).map(|_| Vocabulary::default()).collect();
        let columns = Columns { file, fields, batches: Vec::new(), words: Vec::new() };
        Ok(Self { columns, vocabularies, at: 0, pending: Vec::new() })
    }

    pub(crate) fn write<'a>(
        &mut self,
        rows: usize,
        columns: impl Iterator<Item = &'a ArrayRef>,
    ) -> Result<(), ArrowError> {
        self.pending.clear();
        let mut kept = Vec::with_capacity(self.columns.fields.len());
        let keys = self.columns.fields.len().saturating_sub(self.vocabularies.len());
        for (place, column) in columns.enumerate() {
            kept.push(self.keep(column, place.checked_sub(keys))?);
        }
        if kept.len() != self.columns.fields.len() {
            return Err(ArrowError::InvalidArgumentError("staged columns".to_owned()));
        }
        self.columns.file.write_all(&self.pending)?;
        self.at += self.pending.len() as u64;
        self.columns.batches.push(KeptBatch { rows, columns: kept });
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Columns {
        let keys = self.columns.fields.len().saturating_sub(self.vocabularies.len());
        let none = Arc::new(StringArray::new_null(0));
        self.columns.words = vec![none; keys];
        self.columns.words.extend(self.vocabularies.iter().map(|v| Arc::new(v.words())));
        self.columns
    }

    fn keep(&mut self, column: &ArrayRef, text: Option<usize>) -> Result<Kept, ArrowError> {
        if column.null_count() == column.len() {
            return Ok(Kept::Nothing);
        }
        match column.data_type() {
            DataType::UInt64 => Ok(self.keep_values(column.as_primitive::<UInt64Type>())),
            DataType::UInt32 => Ok(self.keep_values(column.as_primitive::<UInt32Type>())),
            DataType::Int32 => Ok(self.keep_values(column.as_primitive::<Int32Type>())),
            DataType::UInt8 => Ok(self.keep_values(column.as_primitive::<UInt8Type>())),
            DataType::Binary => Ok(self.keep_texts(column.as_binary::<i32>(), text)),
            other => Err(ArrowError::NotYetImplemented(format!("staging {other}"))),
        }
    }

    fn keep_values<T: ArrowPrimitiveType<Native: Word>>(&mut self, column: &PrimitiveArray<T>) -> Kept {
        let values = column.values();
        if column.null_count() == 0
            && let Some(first) = values.first().map(|v| v.word())
        {
            if values.iter().all(|v| v.word() == first) {
                return Kept::Same(first);
            }
            if T::DATA_TYPE == DataType::UInt64
                && (first..).zip(values.iter()).all(|(expected, v)| v.word() == expected)
            {
                return Kept::Following(first);
            }
        }
        let from = self.begin(column.nulls());
        self.pending.extend_from_slice(values.inner().as_slice());
        self.kept(from, column.null_count())
    }

    fn keep_texts(&mut self, column: &BinaryArray, text: Option<usize>) -> Kept {
        if let Some(vocabulary) = text.and_then(|t| self.vocabularies.get_mut(t)) {
            let at = self.at + self.pending.len() as u64;
            if vocabulary.code(column, &mut self.pending) {
                return Kept::Coded { at, nulls: column.null_count() };
            }
        }
        let from = self.begin(column.nulls());
        let first = column.value_offsets().first().copied().unwrap_or(0);
        let last = column.value_offsets().last().copied().unwrap_or(0);
        for offset in column.value_offsets() {
            self.pending.extend_from_slice(&(offset - first).to_ne_bytes());
        }
        self.align();
        self.pending.extend_from_slice(column.value_data().get(first as usize..last as usize).unwrap_or_default());
        self.kept(from, column.null_count())
    }

    /// The bits of the rows that are not null, if some are.
    fn begin(&mut self, nulls: Option<&NullBuffer>) -> usize {
        self.align();
        let from = self.pending.len();
        if let Some(nulls) = nulls.filter(|n| n.null_count() > 0) {
            self.pending.extend_from_slice(nulls.inner().sliced().as_slice());
            self.align();
        }
        from
    }

    fn align(&mut self) {
        self.pending.resize(self.pending.len().next_multiple_of(ALIGNMENT), 0);
    }

    fn kept(&self, from: usize, nulls: usize) -> Kept {
        Kept::Bytes { at: self.at + from as u64, length: self.pending.len() - from, nulls }
    }
}

/// A number of any width as a word, and back.
trait Word: ArrowNativeType {
    fn word(self) -> u64;
    fn of(word: u64) -> Self;
}

macro_rules! word {
    ($($type:ty),*) => {
        $(impl Word for $type {
            #[expect(clippy::allow_attributes, reason = "the cast is the identity for one of the types")]
            #[allow(trivial_numeric_casts, reason = "the cast is the identity for one of the types")]
            fn word(self) -> u64 {
                self as u64
            }

            #[expect(clippy::allow_attributes, reason = "the cast is the identity for one of the types")]
            #[allow(trivial_numeric_casts, reason = "the cast is the identity for one of the types")]
            fn of(word: u64) -> Self {
                word as $type
            }
        })*
    };
}

word!(u64, u32, i32, u8);

impl Columns {
    /// Number of batches.
    pub(crate) fn len(&self) -> usize {
        self.batches.len()
    }

    pub(crate) fn fields(&self) -> &[Arc<Field>] {
        &self.fields
    }
}

/// Reads some columns, batch after batch.
#[derive(Debug)]
pub(crate) struct Reader {
    schema: SchemaRef,
    columns: Vec<usize>,
    /// What each column was read into last, to be used again when nobody else holds it.
    buffers: Vec<Option<Buffer>>,
}

impl Reader {
    /// Reads the columns at these places, in this order.
    pub(crate) fn new(source: &Columns, columns: Vec<usize>) -> Self {
        let fields: Vec<Arc<Field>> = columns.iter().filter_map(|c| source.fields.get(*c).cloned()).collect();
        let buffers = vec![None; columns.len()];
        Self { schema: Arc::new(Schema::new(fields)), columns, buffers }
    }

    /// Reads a batch.
    pub(crate) fn read(&mut self, source: &Columns, batch: usize) -> Result<RecordBatch, ArrowError> {
        let missing = || ArrowError::InvalidArgumentError("staged batch".to_owned());
        let kept = source.batches.get(batch).ok_or_else(missing)?;
        let mut arrays = Vec::with_capacity(self.columns.len());
        for ((column, buffer), field) in self.columns.iter().zip(&mut self.buffers).zip(self.schema.fields()) {
            let how = kept.columns.get(*column).ok_or_else(missing)?;
            arrays.push(match field.data_type() {
                DataType::UInt64 => values::<UInt64Type>(how, kept.rows, &source.file, buffer)?,
                DataType::UInt32 => values::<UInt32Type>(how, kept.rows, &source.file, buffer)?,
                DataType::Int32 => values::<Int32Type>(how, kept.rows, &source.file, buffer)?,
                DataType::UInt8 => values::<UInt8Type>(how, kept.rows, &source.file, buffer)?,
                _ => match *how {
                    Kept::Coded { at, nulls } => {
                        let words = source.words.get(*column).ok_or_else(missing)?;
                        coded(&source.file, at, kept.rows, nulls, words, buffer)?
                    }
                    _ => texts(how, kept.rows, &source.file, buffer)?,
                },
            });
        }
        if arrays.iter().zip(self.schema.fields()).any(|(a, f)| a.data_type() != f.data_type()) {
            let fields = self.schema.fields().iter().zip(&arrays);
            let fields = fields.map(|(f, a)| f.as_ref().clone().with_data_type(a.data_type().clone()));
            self.schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

/// Room for so many bytes: the buffer before, if nobody holds it any more.
fn room(buffer: &mut Option<Buffer>, length: usize) -> MutableBuffer {
    let mut room = match buffer.take().map(Buffer::into_mutable) {
        Some(Ok(room)) => room,
        _ => MutableBuffer::with_capacity(length.next_multiple_of(4096)),
    };
    room.resize(length, 0);
    room
}

fn read(
    file: &File,
    at: u64,
    length: usize,
    rows: usize,
    nulls: usize,
    buffer: &mut Option<Buffer>,
) -> Result<(Buffer, Option<NullBuffer>), ArrowError> {
    let mut room = room(buffer, length);
    file.read_exact_at(room.as_slice_mut(), at)?;
    let whole: Buffer = room.into();
    *buffer = Some(whole.clone());
    if nulls == 0 {
        return Ok((whole, None));
    }
    let bits = rows.div_ceil(8).next_multiple_of(ALIGNMENT);
    let valid = NullBuffer::new(BooleanBuffer::new(whole.clone(), 0, rows));
    Ok((whole.slice(bits), Some(valid)))
}

fn values<T: ArrowPrimitiveType<Native: Word>>(
    kept: &Kept,
    rows: usize,
    file: &File,
    buffer: &mut Option<Buffer>,
) -> Result<ArrayRef, ArrowError> {
    let width = size_of::<T::Native>();
    let (values, nulls) = match *kept {
        Kept::Nothing | Kept::Coded { .. } => return Ok(new_null_array(&T::DATA_TYPE, rows)),
        Kept::Bytes { at, length, nulls } => read(file, at, length, rows, nulls, buffer)?,
        Kept::Same(word) | Kept::Following(word) => {
            let mut room = room(buffer, rows * width);
            let step = u64::from(matches!(kept, Kept::Following(_)));
            for (value, i) in room.typed_data_mut::<T::Native>().iter_mut().zip(0u64..) {
                *value = <T::Native as Word>::of(word.wrapping_add(i * step));
            }
            let whole: Buffer = room.into();
            *buffer = Some(whole.clone());
            (whole, None)
        }
    };
    Ok(Arc::new(PrimitiveArray::<T>::try_new(ScalarBuffer::new(values, 0, rows), nulls)?))
}

fn coded(
    file: &File,
    at: u64,
    rows: usize,
    nulls: usize,
    words: &Arc<StringArray>,
    buffer: &mut Option<Buffer>,
) -> Result<ArrayRef, ArrowError> {
    let (codes, _) = read(file, at, rows, rows, 0, buffer)?;
    let valid = (nulls > 0).then(|| {
        let codes = codes.as_slice();
        NullBuffer::new(BooleanBuffer::collect_bool(rows, |i| codes.get(i).is_some_and(|c| *c != NO_WORD)))
    });
    let codes = PrimitiveArray::<UInt8Type>::try_new(ScalarBuffer::new(codes, 0, rows), valid)?;
    Ok(Arc::new(DictionaryArray::try_new(codes, Arc::clone(words) as ArrayRef)?))
}

fn texts(kept: &Kept, rows: usize, file: &File, buffer: &mut Option<Buffer>) -> Result<ArrayRef, ArrowError> {
    let Kept::Bytes { at, length, nulls } = *kept else { return Ok(new_null_array(&DataType::Binary, rows)) };
    let (whole, nulls) = read(file, at, length, rows, nulls, buffer)?;
    let offsets = OffsetBuffer::new(ScalarBuffer::<i32>::new(whole.clone(), 0, rows + 1));
    let data = whole.slice(((rows + 1) * size_of::<i32>()).next_multiple_of(ALIGNMENT).min(whole.len()));
    Ok(Arc::new(BinaryArray::try_new(offsets, data, nulls)?))
}
