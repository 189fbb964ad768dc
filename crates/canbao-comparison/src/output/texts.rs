//! The passes over the rows' texts: `persons`, and `enrolments` with `rows` as written.

use super::enrolments::{add_to_survey, as_written, enrolled};
use super::people::{Frame, People, Tables};
use super::survey::Survey;
use crate::error::CompareError;
use crate::links::{Links, Method, Standing};
use crate::plan::owners::column;
use crate::plan::persons;
use crate::progress::Progress;
use crate::stage::scan::Batches;
use crate::stage::{Family, RowId, RowSet, Source};
use ahash::AHashMap;
use arrow::array::BooleanArray;
use arrow::compute::filter_record_batch;
use arrow::datatypes::{UInt8Type, UInt64Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::number::NumberForm;
use canbao_domain::source::SourceKind;
use canbao_run::RunWriter;

/// Writes `persons`. Brings besides what is told of people, and the population rows that `rows` shall show.
pub(crate) fn write_persons(
    folded: &persons::People,
    repeated: &RowSet,
    frame: &Frame,
    run: &RunWriter,
    progress: &dyn Progress,
) -> Result<(People, Vec<RecordBatch>), CompareError> {
    let (schema, row_schema) = (canbao_run::schema::persons(), canbao_run::schema::rows());
    let mut table = run.table("persons", &schema)?;
    let (mut people, mut columns, mut rows_shown) = (People::default(), Tables::default(), Vec::new());
    let mut rest = folded.order();
    for source in &frame.stage.sources {
        let (mine, later) = rest.split_at(rest.partition_point(|(id, _)| id.source() <= source.index));
        rest = later;
        if mine.is_empty() && !source.kind.is_population() {
            continue;
        }
        let mut mine = mine;
        for rows in open(source) {
            let rows = rows?;
            let rid = column::<UInt64Type>(&rows, "rid")?;
            let last = rid.values().last().copied().unwrap_or(0);
            let (now, later) = mine.split_at(mine.partition_point(|(id, _)| id.0 <= last));
            mine = later;
            if !now.is_empty() {
                let folds: Vec<_> = now.iter().map(|(id, place)| (*id, folded.fold(*place))).collect();
                table.write(&columns.of_batch(&schema, &first_rows(&rows, now)?, &folds, frame, &mut people)?)?;
            }
            if source.kind.is_population() {
                progress.advance(rows.num_rows() as u64);
                if let Some(some) = shown(&rows, frame.links, repeated)? {
                    rows_shown.push(as_written(&row_schema, source, &some)?);
                }
            }
        }
        if !mine.is_empty() {
            return Err(CompareError::internal("有人员没有首行"));
        }
    }
    table.close()?;
    people.close(frame);
    Ok((people, rows_shown))
}

/// What the pass over the other extracts brings besides its tables.
#[derive(Debug, Default)]
pub(crate) struct Enrolled {
    /// Insurance rows that belong to nobody known.
    pub(crate) survey: Survey,
    /// People with a live enrolment through an employer, by the employer's key, once each.
    pub(crate) unit_people: AHashMap<u64, i64>,
}

/// Writes `enrolments`, and `rows` but for the population's. `repeated` are rows that stand in a finding with another.
pub(crate) fn write_enrolments(
    repeated: &RowSet,
    frame: &Frame,
    run: &RunWriter,
    rows_table: &mut canbao_run::TableWriter,
    progress: &dyn Progress,
) -> Result<Enrolled, CompareError> {
    let (schema, row_schema) = (canbao_run::schema::enrolments(), canbao_run::schema::rows());
    let mut table = run.table("enrolments", &schema)?;
    let mut unit_people: Vec<(u64, u64)> = Vec::new();
    let mut survey = Survey::default();
    for source in frame.stage.sources.iter().filter(|s| !s.kind.is_population()) {
        for rows in open(source) {
            let rows = rows?;
            progress.advance(rows.num_rows() as u64);
            if let Some(some) = shown(&rows, frame.links, repeated)? {
                rows_table.write(&as_written(&row_schema, source, &some)?)?;
            }
            let elsewhere = source.kind == SourceKind::Elsewhere;
            if source.kind.insurance().is_none() && !elsewhere {
                continue;
            }
            let ids: Vec<RowId> = column::<UInt64Type>(&rows, "rid")?.values().iter().map(|r| RowId(*r)).collect();
            let nobody: Vec<usize> =
                ids.iter().enumerate().filter(|(_, id)| frame.links.person(**id).is_none()).map(|(i, _)| i).collect();
            let some = if nobody.is_empty() {
                rows
            } else {
                // whoever is insured elsewhere and not known here is nobody's to visit
                if !elsewhere {
                    add_to_survey(&rows, &ids, &nobody, &mut survey)?;
                }
                let known: BooleanArray = ids.iter().map(|id| Some(frame.links.person(*id).is_some())).collect();
                filter_record_batch(&rows, &known)?
            };
            if some.num_rows() > 0 {
                table.write(&enrolled(&schema, source, &some, frame, &mut unit_people)?)?;
            }
        }
    }
    table.close()?;
    unit_people.sort_unstable();
    unit_people.dedup();
    let mut by_unit: AHashMap<u64, i64> = AHashMap::new();
    for (unit, _) in unit_people {
        *by_unit.entry(unit).or_insert(0) += 1;
    }
    Ok(Enrolled { survey, unit_people: by_unit })
}

fn open(source: &Source) -> Batches {
    Batches::open(
        source,
        &[
            (Family::Narrow, None),
            (Family::Block, Some(&["area", "phone", "unit", "gaps", "scheme", "status", "benefit", "name_text"])),
            (Family::Text, None),
        ],
    )
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

/// The rows of a batch that are not exact, or stand in a finding; none if there is none.
fn shown(rows: &RecordBatch, links: &Links, repeated: &RowSet) -> Result<Option<RecordBatch>, CompareError> {
    let (rid, form, gaps) =
        (column::<UInt64Type>(rows, "rid")?, column::<UInt8Type>(rows, "form")?, column::<UInt8Type>(rows, "gaps")?);
    let mask: BooleanArray = rid
        .values()
        .iter()
        .zip(form.values().iter().zip(gaps.values()))
        .map(|(id, (form, gaps))| {
            let id = RowId(*id);
            let slot = links.slot(id);
            let odd = *form != NumberForm::Exact as u8
                || *gaps != 0
                || slot.birth_differs()
                || slot.sex_differs()
                || repeated.contains(id);
            Some(
                odd || slot.standing() != Standing::Settled
                    && links.hard.get(&id).is_some_and(|h| {
                        h.method != Method::Exact
                            || h.name_differs
                            || h.birth_differs
                            || h.sex_differs
                            || h.number_of_another
                            || h.other_number
                    }),
            )
        })
        .collect();
    Ok(if mask.true_count() == 0 { None } else { Some(filter_record_batch(rows, &mask)?) })
}
