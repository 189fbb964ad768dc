//! How each column is laid out in the file: by its type, and by whether its values recur.
//!
//! Text that seldom recurs is laid out as lengths and bytes (`DELTA_LENGTH_BYTE_ARRAY`): smaller under zstd than plain,
//! and quicker to compress. What it shares with the text before (`DELTA_BYTE_ARRAY`) takes more to say than it saves.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::types::ColumnPath;

/// Text columns whose values seldom recur: a dictionary would be built and thrown away.
const SELDOM_RECUR: [&str; 10] = [
    "person_id",
    "certificate",
    "number",
    "address",
    "phone",
    "credit_code",
    "registration_number",
    "detail",
    "text",
    "household",
];

/// The properties of a table with these columns. Nothing in them depends on time, place or machine.
pub(super) fn properties(schema: &Schema, rows_per_group: usize) -> Arc<WriterProperties> {
    let zstd = ZstdLevel::try_new(1).map_or(Compression::UNCOMPRESSED, Compression::ZSTD);
    let start = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(format!("canbao {}", env!("CARGO_PKG_VERSION")))
        .set_compression(zstd)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_max_row_group_row_count(Some(rows_per_group));
    let built = schema.fields().iter().fold(start, |properties, field| column(properties, field));
    Arc::new(built.build())
}

fn column(properties: WriterPropertiesBuilder, field: &Field) -> WriterPropertiesBuilder {
    let path = ColumnPath::from(field.name().as_str());
    match field.data_type() {
        DataType::Int64 | DataType::Date32 => properties
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED),
        _ => properties,
    }
}

/// Whether the column is of texts that recur, so that a dictionary is worth its while.
pub(super) fn recurs(field: &Field) -> bool {
    field.data_type() == &DataType::Utf8 && !SELDOM_RECUR.contains(&field.name().as_str())
}
