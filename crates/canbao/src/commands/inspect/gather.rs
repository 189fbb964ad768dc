//! Reads an extract once and counts what is in it.

use std::collections::BTreeMap;

use arrow::array::{Array as _, AsArray as _, RecordBatch, StringArray};
use canbao_comparison::Progress;
use canbao_domain::number::read_number;
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Extract, IntakeError, Part, Totals};

use super::mask::mask;

/// Rows that are shown.
const SHOWN: usize = 10;

/// What was found in an extract.
pub(super) struct Found {
    pub(super) kind: SourceKind,
    pub(super) bytes: u64,
    pub(super) parts: Vec<Part>,
    pub(super) totals: Totals,
    /// Of each field that a column holds: rows in which it is blank.
    pub(super) blank: BTreeMap<Field, u64>,
    /// How the numbers read, in words: rows.
    pub(super) numbers: BTreeMap<&'static str, u64>,
    /// Rows whose number is written, but no valid citizen number and no other certificate's.
    pub(super) invalid: u64,
    /// The fields that are shown of the first rows.
    pub(super) fields: Vec<Field>,
    /// The first rows, masked, a cell for each of `fields`.
    pub(super) sample: Vec<Vec<String>>,
}

/// Reads all rows, telling `progress`.
///
/// # Errors
/// Where the extract cannot be read to its end.
pub(super) fn gather(extract: Extract, progress: &dyn Progress) -> Result<Found, IntakeError> {
    let kind = extract.kind();
    let parts = extract.parts().to_vec();
    let held = |field: &Field| parts.iter().flat_map(|part| &part.columns).any(|c| c.field == Some(*field));
    let fields: Vec<Field> = kind.fields().iter().copied().filter(held).collect();
    let mut found = Found {
        kind,
        bytes: extract.bytes(),
        totals: Totals::default(),
        blank: fields.iter().map(|field| (*field, 0)).collect(),
        numbers: BTreeMap::new(),
        invalid: 0,
        fields,
        sample: Vec::new(),
        parts: Vec::new(),
    };
    progress.stage("read", None);
    found.totals = extract.read(&mut |chunk| {
        found.count(&chunk.batch);
        progress.advance((chunk.batch.num_rows() + chunk.rejected.len()) as u64);
        Ok(())
    })?;
    progress.done();
    found.parts = parts;
    Ok(found)
}

impl Found {
    fn count(&mut self, batch: &RecordBatch) {
        for (field, blank) in &mut self.blank {
            if let Some(cells) = column(batch, *field) {
                *blank += cells.null_count() as u64;
            }
        }
        if let Some(numbers) = column(batch, Field::Number).filter(|_| self.blank.contains_key(&Field::Number)) {
            let types = column(batch, Field::CertificateType);
            for at in 0..numbers.len() {
                let certificate = types.and_then(|types| cell(types, at));
                let form = read_number(cell(numbers, at).unwrap_or(""), certificate).form;
                *self.numbers.entry(form.chinese()).or_default() += 1;
                self.invalid += u64::from(is_invalid(form));
            }
        }
        let of_person = self.kind.is_person();
        for at in 0..batch.num_rows().min(SHOWN - self.sample.len()) {
            let shown = self.fields.iter().map(|field| {
                let text = column(batch, *field).and_then(|cells| cell(cells, at)).unwrap_or("");
                mask(*field, text, of_person)
            });
            self.sample.push(shown.collect());
        }
    }
}

fn is_invalid(form: canbao_domain::number::NumberForm) -> bool {
    use canbao_domain::number::NumberForm::{Damaged, Placeholder, Truncated};
    matches!(form, Damaged | Placeholder | Truncated)
}

fn column(batch: &RecordBatch, field: Field) -> Option<&StringArray> {
    batch.column_by_name(field.as_str())?.as_string_opt()
}

fn cell(cells: &StringArray, at: usize) -> Option<&str> {
    (!cells.is_null(at)).then(|| cells.value(at))
}
