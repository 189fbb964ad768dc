//! Findings (发现的问题): gathered from all passes, sorted, written once.

use super::columns::{Places, Words, push_number};
use crate::error::CompareError;
use crate::stage::RowId;
use arrow::array::{ArrayRef, Int64Builder, StringBuilder};
use arrow::record_batch::RecordBatch;
use canbao_domain::credit::CreditCode;
use canbao_domain::number::CitizenNumber;
use canbao_run::RunWriter;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kinds, in the order in which they are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Kind {
    AssistedUninsured = 0,
    BirthDiffers,
    DeceasedEnrolled,
    DuplicateBenefit,
    DuplicateMedical,
    DuplicatePension,
    DuplicateRow,
    FieldMissing,
    MovedOutEnrolled,
    NameDiffers,
    NumberOfAnother,
    RowRejected,
    RowUnresolved,
    SeveralNumbers,
    SexDiffers,
    SharedNumber,
    UnitUninsured,
    UnitUnregistered,
}

impl Kind {
    pub(crate) const ALL: [(Self, &'static str); 18] = [
        (Self::AssistedUninsured, "assisted-uninsured"),
        (Self::BirthDiffers, "birth-differs"),
        (Self::DeceasedEnrolled, "deceased-enrolled"),
        (Self::DuplicateBenefit, "duplicate-benefit"),
        (Self::DuplicateMedical, "duplicate-medical"),
        (Self::DuplicatePension, "duplicate-pension"),
        (Self::DuplicateRow, "duplicate-row"),
        (Self::FieldMissing, "field-missing"),
        (Self::MovedOutEnrolled, "moved-out-enrolled"),
        (Self::NameDiffers, "name-differs"),
        (Self::NumberOfAnother, "number-of-another"),
        (Self::RowRejected, "row-rejected"),
        (Self::RowUnresolved, "row-unresolved"),
        (Self::SeveralNumbers, "several-numbers"),
        (Self::SexDiffers, "sex-differs"),
        (Self::SharedNumber, "shared-number"),
        (Self::UnitUninsured, "unit-uninsured"),
        (Self::UnitUnregistered, "unit-unregistered"),
    ];
}

/// One finding.
#[derive(Debug, Clone)]
pub(crate) struct Finding {
    pub(crate) kind: Kind,
    pub(crate) person: Option<RowId>,
    pub(crate) number: Option<CitizenNumber>,
    pub(crate) credit_code: Option<CreditCode>,
    pub(crate) row: Option<RowId>,
    pub(crate) other: Option<RowId>,
    pub(crate) detail: Cow<'static, str>,
}

impl Finding {
    /// About a person.
    pub(crate) fn person(
        kind: Kind,
        person: RowId,
        number: Option<CitizenNumber>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { kind, person: Some(person), number, credit_code: None, row: None, other: None, detail: detail.into() }
    }

    /// About a row.
    pub(crate) fn row(
        kind: Kind,
        row: RowId,
        person: Option<RowId>,
        number: Option<CitizenNumber>,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { kind, person, number, credit_code: None, row: Some(row), other: None, detail: detail.into() }
    }
}

/// Rows of a written batch.
const BATCH: usize = 8192;

/// Sorts and writes; returns how many there are of each kind.
pub(crate) fn write(
    mut findings: Vec<Finding>,
    places: &Places,
    run: &RunWriter,
) -> Result<BTreeMap<String, i64>, CompareError> {
    findings.sort_by(|a, b| {
        (a.kind, a.person, a.row, a.other, a.credit_code.map(|c| *c.as_bytes())).cmp(&(
            b.kind,
            b.person,
            b.row,
            b.other,
            b.credit_code.map(|c| *c.as_bytes()),
        ))
    });
    let schema = canbao_run::schema::findings();
    let mut table = run.table("findings", &schema)?;
    let mut counts: BTreeMap<String, i64> = Kind::ALL.iter().map(|(_, name)| ((*name).to_owned(), 0)).collect();
    for chunk in findings.chunks(BATCH) {
        let mut kind = Words::new(Kind::ALL.iter().map(|(_, name)| *name));
        let (mut key, mut number, mut credit) = (Int64Builder::new(), StringBuilder::new(), StringBuilder::new());
        let (mut source, mut row) = (Words::new(places.names()), Int64Builder::new());
        let (mut other_source, mut other_row) = (Words::new(places.names()), Int64Builder::new());
        let mut detail = StringBuilder::new();
        for f in chunk {
            kind.push(f.kind as usize);
            if let Some((_, name)) = Kind::ALL.get(f.kind as usize) {
                *counts.entry((*name).to_owned()).or_insert(0) += 1;
            }
            key.append_option(f.person.map(|p| places.key(p)));
            push_number(&mut number, f.number);
            credit.append_option(f.credit_code.as_ref().map(|c| c.as_str()));
            for (id, names, rows) in [(f.row, &mut source, &mut row), (f.other, &mut other_source, &mut other_row)] {
                match id {
                    Some(id) => {
                        names.push(id.source());
                        rows.append_value(id.row());
                    }
                    None => {
                        names.push_null();
                        rows.append_null();
                    }
                }
            }
            if f.detail.is_empty() {
                detail.append_null();
            } else {
                detail.append_value(&f.detail);
            }
        }
        let columns: Vec<ArrayRef> = vec![
            kind.finish()?,
            Arc::new(key.finish()),
            Arc::new(number.finish()),
            Arc::new(credit.finish()),
            source.finish()?,
            Arc::new(row.finish()),
            other_source.finish()?,
            Arc::new(other_row.finish()),
            Arc::new(detail.finish()),
        ];
        table.write(&batch(&schema, columns)?)?;
    }
    table.close()?;
    Ok(counts)
}

/// A batch of a table's columns, of which text columns may be dictionaries.
pub(crate) fn batch(schema: &arrow::datatypes::SchemaRef, columns: Vec<ArrayRef>) -> Result<RecordBatch, CompareError> {
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .zip(&columns)
        .map(|(f, c)| arrow::datatypes::Field::new(f.name(), c.data_type().clone(), true))
        .collect();
    Ok(RecordBatch::try_new(Arc::new(arrow::datatypes::Schema::new(fields)), columns)?)
}
