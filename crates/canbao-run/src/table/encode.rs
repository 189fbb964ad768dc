//! One column of one row group, from pieces in memory to a chunk of the file.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _};
use arrow::compute::concat;
use arrow::datatypes::{DataType, FieldRef};
use arrow::error::ArrowError;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, compute_leaves};
use parquet::errors::{ParquetError, Result};

use super::shape::plain;

/// Encodes the pieces of a column as one array: where pages end must not depend on how the rows arrived.
pub(super) fn column(
    field: &FieldRef,
    pieces: Vec<ArrayRef>,
    writers: Vec<ArrowColumnWriter>,
) -> Result<Vec<ArrowColumnChunk>> {
    let whole = whole(field.data_type(), &pieces)?;
    drop(pieces);
    let leaves = compute_leaves(field, &whole)?;
    if leaves.len() != writers.len() {
        return Err(ParquetError::General(format!(
            "column {} has {} leaves and {} writers",
            field.name(),
            leaves.len(),
            writers.len()
        )));
    }
    writers
        .into_iter()
        .zip(&leaves)
        .map(|(mut writer, leaf)| {
            writer.write(leaf)?;
            writer.close()
        })
        .collect()
}

/// How many columns of the file a field takes.
pub(super) fn leaf_count(kind: &DataType) -> usize {
    match kind {
        DataType::List(item) => leaf_count(item.data_type()),
        DataType::Struct(fields) => fields.iter().map(|f| leaf_count(f.data_type())).sum(),
        _ => 1,
    }
}

fn whole(want: &DataType, pieces: &[ArrayRef]) -> Result<ArrayRef, ArrowError> {
    if let [only] = pieces
        && !matches!(only.data_type(), DataType::Utf8View)
        && !matches!(want, DataType::List(_) | DataType::Struct(_))
    {
        return Ok(Arc::clone(only));
    }
    if let Some(pieces) = one_dictionary(pieces) {
        return concat(&refs(&pieces));
    }
    let plain = pieces.iter().map(|piece| plain(want, piece)).collect::<Result<Vec<_>, _>>()?;
    match plain.as_slice() {
        [only] => Ok(Arc::clone(only)),
        many => concat(&refs(many)),
    }
}

/// The pieces over one dictionary, if theirs hold the same words: joining them copies keys only, and no text.
fn one_dictionary(pieces: &[ArrayRef]) -> Option<Vec<ArrayRef>> {
    let first = pieces.first()?.as_any_dictionary_opt()?;
    let (kind, words) = (first.data_type(), first.values());
    let data = words.to_data();
    pieces
        .iter()
        .map(|piece| {
            let piece = piece.as_any_dictionary_opt().filter(|piece| piece.data_type() == kind)?;
            let theirs = piece.values();
            let same =
                theirs.len() == words.len() && (theirs.to_data().ptr_eq(&data) || theirs.as_ref() == words.as_ref());
            same.then(|| piece.with_values(Arc::clone(words)))
        })
        .collect()
}

fn refs(arrays: &[ArrayRef]) -> Vec<&dyn Array> {
    arrays.iter().map(AsRef::as_ref).collect()
}
