//! Parquet files as tables of text.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use arrow::util::display::array_value_to_string;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

/// A table: every cell as text, null as nothing.
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

/// A row of a table.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    columns: &'a [String],
    cells: &'a [Option<String>],
}

impl<'a> Row<'a> {
    /// The cell in a column; null is `None`.
    pub(crate) fn get(self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|name| name == column);
        self.cells[at.unwrap_or_else(|| panic!("no column {column} in {:?}", self.columns))].as_deref()
    }

    /// The cell in a column that may not be null.
    pub(crate) fn text(self, column: &str) -> &'a str {
        self.get(column).unwrap_or_else(|| panic!("{column} is null"))
    }

    /// The whole number in a column.
    pub(crate) fn int(self, column: &str) -> i64 {
        self.text(column).parse().unwrap()
    }

    /// Whether a boolean column is true.
    pub(crate) fn is(self, column: &str) -> bool {
        self.text(column) == "true"
    }
}

impl Table {
    /// Reads a Parquet file.
    pub(crate) fn read(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
        let columns = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut rows = Vec::new();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for at in 0..batch.num_rows() {
                let cells = batch
                    .columns()
                    .iter()
                    .map(|column| (!column.is_null(at)).then(|| array_value_to_string(column, at).unwrap()));
                rows.push(cells.collect());
            }
        }
        Self { columns, rows }
    }

    /// Its rows.
    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let columns = &self.columns;
        self.rows.iter().map(move |cells| Row { columns, cells })
    }

    /// How many rows it has.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The names of its columns.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Its rows without some columns, sorted, as text: two tables hold the same where these are equal.
    pub(crate) fn sorted_without(&self, columns: &[&str]) -> Vec<String> {
        let mut rows: Vec<String> = self
            .rows()
            .map(|row| {
                let kept = self.columns.iter().filter(|name| !columns.contains(&name.as_str()));
                let cells: Vec<&str> = kept.map(|name| row.get(name).unwrap_or("∅")).collect();
                cells.join("|")
            })
            .collect();
        rows.sort();
        rows
    }

    /// The rows by `(source, row)`; each may stand once only.
    pub(crate) fn by_source_row(&self) -> BTreeMap<(&str, i64), Row<'_>> {
        let mut rows = BTreeMap::new();
        for row in self.rows() {
            let key = (row.text("source"), row.int("row"));
            assert!(rows.insert(key, row).is_none(), "{key:?} stands twice");
        }
        rows
    }

    /// The distinct values of a column, nulls left out.
    pub(crate) fn distinct(&self, column: &str) -> BTreeSet<&str> {
        self.rows().filter_map(|row| row.get(column)).collect()
    }
}
