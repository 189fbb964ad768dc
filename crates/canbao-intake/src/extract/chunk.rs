//! What reading gives: batches of rows, and the rows that were rejected.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field as ArrowField, Schema, SchemaRef};
use arrow::record_batch::RecordBatch;
use canbao_domain::source::SourceKind;

use crate::profile::coded_fields;

/// Some rows of one part.
#[derive(Debug)]
pub struct Chunk {
    /// Up to 8,192 rows, in [`schema`]'s columns.
    pub batch: RecordBatch,
    /// Rows that could not be read, between and around the batch's.
    pub rejected: Vec<Rejected>,
}

/// A data row that could not be read.
#[derive(Clone, PartialEq, Eq)]
pub struct Rejected {
    /// 1-based data row of the source; it counts together with the rows that were read.
    pub row: i64,
    /// Index of its part.
    pub part: u32,
    /// 1-based physical line, sheet row or record.
    pub line: i64,
    /// The row as written; bytes that are no text stand as `\xNN`, cells of a sheet or record are joined by tabs.
    pub text: String,
    /// Why, in Chinese.
    pub reason: String,
}

impl std::fmt::Debug for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text is somebody's data, which belongs in no log.
        f.debug_struct("Rejected")
            .field("row", &self.row)
            .field("part", &self.part)
            .field("line", &self.line)
            .field("reason", &self.reason)
            .finish_non_exhaustive()
    }
}

/// The columns of a kind's batches: `row` Int64, `part` UInt32, `line` Int64; each field of the kind as
/// Utf8, as written, null where blank or absent; then `status_code`, `benefit_code`, `sex_code` UInt8, of
/// those fields that the kind has (codes of `canbao_domain::code`; 255: a word that no mapping knows, which
/// of the sex reads as 0).
#[must_use]
pub fn schema(kind: SourceKind) -> SchemaRef {
    let mut fields = vec![
        ArrowField::new("row", DataType::Int64, false),
        ArrowField::new("part", DataType::UInt32, false),
        ArrowField::new("line", DataType::Int64, false),
    ];
    fields.extend(kind.fields().iter().map(|field| ArrowField::new(field.as_str(), DataType::Utf8, true)));
    fields.extend(coded_fields(kind).map(|field| ArrowField::new(format!("{field}_code"), DataType::UInt8, false)));
    Arc::new(Schema::new(fields))
}
