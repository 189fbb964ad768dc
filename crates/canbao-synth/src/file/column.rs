//! Parquet, all columns text.

use std::fs::File;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};

use super::{Desk, Job, cell};
use crate::SynthError;
use crate::truth::table;

/// Writes a table.
pub(crate) fn write(desk: &Desk, job: &Job) -> Result<(), SynthError> {
    let path = desk.path(&job.path)?;
    let fields: Vec<Field> =
        job.layout.columns.iter().map(|column| Field::new(column.0, DataType::Utf8, true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let file = File::create(&path).map_err(super::failed(&path))?;
    let mut writer = table::writer(file, &schema, &path)?;
    let mut value = String::new();
    for group in job.rows.chunks(1 << 16) {
        let mut columns: Vec<ArrayRef> = Vec::new();
        for (_, cell) in job.layout.columns {
            let mut builder = StringBuilder::new();
            for row in desk.rows(group) {
                value.clear();
                cell::write(desk.city, row, desk.city.person(row.person), *cell, &mut value);
                builder.append_option((!value.is_empty()).then_some(&value));
            }
            columns.push(Arc::new(builder.finish()));
        }
        let batch = RecordBatch::try_new(schema.clone(), columns).map_err(table::arrow_failed(&path))?;
        writer.write(&batch).map_err(table::failed(&path))?;
        (desk.advance)(group.len() as u64);
    }
    writer.close().map_err(table::failed(&path))?;
    Ok(())
}
