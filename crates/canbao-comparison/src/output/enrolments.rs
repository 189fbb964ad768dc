//! `enrolments` and `rows`: what the insurance rows say, and every row that somebody may want to look at, as written.

use super::columns::{Places, constant};
use super::findings::{Finding, batch};
use super::people::text_column;
use super::survey::Survey;
use crate::error::CompareError;
use crate::links::{Links, Method, Standing};
use crate::plan::owners::column;
use crate::progress::Progress;
use crate::stage::scan::Batches;
use crate::stage::{Family, RowId, Source, Stage};
use ahash::{AHashMap, AHashSet};
use arrow::array::{Array, ArrayRef, BooleanArray, Date32Builder, Int64Array, StringArray, StringBuilder, UInt64Array};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, UInt8Type, UInt32Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::code::{Benefit, Status};
use canbao_domain::date::{Date, Month};
use canbao_domain::number::{CitizenNumber, NumberForm};
use canbao_domain::rules::Rules;
use canbao_domain::source::{Field, SourceKind};
use canbao_run::RunWriter;
use std::sync::Arc;

/// What the pass brings besides the tables.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Live enrolments' people by unit key, once each.
    pub(crate) unit_people: AHashMap<u64, i64>,
}

/// Writes both tables; adds the unresolved insurance rows to the survey.
pub(crate) fn write(
    stage: &Stage,
    links: &Links,
    findings: &[Finding],
    survey: &mut Survey,
    rules: &Rules,
    places: &Places,
    run: &RunWriter,
    progress: &dyn Progress,
) -> Result<Passed, CompareError> {
    let wanted: AHashSet<RowId> = findings.iter().flat_map(|f| [f.row, f.other]).flatten().collect();
    let (enrolment_schema, row_schema) = (canbao_run::schema::enrolments(), canbao_run::schema::rows());
    let mut enrolments = run.table("enrolments", &enrolment_schema)?;
    let mut rows_table = run.table("rows", &row_schema)?;
    let mut unit_people: Vec<(u64, u64)> = Vec::new();
    for source in &stage.sources {
        let insured = source.kind.insurance().is_some();
        let batches = Batches::open(source, &[
            (Family::Narrow, Some(&["rid", "form"])),
            (Family::Block, Some(&["area", "unit"])),
            (Family::Text, None),
        ])?;
        for rows in batches {
            let rows = rows?;
            let (rid, form) = (column::<UInt64Type>(&rows, "rid")?, column::<UInt8Type>(&rows, "form")?);
            let ids: Vec<RowId> = rid.values().iter().map(|r| RowId(*r)).collect();
            let shown: BooleanArray = ids
                .iter()
                .zip(form.values())
                .map(|(id, form)| Some(*form != NumberForm::Exact as u8 || wanted.contains(id) || links.slot(*id).standing() != Standing::Settled && shown(links, *id)))
                .collect();
            if shown.true_count() > 0 {
                let some = filter_record_batch(&rows, &shown)?;
                rows_table.write(&as_written(&row_schema, source, &some)?)?;
            }
            if insured {
                let unresolved: Vec<usize> = ids
                    .iter()
                    .enumerate()
                    .filter(|(_, id)| links.slot(**id).standing() != Standing::Settled && links.person(**id).is_none())
                    .map(|(i, _)| i)
                    .collect();
                if !unresolved.is_empty() {
                    add_to_survey(&rows, &ids, &unresolved, survey)?;
                }
                let known: BooleanArray = ids.iter().map(|id| Some(links.person(*id).is_some())).collect();
                let some = if known.true_count() == rows.num_rows() { rows.clone() } else { filter_record_batch(&rows, &known)? };
                if some.num_rows() > 0 {
                    enrolments.write(&enrolled(&enrolment_schema, source, &some, links, rules, places, &mut unit_people)?)?;
                }
            }
            progress.advance(rows.num_rows() as u64);
        }
    }
    enrolments.close()?;
    rows_table.close()?;
    unit_people.sort_unstable();
    unit_people.dedup();
    let mut by_unit: AHashMap<u64, i64> = AHashMap::new();
    for (unit, _) in unit_people {
        *by_unit.entry(unit).or_insert(0) += 1;
    }
    Ok(Passed { unit_people: by_unit })
}

/// Whether a row that was not settled is worth showing: not where it was linked exactly and nothing was found.
fn shown(links: &Links, id: RowId) -> bool {
    links.hard.get(&id).is_some_and(|h| h.method != Method::Exact)
}

fn add_to_survey(rows: &RecordBatch, ids: &[RowId], unresolved: &[usize], survey: &mut Survey) -> Result<(), CompareError> {
    let area = column::<UInt64Type>(rows, "area")?;
    let entries: Vec<(RowId, u64)> =
        unresolved.iter().filter_map(|&i| Some((*ids.get(i)?, area.value(i)))).collect();
    let texts = [Field::Name, Field::Household, Field::Address, Field::Phone]
        .into_iter()
        .map(|field| {
            let column = text_column(rows, field);
            unresolved.iter().map(|&i| column.filter(|c| c.is_valid(i)).map(|c| c.value(i).trim())).collect::<StringArray>()
        })
        .collect();
    survey.rows(&entries, texts)
}

