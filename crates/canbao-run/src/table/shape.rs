//! Whether a batch fits its table, and the few ways in which memory may differ from the file.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray as _, ListArray, RecordBatch, StructArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;

/// The first column that does not fit, and what is wrong with it.
pub(super) fn misfit(schema: &Schema, batch: &RecordBatch) -> Option<(String, String)> {
    let (want, have) = (schema.fields(), batch.schema());
    if have.fields().len() != want.len() {
        let problem = format!("共应有 {} 列，实有 {} 列", want.len(), have.fields().len());
        return Some(("（全部）".to_owned(), problem));
    }
    want.iter().zip(have.fields()).zip(batch.columns()).find_map(|((want, have), array)| {
        if want.name() != have.name() {
            let problem = format!("的位置上是列 {}", have.name());
            Some((want.name().clone(), problem))
        } else {
            problem(want, array).map(|problem| (want.name().clone(), problem))
        }
    })
}

fn problem(want: &Field, array: &ArrayRef) -> Option<String> {
    if !fits(want.data_type(), array.data_type()) {
        return Some(format!("应为 {} 类型，实为 {} 类型", want.data_type(), array.data_type()));
    }
    let empty = array.logical_null_count();
    if !want.is_nullable() && empty > 0 {
        return Some(format!("不应为空，却有 {empty} 个空值"));
    }
    match (want.data_type(), array.data_type()) {
        (DataType::List(item), DataType::List(_)) => {
            let list = array.as_list::<i32>();
            let first = list.value_offsets().first().copied().unwrap_or(0);
            let last = list.value_offsets().last().copied().unwrap_or(0);
            let (from, count) = (first.cast_unsigned(), (last - first).cast_unsigned());
            problem(item, &list.values().slice(from as usize, count as usize))
        }
        (DataType::Struct(fields), DataType::Struct(_)) => {
            fields.iter().zip(array.as_struct().columns()).find_map(|(field, column)| problem(field, column))
        }
        _ => None,
    }
}

/// Text may be held in several ways; the names and nullability of inner fields do not matter.
fn fits(want: &DataType, have: &DataType) -> bool {
    match (want, have) {
        (DataType::Utf8, DataType::Dictionary(_, values)) => is_text(values),
        (DataType::Utf8, have) => is_text(have),
        (DataType::List(want), DataType::List(have)) => fits(want.data_type(), have.data_type()),
        (DataType::Struct(want), DataType::Struct(have)) => {
            want.len() == have.len()
                && want.iter().zip(have).all(|(a, b)| a.name() == b.name() && fits(a.data_type(), b.data_type()))
        }
        (want, have) => want == have,
    }
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The array as exactly this type. A dictionary is written out.
pub(super) fn plain(want: &DataType, array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if want == array.data_type() {
        return Ok(Arc::clone(array));
    }
    match (want, array.data_type()) {
        (DataType::List(item), DataType::List(_)) => {
            let list = array.as_list::<i32>();
            let values = plain(item.data_type(), list.values())?;
            let offsets = list.offsets().clone();
            let nulls = list.nulls().cloned();
            Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, values, nulls)?))
        }
        (DataType::Struct(fields), DataType::Struct(_)) => {
            let held = array.as_struct();
            let columns = fields
                .iter()
                .zip(held.columns())
                .map(|(field, column)| plain(field.data_type(), column))
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Arc::new(StructArray::try_new(fields.clone(), columns, held.nulls().cloned())?))
        }
        _ => cast(array, want),
    }
}
