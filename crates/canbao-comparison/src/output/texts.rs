//! The one pass over the rows' texts: persons, enrolments, rows as written, and the unresolved rows of the survey.

use super::enrolments::{add_to_survey, as_written, enrolled};
use super::people::{Frame, People, Tables};
use crate::error::CompareError;
use crate::links::{Links, Method, Standing};
use crate::plan::owners::column;
use crate::plan::persons;
use crate::progress::Progress;
use crate::stage::scan::Batches;
use crate::stage::{Family, RowId, RowSet};
use ahash::AHashMap;
use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::number::NumberForm;
use canbao_run::RunWriter;

/// What the pass brings besides the tables.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    pub(crate) people: People,
    /// People with a live enrolment through an employer, by the employer's key, once each.
    pub(crate) unit_people: AHashMap<u64, i64>,
}

/// Writes `persons`, `enrolments` and `rows`. `repeated` are rows that stand in a finding with another.
pub(crate) fn write(
    folded: &persons::People,
    repeated: &RowSet,
    frame: &Frame,
    run: &RunWriter,
    progress: &dyn Progress,
) -> Result<Passed, CompareError> {
    let (person_schema, enrolment_schema, row_schema) =
        (canbao_run::schema::persons(), canbao_run::schema::enrolments(), canbao_run::schema::rows());
    let mut persons_table = run.table("persons", &person_schema)?;
    let mut enrolments_table = run.table("enrolments", &enrolment_schema)?;
    let mut rows_table = run.table("rows", &row_schema)?;
    let mut people = People::default();
    let mut columns = Tables::default();
    let mut unit_people: Vec<(u64, u64)> = Vec::new();
    let mut rest = folded.order();
    let (links, places) = (frame.links, frame.places);
    for source in &frame.stage.sources {
        let insured = source.kind.insurance().is_some();
        let batches = Batches::open(source, &[
            (Family::Narrow, None),
            (Family::Block, Some(&["area", "phone", "unit", "gaps", "name_text"])),
            (Family::Text, None),
        ])?;
        for rows in batches {
            let rows = rows?;
            let rid = column::<UInt64Type>(&rows, "rid")?;
            let last = rid.values().last().copied().unwrap_or(0);
            let (mine, later) = rest.split_at(rest.partition_point(|(id, _)| id.0 <= last));
            rest = later;
            progress.advance(rows.num_rows() as u64);
            if !mine.is_empty() {
                let first_rows = first_rows(&rows, mine)?;
                let folds: Vec<_> = mine.iter().map(|(id, place)| (*id, folded.fold(*place))).collect();
                persons_table.write(&columns.of_batch(&person_schema, &first_rows, &folds, frame, &mut people)?)?;
            }
            let ids: Vec<RowId> = rid.values().iter().map(|r| RowId(*r)).collect();
            let shown = shown(&rows, &ids, links, repeated)?;
            if shown.true_count() > 0 {
                rows_table.write(&as_written(&row_schema, source, &filter_record_batch(&rows, &shown)?)?)?;
            }
            if insured {
                let nobody: Vec<usize> = (0..ids.len()).filter(|i| ids.get(*i).is_some_and(|id| links.person(*id).is_none())).collect();
                let some = if nobody.is_empty() {
                    rows
                } else {
                    add_to_survey(&rows, &ids, &nobody, &mut people.survey)?;
                    let known: BooleanArray = ids.iter().map(|id| Some(links.person(*id).is_some())).collect();
                    filter_record_batch(&rows, &known)?
                };
                if some.num_rows() > 0 {
                    enrolments_table.write(&enrolled(&enrolment_schema, source, &some, links, frame.rules, places, &mut unit_people)?)?;
                }
            }
        }
    }
    if !rest.is_empty() {
        return Err(CompareError::internal("有人员没有首行"));
    }
    persons_table.close()?;
    enrolments_table.close()?;
    rows_table.close()?;
    people.close(frame);
    unit_people.sort_unstable();
    unit_people.dedup();
    let mut by_unit: AHashMap<u64, i64> = AHashMap::new();
    for (unit, _) in unit_people {
        *by_unit.entry(unit).or_insert(0) += 1;
    }
    Ok(Passed { people, unit_people: by_unit })
}

/// The rows of a batch that are people's first.
fn first_rows(rows: &RecordBatch, people: &[(RowId, u32)]) -> Result<RecordBatch, CompareError> {
    if people.len() == rows.num_rows() {
        return Ok(rows.clone());
    }
    let mut wanted = people.iter().map(|(id, _)| id.0).peekable();
    let mask: BooleanArray = column::<UInt64Type>(rows, "rid")?
        .values()
        .iter()
        .map(|r| {
            let is = wanted.peek() == Some(r);
            if is {
                wanted.next();
            }
            Some(is)
        })
        .collect();
    let first = filter_record_batch(rows, &mask)?;
    if first.num_rows() != people.len() {
        return Err(CompareError::internal("人员与其首行不一致"));
    }
    Ok(first)
}

/// Rows that are not exact, or stand in a finding.
fn shown(rows: &RecordBatch, ids: &[RowId], links: &Links, repeated: &RowSet) -> Result<BooleanArray, CompareError> {
    let (form, gaps) = (column::<UInt8Type>(rows, "form")?, column::<UInt8Type>(rows, "gaps")?);
    Ok(ids
        .iter()
        .zip(form.values().iter().zip(gaps.values()))
        .map(|(id, (form, gaps))| {
            let slot = links.slot(*id);
            let odd = *form != NumberForm::Exact as u8 || *gaps != 0 || slot.birth_differs() || slot.sex_differs() || repeated.contains(*id);
            Some(odd || slot.standing() != Standing::Settled && links.hard.get(id).is_some_and(|h| {
                h.method != Method::Exact || h.name_differs || h.birth_differs || h.sex_differs || h.number_of_another || h.other_number
            }))
        })
        .collect())
}
