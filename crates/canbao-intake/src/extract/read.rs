//! Streaming a source's rows.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use canbao_domain::source::{Field, SourceKind};

use super::bind::{Binder, code_table};
use super::chunk::Chunk;
use super::part::Part;
use super::reader::Readers;
use crate::city::SourceSpec;
use crate::error::{IntakeError, Stop};
use crate::profile::{CodeTable, Codes, Profile, coded_fields};
use crate::recognise::plan::Plan;

/// A source whose parts are recognised, ready to be read.
pub struct Extract {
    kind: SourceKind,
    name: String,
    profile: Arc<Profile>,
    own: Arc<Codes>,
    parts: Vec<Part>,
    opened: Opened,
}

/// What opening found.
pub(super) struct Opened {
    pub(super) plans: Vec<Plan>,
    /// Files and sheets that hold no data.
    pub(super) skipped: Vec<(String, String)>,
    pub(super) readers: Readers,
    /// Size of all files.
    pub(super) bytes: u64,
}

/// What was read, all accounted for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Data rows: read and rejected.
    pub rows: u64,
    /// Of them, those rejected.
    pub rejected: u64,
    /// The same by part.
    pub parts: Vec<PartTotals>,
    /// Written words that no mapping knows.
    pub unknown_codes: Vec<UnknownCode>,
}

/// What was read of one part.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartTotals {
    /// Data rows: read and rejected.
    pub rows: u64,
    /// Of them, those rejected.
    pub rejected: u64,
    /// Blank lines, rows or records: no data rows.
    pub blank: u64,
    /// Titles and headers, repeated ones too: no data rows.
    pub headers: u64,
}

/// A written word of a coded field that no mapping knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCode {
    /// The field.
    pub field: Field,
    /// What is written.
    pub word: String,
    /// On how many rows.
    pub rows: u64,
}

impl Extract {
    pub(super) fn new(spec: &SourceSpec, profile: &Arc<Profile>, opened: Opened) -> Self {
        let mut own = Codes::new(spec.kind);
        for (field, words) in &spec.codes {
            for (word, code) in words {
                // Checked when the city file was read; an unknown code stays unknown.
                let _ = own.set(*field, word, code);
            }
        }
        Self {
            kind: spec.kind,
            name: spec.name.clone(),
            profile: Arc::clone(profile),
            own: Arc::new(own),
            parts: opened.plans.iter().map(Part::of).collect(),
            opened,
        }
    }

    /// What it is an extract of.
    #[must_use]
    pub fn kind(&self) -> SourceKind {
        self.kind
    }

    /// The source's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its parts, in reading order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Visible worksheets that are passed over because they hold no rows of people or employers: file and sheet.
    #[must_use]
    pub fn skipped(&self) -> &[(String, String)] {
        &self.opened.skipped
    }

    pub(crate) fn plans(&self) -> &[Plan] {
        &self.opened.plans
    }

    pub(crate) fn readers(&self) -> Readers {
        self.opened.readers.clone()
    }

    /// How the words of a part's column are read, if it holds codes.
    pub(crate) fn table(&self, plan: &Plan, field: Option<Field>) -> Option<CodeTable> {
        let field = coded_fields(self.kind).find(|coded| Some(*coded) == field)?;
        Some(code_table(plan, &self.profile, &self.own, field)?.1)
    }

    /// The size of its files.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.opened.bytes
    }

    /// Streams all rows in order to `sink`, in chunks; memory stays within a few MiB, whatever the size
    /// (a workbook's shared strings excepted).
    ///
    /// # Errors
    /// A file that cannot be read to its end; [`IntakeError::is_stopped`] if `sink` wanted no more.
    pub fn read(self, sink: &mut dyn FnMut(Chunk) -> Result<(), Stop>) -> Result<Totals, IntakeError> {
        let mut totals = Totals::default();
        let mut unknown = BTreeMap::new();
        let mut readers = self.opened.readers;
        let mut row = 0;
        for (index, plan) in self.opened.plans.iter().enumerate() {
            let mut binder = Binder::new(self.kind, index as u32, row, plan, &self.profile, &self.own);
            readers.pages(&plan.path, &plan.shown, &plan.how, plan.layout.headers.len(), &mut |page| {
                binder.bind(page, sink)?;
                Ok(ControlFlow::Continue(()))
            })?;
            let part = binder.finish(&mut unknown);
            row += part.rows as i64;
            totals.rows += part.rows;
            totals.rejected += part.rejected;
            totals.parts.push(part);
        }
        totals.unknown_codes =
            unknown.into_iter().map(|((field, word), rows)| UnknownCode { field, word, rows }).collect();
        Ok(totals)
    }
}
