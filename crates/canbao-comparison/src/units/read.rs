//! Reads the employers' extracts whole: there are tens of thousands, not millions.

use crate::error::CompareError;
use arrow::array::{Array, AsArray};
use arrow::datatypes::UInt8Type;
use canbao_domain::credit::{CreditCode, RegistrationNumber, UnitCode, read_unit_code};
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Extract, Part, Rejected};

/// One row of an employers' extract.
#[derive(Debug, Clone)]
pub(crate) struct UnitRow {
    /// Place of its source in the city file, and its data row.
    pub(crate) source: usize,
    pub(crate) row: i64,
    pub(crate) kind: SourceKind,
    pub(crate) credit_code: Option<CreditCode>,
    pub(crate) registration: Option<RegistrationNumber>,
    pub(crate) organisation: Option<String>,
    pub(crate) unit_code: String,
    pub(crate) name: String,
    pub(crate) unit_type: String,
    pub(crate) address: String,
    pub(crate) cancelled: bool,
}

/// One employers' source as read.
#[derive(Debug)]
pub(crate) struct UnitSource {
    pub(crate) name: String,
    pub(crate) rows: i64,
    pub(crate) parts: Vec<Part>,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) units: Vec<UnitRow>,
}

/// Reads one source.
pub(crate) fn read(source: usize, extract: Extract) -> Result<UnitSource, CompareError> {
    let (kind, name, parts) = (extract.kind(), extract.name().to_owned(), extract.parts().to_vec());
    let (mut units, mut rejected, mut rows) = (Vec::new(), Vec::new(), 0);
    extract.read(&mut |chunk| {
        let batch = &chunk.batch;
        rows += batch.num_rows() as i64 + chunk.rejected.len() as i64;
        rejected.extend(chunk.rejected);
        let text = |field: Field, i: usize| -> String {
            match batch.column_by_name(field.as_str()).and_then(|c| c.as_string_opt::<i32>()) {
                Some(c) if c.is_valid(i) => c.value(i).trim().to_owned(),
                _ => String::new(),
            }
        };
        let status = batch.column_by_name("status_code").and_then(|c| c.as_primitive_opt::<UInt8Type>());
        let number = batch.column_by_name("row").and_then(|c| c.as_primitive_opt::<arrow::datatypes::Int64Type>());
        for i in 0..batch.num_rows() {
            let mut row = UnitRow {
                source,
                row: number.map_or(0, |n| n.value(i)),
                kind,
                credit_code: None,
                registration: None,
                organisation: None,
                unit_code: text(Field::UnitCode, i),
                name: text(Field::Name, i),
                unit_type: text(Field::Type, i),
                address: text(Field::Address, i),
                cancelled: status.is_some_and(|s| s.is_valid(i) && s.value(i) == 3),
            };
            // departments write whichever code they have into whichever column they have
            for written in [text(Field::CreditCode, i), text(Field::RegistrationNumber, i), row.unit_code.clone()] {
                match read_unit_code(&written) {
                    UnitCode::Credit(code) => row.credit_code = row.credit_code.or(Some(code)),
                    UnitCode::Registration(code) => row.registration = row.registration.or(Some(code)),
                    UnitCode::Organisation(code) => {
                        row.organisation = row.organisation.take().or(Some(code.as_str().to_owned()))
                    }
                    _ => {}
                }
            }
            units.push(row);
        }
        Ok(())
    })?;
    Ok(UnitSource { name, rows, parts, rejected, units })
}
