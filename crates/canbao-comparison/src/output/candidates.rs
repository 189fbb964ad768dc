//! `candidates`: who a row may mean, with the weights that speak for each.

use super::columns::{Places, Words};
use super::findings::batch;
use crate::error::CompareError;
use crate::links::Links;
use arrow::array::{ArrayRef, Float64Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder};
use arrow::datatypes::DataType;
use canbao_linkage::model::judge::FIELDS;
use canbao_run::RunWriter;
use std::sync::Arc;

/// Writes the table.
pub(crate) fn write(links: &Links, places: &Places, run: &RunWriter) -> Result<u64, CompareError> {
    let schema = canbao_run::schema::candidates();
    let mut table = run.table("candidates", &schema)?;
    let DataType::List(element) = schema.field(5).data_type() else {
        return Err(CompareError::internal("候选表结构"));
    };
    let DataType::Struct(fields) = element.data_type() else { return Err(CompareError::internal("候选表结构")) };
    let hard: Vec<_> = links.hard.iter().filter(|(_, h)| !h.candidates.is_empty()).collect();
    for chunk in hard.chunks(4096) {
        let mut source = Words::new(places.names());
        let (mut row, mut rank, mut key, mut confidence) =
            (Int64Builder::new(), Int64Builder::new(), Int64Builder::new(), Float64Builder::new());
        let mut weights =
            ListBuilder::new(StructBuilder::from_fields(fields.clone(), 0)).with_field(Arc::clone(element));
        for (id, link) in chunk {
            for (place, candidate) in (1i64..).zip(&link.candidates) {
                source.push(id.source());
                row.append_value(id.row());
                rank.append_value(place);
                key.append_value(places.key(candidate.person));
                confidence.append_value(candidate.confidence);
                for (name, weight) in FIELDS.iter().zip(candidate.weights) {
                    if weight == 0.0 {
                        continue;
                    }
                    let item = weights.values();
                    if let Some(names) = item.field_builder::<StringBuilder>(0) {
                        names.append_value(name);
                    }
                    if let Some(values) = item.field_builder::<Float64Builder>(1) {
                        values.append_value(weight / std::f64::consts::LN_2);
                    }
                    item.append(true);
                }
                weights.append(true);
            }
        }
        let columns: Vec<ArrayRef> = vec![
            source.finish()?,
            Arc::new(row.finish()),
            Arc::new(rank.finish()),
            Arc::new(key.finish()),
            Arc::new(confidence.finish()),
            Arc::new(weights.finish()),
        ];
        table.write(&batch(&schema, columns)?)?;
    }
    Ok(table.close()?)
}
