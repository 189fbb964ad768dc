//! Pages to chunks: which rows are data, and their cells as columns.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringBuilder, UInt8Array, UInt32Array, new_null_array};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::record_batch::RecordBatch;
use canbao_domain::source::{Field, SourceKind};

use super::chunk::{Chunk, Rejected, schema};
use super::footer::is_footer;
use super::reader::How;
use super::read::PartTotals;
use crate::error::Stop;
use crate::page::{Page, RowMark, Span, is_blank};
use crate::recognise::plan::Plan;
use crate::profile::{CodeTable, Codes, Profile, UNKNOWN, coded_fields, word};

/// Rows of a batch, at most.
const BATCH_ROWS: usize = 8192;
/// Distinct unknown words that are counted one by one.
const UNKNOWN_WORDS_MAX: usize = 1000;

/// Makes the chunks of one part.
pub(super) struct Binder {
    schema: SchemaRef,
    part: u32,
    /// The last row number given.
    row: i64,
    header_row: i64,
    headers: Vec<String>,
    /// Whether cells have their places by separators, so that a wrong count of them makes the row unsure.
    delimited: bool,
    width: usize,
    /// For each field of the kind, its column.
    columns: Vec<Option<usize>>,
    /// For each coded field: its place among the fields, and how its words are read.
    coded: Vec<(usize, Option<CodeTable>)>,
    /// The column that tells a data row from a total: the number, else the name.
    key: Option<usize>,
    /// A short row is a row if it reaches beyond this column.
    needed: usize,
    /// Short rows read so far: the file leaves out trailing blanks.
    short: u64,
    fields: &'static [Field],
    totals: PartTotals,
    unknown: BTreeMap<(Field, String), u64>,
    kept: Vec<Kept>,
}

/// A row that was read.
#[derive(Clone, Copy)]
struct Kept {
    first: u32,
    cells: u32,
    row: i64,
    line: i64,
}

/// What a row of a page is.
enum Verdict {
    Data,
    Header,
    Bad(String),
}

impl Binder {
    pub(super) fn new(kind: SourceKind, part: u32, row: i64, plan: &Plan, profile: &Profile, own: &Codes) -> Self {
        let layout = &plan.layout;
        let fields = kind.fields();
        let columns: Vec<_> = fields.iter().map(|field| layout.column_of(*field)).collect();
        let place = |field: Field| fields.iter().position(|known| *known == field).unwrap_or(0);
        let coded = coded_fields(kind).map(|field| {
            let table = layout.column_of(field).map(|column| {
                let header = layout.headers.get(column).map_or_else(String::new, |header| word(header));
                let under = profile.codes_under.get(&header).cloned();
                CodeTable::new(field, own.clone(), under, profile.codes.clone())
            });
            (place(field), table)
        });
        let key = [Field::Number, Field::CreditCode, Field::RegistrationNumber, Field::Name];
        let names = [Field::Number, Field::Name, Field::CreditCode];
        Self {
            schema: schema(kind),
            part,
            row,
            header_row: layout.header_row,
            headers: layout.headers.clone(),
            delimited: matches!(plan.how, How::Text { .. }),
            width: layout.headers.len(),
            coded: coded.collect(),
            key: key.into_iter().find_map(|field| layout.column_of(field)),
            needed: names.into_iter().filter_map(|field| layout.column_of(field)).max().unwrap_or(0),
            columns,
            short: 0,
            fields,
            totals: PartTotals::default(),
            unknown: BTreeMap::new(),
            kept: Vec::new(),
        }
    }

    /// Hands the rows of a page to `sink`.
    pub(super) fn bind(&mut self, page: &Page, sink: &mut dyn FnMut(Chunk) -> Result<(), Stop>) -> Result<(), Stop> {
        let mut rejected = Vec::new();
        let mut kept = std::mem::take(&mut self.kept);
        kept.clear();
        for index in 0..page.rows.len() {
            let Some(mark) = page.rows.get(index) else { break };
            match self.judge(page, index, mark) {
                Verdict::Header => self.totals.headers += 1,
                Verdict::Data => {
                    self.row += 1;
                    let cells = page.cells_of(index).len() as u32;
                    kept.push(Kept { first: mark.first, cells, row: self.row, line: mark.line });
                }
                Verdict::Bad(reason) => {
                    self.row += 1;
                    rejected.push(Rejected {
                        row: self.row,
                        part: self.part,
                        line: mark.line,
                        text: page.verbatim(index),
                        reason,
                    });
                }
            }
        }
        self.totals.blank += page.blank;
        self.totals.rows += (kept.len() + rejected.len()) as u64;
        self.totals.rejected += rejected.len() as u64;
        if kept.is_empty() && !rejected.is_empty() {
            sink(Chunk { batch: RecordBatch::new_empty(Arc::clone(&self.schema)), rejected: std::mem::take(&mut rejected) })?;
        }
        for rows in kept.chunks(BATCH_ROWS) {
            let batch = self.batch(page, rows);
            sink(Chunk { batch, rejected: std::mem::take(&mut rejected) })?;
        }
        self.kept = kept;
        Ok(())
    }

