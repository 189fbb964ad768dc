//! `rejected`: rows that could not be read, verbatim.

use super::columns::{Words, constant};
use super::findings::batch;
use crate::error::CompareError;
use arrow::array::{ArrayRef, Int64Array, StringArray};
use canbao_intake::{Part, Rejected};
use canbao_run::RunWriter;
use std::sync::Arc;

/// Writes the rejected rows of all sources, in their order.
pub(crate) fn write<'a>(
    sources: impl Iterator<Item = (&'a str, &'a [Part], &'a [Rejected])>,
    run: &RunWriter,
) -> Result<u64, CompareError> {
    let schema = canbao_run::schema::rejected();
    let mut table = run.table("rejected", &schema)?;
    for (name, parts, rejected) in sources {
        for chunk in rejected.chunks(8192) {
            let mut file = Words::new(parts.iter().map(|p| p.file.as_str()));
            let mut sheet = Words::new(parts.iter().map(|p| p.sheet.as_deref().unwrap_or_default()));
            for r in chunk {
                file.push(r.part as usize);
                match parts.get(r.part as usize).and_then(|p| p.sheet.as_ref()) {
                    Some(_) => sheet.push(r.part as usize),
                    None => sheet.push_null(),
                }
            }
            let columns: Vec<ArrayRef> = vec![
                constant(name, chunk.len())?,
                Arc::new(chunk.iter().map(|r| r.row).collect::<Int64Array>()),
                file.finish()?,
                sheet.finish()?,
                Arc::new(chunk.iter().map(|r| r.line).collect::<Int64Array>()),
                Arc::new(StringArray::from_iter_values(chunk.iter().map(|r| r.text.as_str()))),
                Arc::new(StringArray::from_iter_values(chunk.iter().map(|r| r.reason.as_str()))),
            ];
            table.write(&batch(&schema, columns)?)?;
        }
    }
    Ok(table.close()?)
}
