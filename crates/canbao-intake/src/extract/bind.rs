//! Pages to chunks: cells as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringBuilder, UInt8Array, UInt32Array, new_null_array};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use canbao_domain::source::{Field, SourceKind};

use super::chunk::{Chunk, schema};
use super::judge::{Judge, Kept};
use super::read::PartTotals;
use crate::error::{IntakeError, Stop};
use crate::page::{Page, is_blank};
use crate::plain::push_serial;
use crate::profile::{CodeTable, Codes, Profile, UNKNOWN, coded_fields, word};
use crate::recognise::plan::{Plan, serial};

/// Rows of a batch, at most.
const BATCH_ROWS: usize = 8192;
/// Distinct unknown words that are counted one by one.
const UNKNOWN_WORDS_MAX: usize = 1000;

/// Makes the chunks of one part.
pub(super) struct Binder {
    shown: String,
    schema: SchemaRef,
    part: u32,
    judge: Judge,
    /// For each field of the kind, its column.
    columns: Vec<Option<usize>>,
    /// The column of birth dates that stand as serial numbers.
    serials: Option<usize>,
    /// For each coded field: its column and how its words are read, if the part has it.
    coded: Vec<(Field, Option<(usize, CodeTable)>)>,
    unknown: BTreeMap<(Field, String), u64>,
}

/// How the words of a column are read: what the city file sets, what holds under its header, the profile.
pub(crate) fn code_table(
    plan: &Plan,
    profile: &Arc<Profile>,
    own: &Arc<Codes>,
    field: Field,
) -> Option<(usize, CodeTable)> {
    let column = plan.layout.column_of(field)?;
    let header = plan.layout.headers.get(column).map_or_else(String::new, |header| word(header));
    Some((column, CodeTable::new(field, Arc::clone(own), header, Arc::clone(profile))))
}

impl Binder {
    pub(super) fn new(
        kind: SourceKind,
        part: u32,
        row: i64,
        plan: &Plan,
        profile: &Arc<Profile>,
        own: &Arc<Codes>,
    ) -> Self {
        Self {
            shown: plan.shown.clone(),
            schema: schema(kind),
            part,
            judge: Judge::new(part, row, plan),
            serials: plan.layout.column_of(Field::BirthDate).filter(|_| plan.layout.serials),
            columns: kind.fields().iter().map(|field| plan.layout.column_of(*field)).collect(),
            coded: coded_fields(kind).map(|field| (field, code_table(plan, profile, own, field))).collect(),
            unknown: BTreeMap::new(),
        }
    }

    /// Hands the rows of a page to `sink`.
    pub(super) fn bind(
        &mut self,
        page: &Page,
        sink: &mut dyn FnMut(Chunk) -> Result<(), Stop>,
    ) -> Result<(), IntakeError> {
        let mut rejected = self.judge.sort(page);
        let kept = std::mem::take(&mut self.judge.kept);
        if kept.is_empty() && !rejected.is_empty() {
            let batch = RecordBatch::new_empty(Arc::clone(&self.schema));
            let chunk = Chunk { batch, rejected: std::mem::take(&mut rejected) };
            sink(chunk).map_err(|Stop| IntakeError::stopped(&self.shown))?;
        }
        for rows in kept.chunks(BATCH_ROWS) {
            let batch = self.batch(page, rows);
            let batch = batch.map_err(|error| IntakeError::new(&self.shown, "内存中的表格拼不起来").because(error))?;
            let chunk = Chunk { batch, rejected: std::mem::take(&mut rejected) };
            sink(chunk).map_err(|Stop| IntakeError::stopped(&self.shown))?;
        }
        self.judge.kept = kept;
        Ok(())
    }

    /// Ends the part; adds its unknown words to `unknown`.
    pub(super) fn finish(self, unknown: &mut BTreeMap<(Field, String), u64>) -> PartTotals {
        for (key, rows) in self.unknown {
            *unknown.entry(key).or_insert(0) += rows;
        }
        self.judge.totals
    }

    fn batch(&mut self, page: &Page, rows: &[Kept]) -> Result<RecordBatch, ArrowError> {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.row))));
        columns.push(Arc::new(UInt32Array::from_iter_values(rows.iter().map(|_| self.part))));
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.line))));
        for column in &self.columns {
            columns.push(match column {
                None => new_null_array(&DataType::Utf8, rows.len()),
                Some(column) if Some(*column) == self.serials => date_column(page, rows, *column),
                Some(column) => text_column(page, rows, *column),
            });
        }
        for (field, table) in &mut self.coded {
            columns.push(Arc::new(match table {
                None => UInt8Array::from(vec![0; rows.len()]),
                Some((column, table)) => code_column(page, rows, *column, table, *field, &mut self.unknown),
            }));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

fn text_column(page: &Page, rows: &[Kept], column: usize) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
    for row in rows {
        let cell = row.cell(page, column);
        if is_blank(cell) {
            builder.append_null();
        } else {
            builder.append_value(cell);
        }
    }
    Arc::new(builder.finish())
}

/// A column of serial numbers as dates; what is none stays as written.
fn date_column(page: &Page, rows: &[Kept], column: usize) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
    let mut date = String::new();
    for row in rows {
        let cell = row.cell(page, column);
        date.clear();
        if is_blank(cell) {
            builder.append_null();
        } else if serial(cell).is_some_and(|days| push_serial(days, false, &mut date)) {
            builder.append_value(&date);
        } else {
            builder.append_value(cell);
        }
    }
    Arc::new(builder.finish())
}

fn code_column(
    page: &Page,
    rows: &[Kept],
    column: usize,
    table: &mut CodeTable,
    field: Field,
    unknown: &mut BTreeMap<(Field, String), u64>,
) -> UInt8Array {
    let read = rows.iter().map(|row| {
        let cell = row.cell(page, column);
        if is_blank(cell) {
            return 0;
        }
        let code = table.read(cell);
        if code == UNKNOWN {
            count(unknown, field, cell);
        }
        // The standard has its own code for a sex that is not known.
        if code == UNKNOWN && field == Field::Sex { 0 } else { code }
    });
    UInt8Array::from_iter_values(read)
}

fn count(unknown: &mut BTreeMap<(Field, String), u64>, field: Field, cell: &str) {
    let key = (field, cell.to_owned());
    if let Some(rows) = unknown.get_mut(&key) {
        *rows += 1;
    } else if unknown.len() < UNKNOWN_WORDS_MAX {
        unknown.insert(key, 1);
    }
}
