//! Reading a file to its end for a report.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::check::Check;
use super::mask::{mask, word};
use super::{ColumnReport, PartReport};
use crate::error::IntakeError;
use crate::extract::{Extract, Judge, Part, Readers};
use crate::page::Page;
use crate::recognise::plan::Plan;

/// Rows shown.
const SAMPLE_ROWS: usize = 10;
/// Unknown words shown of a column.
const WORDS_SHOWN: usize = 20;

pub(super) fn report(extract: &Extract) -> Result<Vec<PartReport>, IntakeError> {
    let mut readers = extract.readers();
    let mut reports = Vec::new();
    for (part, plan) in extract.parts().iter().zip(extract.plans()) {
        reports.push(report_part(extract, &mut readers, part, plan)?);
    }
    Ok(reports)
}

fn report_part(extract: &Extract, readers: &mut Readers, part: &Part, plan: &Plan) -> Result<PartReport, IntakeError> {
    let mut judge = Judge::new(0, 0, plan);
    let mut checks: Vec<Check> =
        part.columns.iter().map(|column| Check::new(column.field, extract.table(plan, column.field))).collect();
    let mut sample = Vec::new();
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    let width = plan.layout.headers.len();
    readers.pages(&plan.path, &plan.shown, &plan.how, width, &mut |page: &mut Page| {
        for rejected in judge.sort(page) {
            *reasons.entry(rejected.reason).or_insert(0) += 1;
        }
        for row in &judge.kept {
            for (column, check) in checks.iter_mut().enumerate() {
                check.add(row.cell(page, column));
            }
            if sample.len() < SAMPLE_ROWS {
                let cells = part.columns.iter().enumerate();
                sample.push(
                    cells.map(|(column, known)| mask(extract.kind(), known.field, row.cell(page, column))).collect(),
                );
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let columns = part.columns.iter().zip(checks).map(|(column, check)| column_report(&column.header, check));
    Ok(PartReport {
        part: part.clone(),
        totals: judge.totals,
        columns: columns.collect(),
        sample,
        rejected: reasons.into_iter().collect(),
    })
}

fn column_report(header: &str, check: Check) -> ColumnReport {
    let mut unknown: Vec<_> = check.unknown.into_iter().map(|(written, rows)| (word(&written), rows)).collect();
    unknown.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    unknown.truncate(WORDS_SHOWN);
    ColumnReport {
        header: header.to_owned(),
        field: check.field,
        blank: check.blank,
        invalid: check.invalid,
        forms: check.forms.into_iter().map(|(form, rows)| (form.to_owned(), rows)).collect(),
        unknown,
    }
}
