//! One column of one row group, from pieces in memory to a chunk of the file.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::compute::concat;
use arrow::datatypes::{DataType, FieldRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterPropertiesPtr;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::ColumnDescPtr;

use super::shape::plain;
use super::{pages, properties, words};

/// How a field goes into the file.
#[derive(Clone)]
pub(super) struct Column {
    field: FieldRef,
    /// How many columns of the file it takes.
    pub(super) leaves: usize,
    /// Where it is of texts: the column of the file, and whether they recur.
    texts: Option<(ColumnDescPtr, bool)>,
    properties: WriterPropertiesPtr,
}

/// A column of a row group, ready to be appended to the file.
pub(super) enum Chunk {
    Texts(pages::Chunk),
    Arrow(ArrowColumnChunk),
}

/// How each of the fields goes into the file.
pub(super) fn columns(fields: &[FieldRef], file: &SerializedFileWriter<File>) -> Vec<Column> {
    let mut first = 0;
    let column = |field: &FieldRef| {
        let leaves = leaf_count(field.data_type());
        let column = || Some((Arc::clone(file.schema_descr().columns().get(first)?), properties::recurs(field)));
        let texts = (field.data_type() == &DataType::Utf8).then(column).flatten();
        first += leaves;
        Column { field: Arc::clone(field), leaves, texts, properties: Arc::clone(file.properties()) }
    };
    fields.iter().map(column).collect()
}

impl Column {
    /// Encodes the pieces of a column as one: where pages end must not depend on how the rows arrived.
    pub(super) fn encode(&self, pieces: Vec<ArrayRef>, writers: Vec<ArrowColumnWriter>) -> Result<Vec<Chunk>> {
        if let Some((column, recurs)) = &self.texts {
            return self.texts(pieces, column, *recurs).map(|chunk| vec![Chunk::Texts(chunk)]);
        }
        let whole = whole(self.field.data_type(), &pieces)?;
        drop(pieces);
        let leaves = compute_leaves(&self.field, &whole)?;
        if leaves.len() != writers.len() {
            return Err(ParquetError::General(format!(
                "column {} has {} leaves and {} writers",
                self.field.name(),
                leaves.len(),
                writers.len()
            )));
        }
        writers
            .into_iter()
            .zip(&leaves)
            .map(|(mut writer, leaf)| {
                writer.write(leaf)?;
                writer.close().map(Chunk::Arrow)
            })
            .collect()
    }

    fn texts(&self, pieces: Vec<ArrayRef>, column: &ColumnDescPtr, recurs: bool) -> Result<pages::Chunk> {
        if recurs {
            let limit = self.properties.column_dictionary_page_size_limit(column.path());
            if let Some(coded) = words::coded(&pieces, limit)? {
                drop(pieces);
                return pages::of_words(coded, column, &self.properties);
            }
        }
        let pieces = pieces.iter().map(|piece| plain(&DataType::Utf8, piece)).collect::<Result<Vec<_>, _>>()?;
        let pieces: Vec<_> = pieces.iter().map(|piece| piece.as_string::<i32>()).collect();
        pages::of_texts(&pieces, column, &self.properties)
    }
}

impl Chunk {
    pub(super) fn append_to_row_group(self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<()> {
        match self {
            Self::Texts(chunk) => chunk.append_to_row_group(group),
            Self::Arrow(chunk) => chunk.append_to_row_group(group),
        }
    }
}

fn leaf_count(kind: &DataType) -> usize {
    match kind {
        DataType::List(item) => leaf_count(item.data_type()),
        DataType::Struct(fields) => fields.iter().map(|f| leaf_count(f.data_type())).sum(),
        _ => 1,
    }
}

fn whole(want: &DataType, pieces: &[ArrayRef]) -> Result<ArrayRef, ArrowError> {
    // the writer cuts long texts into pages by another rule where they come in a dictionary or as views
    let plain = pieces.iter().map(|piece| plain(want, piece)).collect::<Result<Vec<_>, _>>()?;
    match plain.as_slice() {
        [only] => Ok(Arc::clone(only)),
        many => concat(&many.iter().map(AsRef::as_ref).collect::<Vec<&dyn Array>>()),
    }
}
