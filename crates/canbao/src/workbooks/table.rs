//! Some columns of a table of the run, held in memory, and cells looked up by place.

use std::collections::HashMap;

use arrow::array::{Array as _, AsArray as _, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{DataType, Int64Type, SchemaRef};
use canbao_run::{RunReader, schema};

use super::WorkbookError;

/// Where a row stands in a [`Table`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    batch: u32,
    row: u32,
}

/// Columns held in memory, by their order in what was asked for.
#[derive(Debug, Default)]
pub(super) struct Table {
    batches: Vec<RecordBatch>,
}

impl Table {
    /// Reads columns of a table of the run, all rows.
    pub(super) fn read(run: &RunReader, name: &'static str, columns: &[&str]) -> Result<Self, WorkbookError> {
        Self::read_where(run, name, columns, |_, _| true)
    }

    /// The same, only the rows for which `keep` holds.
    pub(super) fn read_where(
        run: &RunReader,
        name: &'static str,
        columns: &[&str],
        mut keep: impl FnMut(&RecordBatch, usize) -> bool,
    ) -> Result<Self, WorkbookError> {
        let scan = run.scan(name, columns)?;
        if !as_written(name, scan.schema()) {
            return Err(WorkbookError::Columns(name));
        }
        let mut batches = Vec::new();
        for batch in scan {
            let batch = batch?;
            let kept: BooleanArray = (0..batch.num_rows()).map(|row| Some(keep(&batch, row))).collect();
            match kept.true_count() {
                0 => {}
                all if all == batch.num_rows() => batches.push(batch),
                _ => batches.push(filter_record_batch(&batch, &kept).map_err(|_| WorkbookError::Columns(name))?),
            }
        }
        Ok(Self { batches })
    }

    /// Every row's place, in the order of the file.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> {
        (0..).zip(&self.batches).flat_map(|(batch, rows)| {
            (0..u32::try_from(rows.num_rows()).unwrap_or(u32::MAX)).map(move |row| Place { batch, row })
        })
    }

    /// A cell of text.
    pub(super) fn text(&self, place: Place, column: usize) -> Option<&str> {
        text(self.batches.get(place.batch as usize)?, place.row as usize, column)
    }

    /// A cell of a whole number.
    pub(super) fn int(&self, place: Place, column: usize) -> Option<i64> {
        int(self.batches.get(place.batch as usize)?, place.row as usize, column)
    }

    /// A cell of yes or no.
    pub(super) fn flag(&self, place: Place, column: usize) -> bool {
        self.batches
            .get(place.batch as usize)
            .and_then(|batch| batch.columns().get(column)?.as_boolean_opt())
            .is_some_and(|flags| (place.row as usize) < flags.len() && flags.value(place.row as usize))
    }

    /// The texts of a cell that is a list.
    pub(super) fn texts(&self, place: Place, column: usize) -> Vec<&str> {
        let list =
            self.batches.get(place.batch as usize).and_then(|batch| batch.columns().get(column)?.as_list_opt::<i32>());
        let Some((list, values)) = list.and_then(|list| Some((list, list.values().as_string_opt::<i32>()?))) else {
            return Vec::new();
        };
        let offset = |at: usize| list.value_offsets().get(at).and_then(|o| usize::try_from(*o).ok()).unwrap_or(0);
        let row = place.row as usize;
        (offset(row)..offset(row + 1)).filter(|at| values.is_valid(*at)).map(|at| values.value(at)).collect()
    }
}

/// A cell of text.
pub(super) fn text(batch: &RecordBatch, row: usize, column: usize) -> Option<&str> {
    let texts = batch.columns().get(column)?.as_string_opt::<i32>()?;
    (row < texts.len() && texts.is_valid(row)).then(|| texts.value(row))
}

/// A cell of a whole number.
pub(super) fn int(batch: &RecordBatch, row: usize, column: usize) -> Option<i64> {
    let ints = batch.columns().get(column)?.as_primitive_opt::<Int64Type>()?;
    (row < ints.len() && ints.is_valid(row)).then(|| ints.value(row))
}

/// Whether the columns are of the types that the run's schema gives them.
fn as_written(name: &str, found: &SchemaRef) -> bool {
    let Some((_, schema)) = schema::all().into_iter().find(|(table, _)| *table == name) else {
        return false;
    };
    found.fields().iter().all(|field| {
        schema.field_with_name(field.name()).is_ok_and(|known| match (known.data_type(), field.data_type()) {
            (DataType::List(known), DataType::List(found)) => known.data_type() == found.data_type(),
            (known, found) => known == found,
        })
    })
}

/// Rows of sources, by source and number.
#[derive(Debug, Default)]
pub(super) struct RowSet {
    /// For each source a bit a row.
    bits: HashMap<String, Vec<u64>>,
}

impl RowSet {
    /// Puts a row in.
    pub(super) fn insert(&mut self, source: &str, row: i64) {
        let Ok(row) = usize::try_from(row) else { return };
        let bits = match self.bits.get_mut(source) {
            Some(bits) => bits,
            None => self.bits.entry(source.to_owned()).or_default(),
        };
        if bits.len() <= row / 64 {
            bits.resize(row / 64 + 1, 0);
        }
        if let Some(word) = bits.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    /// Whether a row is in.
    pub(super) fn contains(&self, source: &str, row: i64) -> bool {
        usize::try_from(row).is_ok_and(|row| {
            let word = self.bits.get(source).and_then(|bits| bits.get(row / 64));
            word.is_some_and(|word| word & (1 << (row % 64)) != 0)
        })
    }
}

/// A table whose first two columns are `source` and `row`, some of its rows, found by these.
#[derive(Debug, Default)]
pub(super) struct BySourceRow {
    table: Table,
    places: HashMap<String, HashMap<i64, Place>>,
}

impl BySourceRow {
    /// Reads the rows that are in the set. `columns` stand behind source and row.
    pub(super) fn read(
        run: &RunReader,
        name: &'static str,
        columns: &[&str],
        wanted: &RowSet,
    ) -> Result<Self, WorkbookError> {
        let all: Vec<&str> = ["source", "row"].into_iter().chain(columns.iter().copied()).collect();
        let table = Table::read_where(run, name, &all, |batch, row| {
            text(batch, row, 0).zip(int(batch, row, 1)).is_some_and(|(source, row)| wanted.contains(source, row))
        })?;
        let mut places: HashMap<String, HashMap<i64, Place>> = HashMap::new();
        for place in table.places() {
            if let Some((source, row)) = table.text(place, 0).zip(table.int(place, 1)) {
                let of_source = match places.get_mut(source) {
                    Some(of_source) => of_source,
                    None => places.entry(source.to_owned()).or_default(),
                };
                of_source.insert(row, place);
            }
        }
        Ok(Self { table, places })
    }

    /// Where a row stands, if it was read.
    pub(super) fn find(&self, source: &str, row: i64) -> Option<Place> {
        self.places.get(source)?.get(&row).copied()
    }

    /// A cell of text; `column` counts from the first behind source and row.
    pub(super) fn text(&self, place: Place, column: usize) -> Option<&str> {
        self.table.text(place, column + 2)
    }

    /// A cell of a whole number.
    pub(super) fn int(&self, place: Place, column: usize) -> Option<i64> {
        self.table.int(place, column + 2)
    }
}
