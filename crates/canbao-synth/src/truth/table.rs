//! Writing the truth's tables.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::SynthError;

/// Turns the library's error into ours.
pub(crate) fn failed(path: &Path) -> impl FnOnce(ParquetError) -> SynthError {
    let path = path.to_path_buf();
    move |source| SynthError::Parquet { path, source: Box::new(source) }
}

/// The same of an error of Arrow.
pub(crate) fn arrow_failed(path: &Path) -> impl FnOnce(ArrowError) -> SynthError {
    let failed = failed(path);
    move |source| failed(ParquetError::from(source))
}

/// A writer of plain columns, compressed lightly, without a word about the machine or the day.
pub(crate) fn writer(file: File, schema: &Arc<Schema>, path: &Path) -> Result<ArrowWriter<File>, SynthError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("canbao synth".to_owned())
        .set_max_row_group_row_count(Some(1 << 20))
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(file, schema.clone(), options).map_err(failed(path))
}

/// Writes one table, batch by batch.
pub(crate) fn write(
    path: &Path,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    schema: &Arc<Schema>,
) -> Result<(), SynthError> {
    let file = File::create(path).map_err(crate::file::failed(path))?;
    let mut writer = writer(file, schema, path)?;
    for batch in batches {
        writer.write(&batch.map_err(arrow_failed(path))?).map_err(failed(path))?;
    }
    writer.close().map_err(failed(path))?;
    Ok(())
}

/// A column of few different words: indices into `words`.
pub(crate) fn words(indices: Vec<Option<i32>>, words: &[&str]) -> Result<ArrayRef, ArrowError> {
    let values = Arc::new(StringArray::from(words.to_vec()));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(indices), values)?))
}