fn as_written(schema: &arrow::datatypes::SchemaRef, source: &Source, rows: &RecordBatch) -> Result<RecordBatch, CompareError> {
    let n = rows.num_rows();
    let ids = column::<UInt64Type>(rows, "rid")?;
    let mut columns: Vec<ArrayRef> =
        vec![constant(&source.name, n)?, Arc::new(ids.values().iter().map(|r| RowId(*r).row()).collect::<Int64Array>())];
    for field in schema.fields().iter().skip(2) {
        let at = rows.schema_ref().fields().iter().rposition(|f| f.name() == field.name() && *f.data_type() == DataType::Utf8);
        columns.push(match at.and_then(|at| rows.columns().get(at)) {
            Some(column) => Arc::clone(column),
            None => arrow::array::new_null_array(&DataType::Utf8, n),
        });
    }
    batch(schema, columns)
}

fn enrolled(
    schema: &arrow::datatypes::SchemaRef,
    source: &Source,
    rows: &RecordBatch,
    links: &Links,
    rules: &Rules,
    places: &Places,
    unit_people: &mut Vec<(u64, u64)>,
) -> Result<RecordBatch, CompareError> {
    let n = rows.num_rows();
    let ids = column::<UInt64Type>(rows, "rid")?;
    let (area, unit): (&UInt64Array, &UInt64Array) = (column::<UInt64Type>(rows, "area")?, column::<UInt64Type>(rows, "unit")?);
    let codes = |name: &str| column::<UInt8Type>(rows, name).ok();
    let (status, benefit) = (codes("status_code"), codes("benefit_code"));
    let code = |column: Option<&arrow::array::UInt8Array>, i: usize| column.filter(|c| c.is_valid(i)).map_or(0, |c| c.value(i));
    let (mut status_column, mut benefit_column) = (
        super::columns::Words::new(Status::ALL.iter().map(|s| s.as_str())),
        super::columns::Words::new(Benefit::ALL.iter().map(|b| b.as_str())),
    );
    let pools = text_column(rows, Field::PoolingArea);
    let mut pool = StringBuilder::with_capacity(n, 6 * n);
    let sinces = text_column(rows, Field::Since);
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
        match pools.filter(|c| c.is_valid(i)).map(|c| c.value(i).trim()).filter(|t| !t.is_empty()) {
            Some(text) => pool.append_value(text),
            None => match canbao_linkage::model::agreement::county(area.value(i)) {
                0 => pool.append_null(),
                county => pool.append_value(format!("{county:06}")),
            },
        }
        since.append_option(sinces.filter(|c| c.is_valid(i)).and_then(|c| since_date(c.value(i))).map(Date::days));
        if unit.value(i) != 0
            && rules.row_state(s, b) == canbao_domain::rules::RowState::Live
            && let Some(person) = links.person(RowId(ids.value(i)))
        {
            unit_people.push((unit.value(i), person.0));
        }
    }
    let text = |field: Field| -> ArrayRef {
        match text_column(rows, field) {
            Some(c) => Arc::new(c.clone()),
            None => arrow::array::new_null_array(&DataType::Utf8, n),
        }
    };
    batch(schema, vec![
        Arc::new(ids.values().iter().map(|r| links.person(RowId(*r)).map(|p| places.key(p))).collect::<Int64Array>()),
        constant(&source.name, n)?,
        Arc::new(ids.values().iter().map(|r| RowId(*r).row()).collect::<Int64Array>()),
        constant(source.kind.as_str(), n)?,
        status_column.finish()?,
        benefit_column.finish()?,
        text(Field::UnitCode),
        text(Field::UnitName),
        Arc::new(pool.finish()),
        Arc::new(since.finish()),
    ])
}

/// A date, or the first day of a month.
fn since_date(text: &str) -> Option<Date> {
    Date::parse(text).or_else(|| Month::parse(text).and_then(Month::first_day))
}

/// Rows that repeat their person in one extract (of an insurance: in one pooling area): each after the first.
pub(crate) fn repeated(stage: &Stage, links: &Links, people: &[RowId]) -> Result<Vec<Finding>, CompareError> {
    let people: AHashSet<RowId> = people.iter().copied().collect();
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut rows: Vec<(RowId, SourceKind, u32, RowId, Option<CitizenNumber>)> = Vec::new();
    for source in &stage.sources {
        let insured = source.kind.insurance().is_some();
        for batch in Batches::open(source, &[(Family::Narrow, Some(&["rid", "num"])), (Family::Block, Some(&["pool"]))])? {
            let batch = batch?;
            let (rid, num, pool) = (column::<UInt64Type>(&batch, "rid")?, column::<UInt64Type>(&batch, "num")?, column::<UInt32Type>(&batch, "pool")?);
            for i in 0..batch.num_rows() {
                let id = RowId(rid.value(i));
                if let Some(person) = links.person(id).filter(|p| people.contains(p)) {
                    let own = if num.is_valid(i) { CitizenNumber::from_body(num.value(i)) } else { None };
                    rows.push((person, source.kind, if insured { pool.value(i) } else { 0 }, id, links.number_of_row(id, person, own)));
                }
            }
        }
    }
    rows.sort_unstable();
    let mut findings = Vec::new();
    let mut first: Option<(RowId, SourceKind, u32, RowId)> = None;
    for (person, kind, pool, id, number) in rows {
        match first {
            Some((p, k, o, earlier)) if (p, k, o) == (person, kind, pool) => {
                let mut finding = Finding::row(super::findings::Kind::DuplicateRow, id, Some(person), number, "同一人在本数据中重复出现");
                finding.other = Some(earlier);
                findings.push(finding);
            }
            _ => first = Some((person, kind, pool, id)),
        }
    }
    Ok(findings)
}
