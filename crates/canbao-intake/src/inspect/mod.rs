//! What was recognised in a file, for people: nothing of it shows anybody's data.

mod check;
mod guess;
mod mask;
mod report;

use std::path::Path;

use canbao_domain::source::{Field, SourceKind};

use crate::city::SourceSpec;
use crate::error::IntakeError;
use crate::extract::{Part, PartTotals, open};
use crate::profile::Profiles;

/// What `canbao inspect FILE` shows.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The kind whose columns and codes were looked for.
    pub kind: SourceKind,
    /// Whether that kind was given, or is told by the file's name and columns; else it is only the likeliest.
    pub certain: bool,
    /// Size of the file.
    pub bytes: u64,
    /// Its tables.
    pub parts: Vec<PartReport>,
    /// Visible worksheets that hold no data.
    pub skipped: Vec<String>,
}

/// What was recognised in one table.
#[derive(Debug, Clone)]
pub struct PartReport {
    /// Format, sheet, encoding, separator, header row and columns.
    pub part: Part,
    /// Its rows, counted.
    pub totals: PartTotals,
    /// One report a column, in order.
    pub columns: Vec<ColumnReport>,
    /// The first ten rows, masked; a cell a column.
    pub sample: Vec<Vec<String>>,
    /// Why rows were rejected, and how many for each reason.
    pub rejected: Vec<(String, u64)>,
}

/// What a column holds.
#[derive(Debug, Clone)]
pub struct ColumnReport {
    /// Its header; `第N列` where there is none.
    pub header: String,
    /// The field that it holds, if known.
    pub field: Option<Field>,
    /// Rows on which it is blank.
    pub blank: u64,
    /// Rows on which it is not what its field should be: a number that is none, a date that is none …
    pub invalid: u64,
    /// Of a number's column: on how many rows which form, by its Chinese name.
    pub forms: Vec<(String, u64)>,
    /// Words that the code mapping does not know, the commonest first, masked if they look personal.
    pub unknown: Vec<(String, u64)>,
}

/// Looks at one file. Without a `kind`, that is guessed from the file's name and columns.
///
/// # Errors
/// As [`open`], and a file that cannot be read to its end.
pub fn inspect(path: &Path, kind: Option<SourceKind>, profiles: &Profiles) -> Result<Inspection, IntakeError> {
    match kind {
        Some(kind) => inspect_source(&SourceSpec::of_file(kind, path.to_path_buf()), profiles),
        None => {
            let (kind, certain) = guess::guess(path, profiles)?;
            let mut inspection = inspect_source(&SourceSpec::of_file(kind, path.to_path_buf()), profiles)?;
            inspection.certain = certain;
            Ok(inspection)
        }
    }
}

/// Looks at a source of a city file, with what that file says of it.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_source(spec: &SourceSpec, profiles: &Profiles) -> Result<Inspection, IntakeError> {
    let extract = open(spec, profiles)?;
    let bytes = extract.bytes();
    let skipped = extract.skipped().iter().map(|(_, sheet)| sheet.clone()).collect();
    Ok(Inspection { kind: spec.kind, certain: true, bytes, parts: report::report(&extract)?, skipped })
}
