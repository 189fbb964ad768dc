//! `units`: one line an employer, and their findings.

use super::findings::{Finding, Kind, batch};
use crate::error::CompareError;
use crate::stage::RowId;
use crate::units::Unit;
use arrow::array::{ArrayRef, BooleanArray, Int64Array, StringArray};
use canbao_domain::rules::UnitCategory;
use canbao_run::RunWriter;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Writes the table; `first_source` is the number of person sources, behind which the employers' are named.
pub(crate) fn write(
    units: &[Unit],
    first_source: usize,
    findings: &mut Vec<Finding>,
    run: &RunWriter,
) -> Result<BTreeMap<String, i64>, CompareError> {
    let schema = canbao_run::schema::units();
    let mut table = run.table("units", &schema)?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let text = |value: fn(&Unit) -> &str, chunk: &[Unit]| -> ArrayRef {
        Arc::new(chunk.iter().map(|u| Some(value(u)).filter(|t| !t.is_empty())).collect::<StringArray>())
    };
    for chunk in units.chunks(8192) {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(chunk.iter().map(|u| u.credit_code.map(|c| c.as_str().to_owned())).collect::<StringArray>()),
            Arc::new(chunk.iter().map(|u| u.registration.map(|c| c.as_str().to_owned())).collect::<StringArray>()),
            text(|u| &u.name, chunk),
            text(|u| &u.unit_type, chunk),
            text(|u| &u.address, chunk),
            Arc::new(chunk.iter().map(|u| u.county.as_deref()).collect::<StringArray>()),
            Arc::new(BooleanArray::from(chunk.iter().map(|u| u.registered).collect::<Vec<_>>())),
            Arc::new(BooleanArray::from(chunk.iter().map(|u| u.insured).collect::<Vec<_>>())),
            Arc::new(chunk.iter().map(|u| u.insured_people).collect::<Int64Array>()),
            Arc::new(StringArray::from_iter_values(chunk.iter().map(|u| u.category.as_str()))),
        ];
        table.write(&batch(&schema, columns)?)?;
    }
    table.close()?;
    for unit in units {
        *counts.entry(unit.category.as_str().to_owned()).or_insert(0) += 1;
        let (kind, at, detail) = match unit.category {
            UnitCategory::Uninsured => (Kind::UnitUninsured, unit.register_row, "已登记，未参加社会保险"),
            UnitCategory::Unregistered => (Kind::UnitUnregistered, unit.insured_row, "已参保，工商登记中没有"),
            _ => continue,
        };
        let row = at.map(|(source, row)| RowId::new(first_source + source, row));
        findings.push(Finding {
            kind,
            person: None,
            number: None,
            credit_code: unit.credit_code,
            row,
            other: None,
            detail: detail.into(),
        });
    }
    Ok(counts)
}
