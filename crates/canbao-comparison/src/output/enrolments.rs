//! Lines of `enrolments` and of `rows`: what the insurance rows say, and rows that somebody may want to look at, as written.

use super::columns::constant;
use super::findings::batch;
use super::people::Frame;
use super::survey::Survey;
use crate::error::CompareError;
use crate::plan::owners::column;
use crate::stage::keys::{ELSEWHERE, area_text};
use crate::stage::texts::{kept, kept_texts, written};
use crate::stage::{RowId, Source};
use arrow::array::{Array, ArrayRef, Date32Builder, Int64Array, StringArray, StringBuilder, UInt64Array};
use arrow::datatypes::{DataType, UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::{Date, Month};
use canbao_domain::rules::Rules;
use canbao_domain::source::{Field, Insurance, SourceKind};
use std::str::FromStr;
use std::sync::Arc;

/// Adds unresolved insurance rows to the survey.
pub(crate) fn add_to_survey(
    rows: &RecordBatch,
    ids: &[RowId],
    unresolved: &[usize],
    survey: &mut Survey,
) -> Result<(), CompareError> {
    let area = column::<UInt64Type>(rows, "area")?;
    let entries: Vec<(RowId, u64)> = unresolved.iter().filter_map(|&i| Some((*ids.get(i)?, area.value(i)))).collect();
    let texts = [Field::Name, Field::Household, Field::Address, Field::Phone]
        .into_iter()
        .map(|field| {
            let column = written(rows, field);
            unresolved
                .iter()
                .map(|&i| column.as_ref().filter(|c| c.is_valid(i)).map(|c| c.value(i).trim()))
                .collect::<StringArray>()
        })
        .collect();
    survey.rows(&entries, texts)
}

/// Rows with their canonical fields as written.
pub(crate) fn as_written(
    schema: &arrow::datatypes::SchemaRef,
    source: &Source,
    rows: &RecordBatch,
) -> Result<RecordBatch, CompareError> {
    let n = rows.num_rows();
    let ids = column::<UInt64Type>(rows, "rid")?;
    let mut columns: Vec<ArrayRef> = vec![
        constant(&source.name, n)?,
        Arc::new(ids.values().iter().map(|r| RowId(*r).row()).collect::<Int64Array>()),
    ];
    for field in schema.fields().iter().skip(2) {
        let text = Field::from_str(field.name()).ok().and_then(|field| written(rows, field));
        columns.push(
            text.map_or_else(|| arrow::array::new_null_array(&DataType::Utf8, n), |text| Arc::new(text) as ArrayRef),
        );
    }
    batch(schema, columns)
}

/// The enrolments of rows of one insurance that belong to somebody.
pub(crate) fn enrolled(
    schema: &arrow::datatypes::SchemaRef,
    source: &Source,
    rows: &RecordBatch,
    frame: &Frame,
    unit_people: &mut Vec<(u64, u64)>,
) -> Result<RecordBatch, CompareError> {
    let (links, rules, places) = (frame.links, frame.rules, frame.places);
    let n = rows.num_rows();
    let ids = column::<UInt64Type>(rows, "rid")?;
    let (area, unit): (&UInt64Array, &UInt64Array) =
        (column::<UInt64Type>(rows, "area")?, column::<UInt64Type>(rows, "unit")?);
    let insurance: ArrayRef = if source.kind == SourceKind::Elsewhere {
        let schemes = column::<UInt8Type>(rows, "scheme")?;
        let mut words = super::columns::Words::new(INSURANCES.iter().map(|insurance| insurance.as_str()));
        for scheme in schemes.values() {
            words.push(usize::from(scheme.saturating_sub(ELSEWHERE)).min(INSURANCES.len() - 1));
        }
        words.finish()?
    } else {
        constant(insurance_of(source.kind, rules).as_str(), n)?
    };
    let codes = |name: &str| column::<UInt8Type>(rows, name).ok();
    let (status, benefit) = (codes("status"), codes("benefit"));
    let code = |column: Option<&arrow::array::UInt8Array>, i: usize| {
        column.filter(|c| c.is_valid(i)).map_or(0, |c| c.value(i))
    };
    let (mut status_column, mut benefit_column) = (
        super::columns::Words::new(Status::ALL.iter().map(|s| s.as_str())),
        super::columns::Words::new(Benefit::ALL.iter().map(|b| b.as_str())),
    );
    let pools = kept_texts(rows, Field::PoolingArea);
    let mut pool = StringBuilder::with_capacity(n, 6 * n);
    let mut shown = (0, String::new());
    let sinces = kept_texts(rows, Field::Since);
    let mut since = Date32Builder::with_capacity(n);
    for i in 0..n {
        let (s, b) = (Status::from_code(code(status, i)), Benefit::from_code(code(benefit, i)));
        match s {
            Status::Blank => status_column.push_null(),
            s => status_column.push(Status::ALL.iter().position(|x| *x == s).unwrap_or(0)),
        }
        match b {
            Benefit::Blank => benefit_column.push_null(),
            b => benefit_column.push(Benefit::ALL.iter().position(|x| *x == b).unwrap_or(0)),
        }
        match pools.as_ref().filter(|c| c.is_valid(i)).map(|c| c.value(i).trim()).filter(|t| !t.is_empty()) {
            Some(text) => pool.append_value(text),
            None => match canbao_linkage::model::agreement::county(area.value(i)) {
                0 => pool.append_null(),
                county => {
                    if shown.0 != county {
                        shown = (county, area_text(county));
                    }
                    pool.append_value(&shown.1);
                }
            },
        }
        since.append_option(
            sinces.as_ref().filter(|c| c.is_valid(i)).and_then(|c| since_date(c.value(i))).map(Date::days),
        );
        if unit.value(i) != 0
            && rules.row_state(s, b) == canbao_domain::rules::RowState::Live
            && let Some(person) = links.person(RowId(ids.value(i)))
        {
            unit_people.push((unit.value(i), person.0));
        }
    }
    let text = |field: Field| -> ArrayRef {
        match kept(rows, field) {
            Some(c) => c,
            None => arrow::array::new_null_array(&DataType::Utf8, n),
        }
    };
    batch(
        schema,
        vec![
            Arc::new(
                ids.values().iter().map(|r| links.person(RowId(*r)).map(|p| places.key(p))).collect::<Int64Array>(),
            ),
            constant(&source.name, n)?,
            Arc::new(ids.values().iter().map(|r| RowId(*r).row()).collect::<Int64Array>()),
            constant(source.kind.as_str(), n)?,
            insurance,
            status_column.finish()?,
            benefit_column.finish()?,
            text(Field::UnitCode),
            text(Field::UnitName),
            Arc::new(pool.finish()),
            Arc::new(since.finish()),
        ],
    )
}

/// In the order of their numbers.
const INSURANCES: [Insurance; 3] = [Insurance::Pension, Insurance::Medical, Insurance::Other];

fn insurance_of(kind: SourceKind, rules: &Rules) -> Insurance {
    let counts = |insurance: &Insurance| rules.schemes(*insurance).contains(kind);
    [Insurance::Pension, Insurance::Medical].into_iter().find(counts).unwrap_or(Insurance::Other)
}

/// A date, or the first day of a month.
fn since_date(text: &str) -> Option<Date> {
    Date::parse(text).or_else(|| Month::parse(text).and_then(Month::first_day))
}
