//! Rows that say again what another row of the same extract says.

use super::findings::{Finding, Kind};
use crate::error::CompareError;
use crate::links::Links;
use crate::plan::owners::column;
use crate::stage::scan::Batches;
use crate::stage::{Family, RowId, RowSet, Stage};
use arrow::array::Array;
use arrow::datatypes::{UInt32Type, UInt64Type};
use canbao_domain::number::CitizenNumber;
use canbao_domain::source::SourceKind;

/// Rows that repeat their person in one extract (of an insurance: in one pooling area): each after the first.
pub(crate) fn repeated(stage: &Stage, links: &Links, people: impl Iterator<Item = RowId>) -> Result<Vec<Finding>, CompareError> {
    let people = RowSet::new(stage, people);
    let mut rows: Vec<(RowId, SourceKind, u32, RowId, Option<CitizenNumber>)> = Vec::new();
    for source in &stage.sources {
        let insured = source.kind.insurance().is_some();
        for batch in Batches::open(source, &[(Family::Narrow, Some(&["rid", "num"])), (Family::Block, Some(&["pool"]))])? {
            let batch = batch?;
            let (rid, num, pool) = (column::<UInt64Type>(&batch, "rid")?, column::<UInt64Type>(&batch, "num")?, column::<UInt32Type>(&batch, "pool")?);
            for i in 0..batch.num_rows() {
                let id = RowId(rid.value(i));
                if let Some(person) = links.person(id).filter(|p| people.contains(*p)) {
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
                let mut finding = Finding::row(Kind::DuplicateRow, id, Some(person), number, "同一人在本数据中重复出现");
                finding.other = Some(earlier);
                findings.push(finding);
            }
            _ => first = Some((person, kind, pool, id)),
        }
    }
    Ok(findings)
}