    /// Ends the part; adds its unknown words to `unknown`.
    pub(super) fn finish(self, unknown: &mut BTreeMap<(Field, String), u64>) -> PartTotals {
        for (key, rows) in self.unknown {
            *unknown.entry(key).or_insert(0) += rows;
        }
        self.totals
    }

    fn judge(&mut self, page: &Page, index: usize, mark: &RowMark) -> Verdict {
        if mark.line <= self.header_row {
            return Verdict::Header;
        }
        if let Some(reason) = page.reason_of(mark) {
            return Verdict::Bad(reason.to_owned());
        }
        let cells = page.cells_of(index);
        let key = self.key.and_then(|column| cells.get(column)).map_or("", |cell| cell.of(&page.text));
        // Only a row without a whole number can be a total, a repeated header or half of a torn row.
        let whole = key.len() >= 15 && key.is_ascii();
        if !whole || cells.len() != self.width {
            if self.is_header_again(page, cells) {
                return Verdict::Header;
            }
            let first = cells.iter().map(|cell| cell.of(&page.text)).find(|cell| !is_blank(cell));
            if !whole && key.len() < 15 && first.is_some_and(is_footer) {
                return Verdict::Bad("合计或表尾说明，不是数据行".to_owned());
            }
            if self.delimited && let Some(reason) = self.wrong_width(page, index, cells) {
                return Verdict::Bad(reason);
            }
        }
        Verdict::Data
    }

    fn is_header_again(&self, page: &Page, cells: &[Span]) -> bool {
        let mut same = 0;
        for (cell, header) in cells.iter().zip(&self.headers) {
            let cell = cell.of(&page.text).trim();
            if !cell.is_empty() {
                if cell != header {
                    return false;
                }
                same += 1;
            }
        }
        same > 0
    }

    fn wrong_width(&mut self, page: &Page, index: usize, cells: &[Span]) -> Option<String> {
        let (have, want) = (cells.len(), self.width);
        if have > want {
            let extra = cells.get(want..).unwrap_or(&[]);
            let blank = extra.iter().all(|cell| is_blank(cell.of(&page.text)));
            return (!blank).then(|| format!("有{have}格，表头只有{want}列，内容里可能混入了分隔符"));
        }
        if have == want {
            return None;
        }
        let halves = |other: Option<usize>| {
            other.is_some_and(|near| {
                let cells = page.cells_of(near).len();
                cells < want && cells + have == want + 1
            })
        };
        let reason = format!("只有{have}格，表头有{want}列");
        if halves(index.checked_sub(1)) || halves(Some(index + 1)) {
            return Some(format!("{reason}，像是被换行拆成了两行"));
        }
        if page.torn && index + 1 == page.rows.len() && self.short == 0 {
            return Some(format!("{reason}，文件在这一行中间断了"));
        }
        if have <= self.needed {
            return Some(reason);
        }
        self.short += 1;
        None
    }

    fn batch(&mut self, page: &Page, rows: &[Kept]) -> RecordBatch {
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.row))));
        columns.push(Arc::new(UInt32Array::from_iter_values(rows.iter().map(|_| self.part))));
        columns.push(Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.line))));
        for column in &self.columns {
            columns.push(match column {
                None => new_null_array(&DataType::Utf8, rows.len()),
                Some(column) => text_column(page, rows, *column),
            });
        }
        for (place, table) in &mut self.coded {
            let column = self.columns.get(*place).copied().flatten();
            let field = self.fields.get(*place).copied().unwrap_or(Field::Status);
            let codes = match (column, table) {
                (Some(column), Some(table)) => code_column(page, rows, column, table, field, &mut self.unknown),
                _ => UInt8Array::from(vec![0; rows.len()]),
            };
            columns.push(Arc::new(codes));
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .unwrap_or_else(|_| RecordBatch::new_empty(Arc::clone(&self.schema)))
    }
}

fn cell_of<'a>(page: &'a Page, row: &Kept, column: usize) -> &'a str {
    if column as u32 >= row.cells {
        return "";
    }
    page.cells.get(row.first as usize + column).map_or("", |cell| cell.of(&page.text))
}

fn text_column(page: &Page, rows: &[Kept], column: usize) -> ArrayRef {
    let mut builder = StringBuilder::with_capacity(rows.len(), rows.len() * 12);
    for row in rows {
        let cell = cell_of(page, row, column);
        if is_blank(cell) {
            builder.append_null();
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
        let cell = cell_of(page, row, column);
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
