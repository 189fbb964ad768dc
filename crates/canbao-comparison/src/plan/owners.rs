//! The great join: each row with the population row that has the same number.
//!
//! A row whose number one population row has, under the same name, is settled here, and so are nearly all.
//! What is left (numbers that are damaged, missing, unknown to the population, shared, or under another
//! name) goes to linking.

use crate::error::CompareError;
use crate::links::{Links, Method, Standing};
use crate::plan::context::Engine;
use crate::stage::{RowId, Stage, scan};
use arrow::array::{Array, AsArray, PrimitiveArray};
use arrow::datatypes::{ArrowPrimitiveType, Int32Type, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::date::Date;
use canbao_domain::number::{CitizenNumber, NumberForm};
use datafusion::common::JoinType;
use datafusion::prelude::col;
use std::sync::Arc;

/// Joins, and writes the standing of every row into `links`.
pub(crate) fn settle(engine: &Engine, stage: &Arc<Stage>, links: &Arc<Links>) -> Result<(), CompareError> {
    let owners = engine
        .read(scan::table(stage, |s| s.kind.is_population(), &["rid", "num", "name", "birth", "sex"])?)?
        .filter(col("num").is_not_null())?
        .select(vec![
            col("rid").alias("owner"),
            col("num").alias("owner_num"),
            col("name").alias("owner_name"),
            col("birth").alias("owner_birth"),
            col("sex").alias("owner_sex"),
        ])?;
    let rows = engine.read(scan::table(stage, |_| true, &["rid", "num", "name", "birth", "sex", "form"])?)?;
    let joined = owners.join(rows, JoinType::Right, &["owner_num"], &["num"], None)?.select_columns(&[
        "rid",
        "num",
        "name",
        "birth",
        "sex",
        "form",
        "owner",
        "owner_name",
        "owner_birth",
        "owner_sex",
    ])?;
    let links = Arc::clone(links);
    engine.each(joined, move |batch| take(batch, &links))
}

pub(crate) fn column<'a, T: ArrowPrimitiveType>(
    batch: &'a RecordBatch,
    name: &str,
) -> Result<&'a PrimitiveArray<T>, CompareError> {
    batch
        .column_by_name(name)
        .and_then(|c| c.as_primitive_opt::<T>())
        .ok_or_else(|| CompareError::Internal(format!("缺少列 {name}")))
}

fn take(batch: &RecordBatch, links: &Links) -> Result<(), CompareError> {
    let (rid, num, name) = (
        column::<UInt64Type>(batch, "rid")?,
        column::<UInt64Type>(batch, "num")?,
        column::<UInt64Type>(batch, "name")?,
    );
    let (birth, sex, form) =
        (column::<Int32Type>(batch, "birth")?, column::<UInt8Type>(batch, "sex")?, column::<UInt8Type>(batch, "form")?);
    let (owner, owner_name) = (column::<UInt64Type>(batch, "owner")?, column::<UInt64Type>(batch, "owner_name")?);
    let (owner_birth, owner_sex) =
        (column::<Int32Type>(batch, "owner_birth")?, column::<UInt8Type>(batch, "owner_sex")?);
    for i in 0..batch.num_rows() {
        let id = RowId(rid.value(i));
        if owner.is_null(i) {
            links.unsettled(id, if num.is_null(i) { Standing::Numberless } else { Standing::Orphan });
            continue;
        }
        if name.value(i) == 0 || name.value(i) != owner_name.value(i) {
            links.owned(id, RowId(owner.value(i)), Standing::Contested, form.value(i), false, false);
            continue;
        }
        // the person's own date and sex: of the population row, else of the number
        let number = CitizenNumber::from_body(num.value(i));
        let known_birth =
            if owner_birth.is_valid(i) { Some(owner_birth.value(i)) } else { number.map(|n| n.birth().days()) };
        let known_sex = match owner_sex.value(i) {
            s @ (1 | 2) => s,
            _ => number.map_or(0, |n| n.sex() as u8),
        };
        let birth_differs = birth.is_valid(i) && known_birth.is_some_and(|b| b != birth.value(i));
        let sex_differs = matches!(sex.value(i), 1 | 2) && matches!(known_sex, 1 | 2) && sex.value(i) != known_sex;
        links.owned(id, RowId(owner.value(i)), Standing::Settled, form.value(i), birth_differs, sex_differs);
    }
    Ok(())
}

/// The method by which a number that is written in this form identifies its row.
pub(crate) fn plain_method(form: NumberForm) -> Method {
    match form {
        NumberForm::Normalised => Method::Normalised,
        NumberForm::Upgraded => Method::Upgraded,
        _ => Method::Exact,
    }
}

/// A date of a column of days.
pub(crate) fn date_at(column: &PrimitiveArray<Int32Type>, i: usize) -> Option<Date> {
    column.is_valid(i).then(|| Date(column.value(i)))
}
