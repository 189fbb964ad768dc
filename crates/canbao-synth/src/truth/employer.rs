//! The truth about employers: `units.parquet` and their findings.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use canbao_domain::source::SourceKind;

use super::finding::{Finding, Kind};
use super::table;
use crate::SynthError;
use crate::city::City;
use crate::city::person::NONE;
use crate::city::unit::{Sort, Unit};
use crate::file::employer::Standing;

/// Findings of employers.
#[derive(Debug, Default)]
pub(crate) struct Employers {
    pub(crate) findings: Vec<Finding>,
}

/// The first category that holds.
fn category(unit: &Unit) -> &'static str {
    let identified = !unit.code.is_empty() || !unit.registration.is_empty();
    // of a kind that the business register holds: code 91 to 93, or an old registration number
    let business = unit.sort != Sort::Public;
    if unit.closed {
        "closed"
    } else if unit.insured && !unit.registered && business {
        "unregistered"
    } else if !identified {
        "information"
    } else if unit.exempt {
        "not-required"
    } else if unit.registered && !unit.insured {
        "uninsured"
    } else {
        "confirmed"
    }
}

/// Judges all employers; `standings` are their rows in the two files.
pub(crate) fn judge(city: &City, standings: &[Standing]) -> Employers {
    let mut findings = Vec::new();
    for ((index, unit), standing) in (0_u32..).zip(&city.units.all).zip(standings) {
        let (kind, source, row) = match category(unit) {
            "uninsured" => (Kind::UnitUninsured, SourceKind::BusinessRegister, standing.registered),
            "unregistered" => (Kind::UnitUnregistered, SourceKind::InsuredUnits, standing.insured),
            _ => continue,
        };
        let row = row.unwrap_or(0);
        findings.push(Finding { kind, person: NONE, source: Some(source), row, unit: index });
    }
    Employers { findings }
}

/// `units.parquet`: every employer with a credit code: `credit_code, name, insured`, and beside them
/// `registered` and `category`. Those without a code stand in `findings.parquet` by their row.
pub(crate) fn units(city: &City, out: &Path) -> Result<(), SynthError> {
    let fields = [
        ("credit_code", DataType::Utf8),
        ("name", DataType::Utf8),
        ("insured", DataType::Boolean),
        ("registered", DataType::Boolean),
        ("category", DataType::Utf8),
    ];
    let schema =
        Arc::new(Schema::new(fields.into_iter().map(|(name, kind)| Field::new(name, kind, false)).collect::<Vec<_>>()));
    let coded: Vec<&Unit> = city.units.all.iter().filter(|unit| !unit.code.is_empty()).collect();
    let batches = coded.chunks(1 << 16).map(|chunk| {
        let texts = |of: fn(&Unit) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(chunk.iter().map(|unit| of(unit))))
        };
        let flags = |of: fn(&Unit) -> bool| -> ArrayRef {
            Arc::new(BooleanArray::from(chunk.iter().map(|unit| of(unit)).collect::<Vec<_>>()))
        };
        let columns = vec![
            texts(|unit| &unit.code),
            texts(|unit| &unit.name),
            flags(|unit| unit.insured),
            flags(|unit| unit.registered),
            texts(category),
        ];
        RecordBatch::try_new(schema.clone(), columns)
    });
    table::write(&out.join("units.parquet"), batches, &schema)
}
