//! Rows that say again what another row of the same extract says.

use super::findings::{Finding, Kind};
use crate::error::CompareError;
use crate::links::Links;
use crate::plan::owners::column;
use crate::stage::scan::Batches;
use crate::stage::{Family, RowId, RowSet, Stage};
use arrow::array::Array;
use arrow::datatypes::{UInt8Type, UInt32Type, UInt64Type};
use canbao_domain::number::CitizenNumber;

/// A row of somebody whom an extract may hold twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    person: RowId,
    /// The kind; of an extract from elsewhere, its insurance too.
    scheme: u8,
    /// The pooling area of an insurance, 0 blank.
    pool: u32,
    id: RowId,
    number: Option<CitizenNumber>,
}

/// Rows that repeat their person in one extract (of an insurance: in one pooling area): each after the first.
/// A blank pooling area never differs.
pub(crate) fn repeated(
    stage: &Stage,
    links: &Links,
    people: impl Iterator<Item = RowId>,
) -> Result<Vec<Finding>, CompareError> {
    let people = RowSet::new(stage, people);
    let mut rows: Vec<Row> = Vec::new();
    for source in &stage.sources {
        let insured = source.kind.insurance().is_some();
        for batch in Batches::open(
            source,
            &[(Family::Narrow, Some(&["rid", "num"])), (Family::Block, Some(&["pool", "scheme"]))],
        ) {
            let batch = batch?;
            let (rid, num) = (column::<UInt64Type>(&batch, "rid")?, column::<UInt64Type>(&batch, "num")?);
            let (pool, scheme) = (column::<UInt32Type>(&batch, "pool")?, column::<UInt8Type>(&batch, "scheme")?);
            for i in 0..batch.num_rows() {
                let id = RowId(rid.value(i));
                if let Some(person) = links.person(id).filter(|p| people.contains(*p)) {
                    let own = if num.is_valid(i) { CitizenNumber::from_body(num.value(i)) } else { None };
                    let pool = if insured { pool.value(i) } else { 0 };
                    rows.push(Row {
                        person,
                        scheme: scheme.value(i),
                        pool,
                        id,
                        number: links.number_of_row(id, person, own),
                    });
                }
            }
        }
    }
    rows.sort_unstable_by_key(|r| (r.person, r.scheme, r.id));
    let mut findings = Vec::new();
    for same in rows.chunk_by(|a, b| (a.person, a.scheme) == (b.person, b.scheme)) {
        for (at, row) in same.iter().enumerate() {
            let earlier = same.iter().take(at).find(|e| e.pool == row.pool || e.pool == 0 || row.pool == 0);
            if let Some(earlier) = earlier {
                let mut finding =
                    Finding::row(Kind::DuplicateRow, row.id, Some(row.person), row.number, "同一人在本数据中重复出现");
                finding.other = Some(earlier.id);
                findings.push(finding);
            }
        }
    }
    Ok(findings)
}
