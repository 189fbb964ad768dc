//! Takes batches of any size, cuts them into row groups of one size, and writes these in order.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::ArrowRowGroupWriterFactory;
use parquet::errors::Result as ParquetResult;
use parquet::file::writer::SerializedFileWriter;

use super::encode::{self, Chunk, Column};
use super::pool::Pool;
use super::{properties, shape};
use crate::RunError;
use crate::folder::{State, Tables, sync};

/// Rows of every row group but the last, whatever the batches were.
///
/// Time and size are the same from 65,536 to 524,288 (within a hundredth); memory grows with it.
pub const ROWS_PER_GROUP: usize = 131_072;

/// Row groups of a table that may be on their way at once: one being encoded, one behind it.
const GROUPS_UNDER_WAY: usize = 2;

/// Writes one table. Feed it from one thread; its columns are encoded on the threads of the run.
///
/// The file depends on the rows and their order alone. Where encoding falls behind, [`TableWriter::write`] waits.
pub struct TableWriter {
    name: String,
    path: PathBuf,
    schema: SchemaRef,
    columns: Vec<Column>,
    rows_per_group: usize,
    file: SerializedFileWriter<File>,
    writers: ArrowRowGroupWriterFactory,
    pool: Arc<Pool>,
    tables: Tables,
    held: Vec<RecordBatch>,
    held_rows: usize,
    rows: u64,
    groups: usize,
    under_way: VecDeque<Receiver<(usize, ParquetResult<Vec<Chunk>>)>>,
}

impl TableWriter {
    /// Begins the file.
    pub(crate) fn create(
        name: &str,
        path: PathBuf,
        schema: &SchemaRef,
        pool: &Arc<Pool>,
        tables: &Tables,
    ) -> Result<Self, RunError> {
        Self::with_group_size(name, path, schema, pool, tables, ROWS_PER_GROUP)
    }

    pub(super) fn with_group_size(
        name: &str,
        path: PathBuf,
        schema: &SchemaRef,
        pool: &Arc<Pool>,
        tables: &Tables,
        rows_per_group: usize,
    ) -> Result<Self, RunError> {
        // what hangs on a schema in memory (such as a planner's notes) stays out of the file
        let schema = Arc::new(Schema::new(schema.fields().clone()));
        let failed = || RunError::parquet("写入", &path);
        let file = File::create(&path).map_err(RunError::io("创建", &path))?;
        let laid_out = ArrowSchemaConverter::new().convert(&schema).map_err(failed())?;
        let properties = properties::properties(&schema, rows_per_group);
        let file = SerializedFileWriter::new(file, laid_out.root_schema_ptr(), properties).map_err(failed())?;
        Ok(Self {
            name: name.to_owned(),
            columns: encode::columns(schema.fields(), &file),
            writers: ArrowRowGroupWriterFactory::new(&file, Arc::clone(&schema)),
            path,
            schema,
            rows_per_group,
            file,
            pool: Arc::clone(pool),
            tables: Arc::clone(tables),
            held: Vec::new(),
            held_rows: 0,
            rows: 0,
            groups: 0,
            under_way: VecDeque::new(),
        })
    }

    /// Appends the rows of a batch of any size. Columns stand in the order of the schema, under its names.
    ///
    /// # Errors
    /// Where the batch does not fit the schema, or an earlier row group could not be encoded or written.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), RunError> {
        if let Some((column, problem)) = shape::misfit(&self.schema, batch) {
            return Err(RunError::Shape { table: self.name.clone(), column, problem });
        }
        let mut from = 0;
        while from < batch.num_rows() {
            let take = (self.rows_per_group - self.held_rows).min(batch.num_rows() - from);
            self.held.push(batch.slice(from, take));
            self.held_rows += take;
            from += take;
            if self.held_rows == self.rows_per_group {
                self.send()?;
            }
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Rows taken so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Encodes what is left and ends the file. Gives back how many rows it holds.
    ///
    /// # Errors
    /// Where a row group could not be encoded or written, such as on a full disk.
    pub fn close(mut self) -> Result<u64, RunError> {
        if self.held_rows > 0 {
            self.send()?;
        }
        while !self.under_way.is_empty() {
            self.receive()?;
        }
        let failed = RunError::parquet("写入", &self.path);
        self.file.close().map_err(failed)?;
        // the disk takes it in beside what is still to be written
        let (saved, state) = channel();
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).insert(self.name, State::Closed(state));
        self.pool.run(move || {
            let _ = saved.send(sync::file(&self.path));
        });
        Ok(self.rows)
    }

    /// Hands the row group that is held to the pool, a task a column.
    fn send(&mut self) -> Result<(), RunError> {
        while self.under_way.len() >= GROUPS_UNDER_WAY {
            self.receive()?;
        }
        let mut writers =
            self.writers.create_column_writers(self.groups).map_err(RunError::parquet("写入", &self.path))?.into_iter();
        let held = std::mem::take(&mut self.held);
        let (answer, answers) = channel();
        for (at, column) in self.columns.iter().enumerate() {
            let pieces = held.iter().map(|b| Arc::clone(b.column(at))).collect();
            let writers = writers.by_ref().take(column.leaves).collect();
            let (column, answer) = (column.clone(), answer.clone());
            self.pool.run(move || {
                // nobody listens any more where the table was given up
                let _ = answer.send((at, column.encode(pieces, writers)));
            });
        }
        self.under_way.push_back(answers);
        self.held_rows = 0;
        self.groups += 1;
        Ok(())
    }

    /// Waits for the oldest row group and appends it to the file.
    fn receive(&mut self) -> Result<(), RunError> {
        let Some(answers) = self.under_way.pop_front() else {
            return Ok(());
        };
        let mut done = Vec::with_capacity(self.columns.len());
        for (at, chunks) in answers {
            done.push((at, chunks.map_err(RunError::parquet("编码", &self.path))?));
        }
        if done.len() != self.columns.len() {
            return Err(RunError::Worker(self.name.clone()));
        }
        done.sort_unstable_by_key(|(at, _)| *at);
        let failed = || RunError::parquet("写入", &self.path);
        let mut group = self.file.next_row_group().map_err(failed())?;
        for chunk in done.into_iter().flat_map(|(_, chunks)| chunks) {
            chunk.append_to_row_group(&mut group).map_err(failed())?;
        }
        group.close().map_err(failed())?;
        Ok(())
    }
}

impl fmt::Debug for TableWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableWriter").field("name", &self.name).field("rows", &self.rows).finish_non_exhaustive()
    }
}
