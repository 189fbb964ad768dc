//! Reading a run, column by column.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use crate::{RunError, Summary};

/// Rows of a batch that is read.
const ROWS_PER_BATCH: usize = 32_768;

/// A run folder to read from.
#[derive(Clone, Debug)]
pub struct RunReader {
    dir: PathBuf,
}

impl RunReader {
    /// Opens a finished run.
    ///
    /// # Errors
    /// Where the folder holds no `summary.json`.
    pub fn open(dir: &Path) -> Result<Self, RunError> {
        if dir.join("summary.json").is_file() {
            Ok(Self::unfinished(dir))
        } else {
            Err(RunError::NoSummary(dir.to_owned()))
        }
    }

    /// Reads from a folder that is not finished yet; see [`crate::RunWriter::dir`].
    #[must_use]
    pub fn unfinished(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The counts of the run.
    ///
    /// # Errors
    /// Where `summary.json` is missing or damaged.
    pub fn summary(&self) -> Result<Summary, RunError> {
        Summary::read(&self.dir.join("summary.json"))
    }

    /// The text of the rule file by which the run decided; none where it does not say.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn rules(&self) -> Result<Option<String>, RunError> {
        let path = self.dir.join(crate::RULES);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(RunError::io("读取", &path)(source)),
        }
    }

    /// How many rows a table has, by its file's footer.
    ///
    /// # Errors
    /// Where the table is missing or damaged.
    pub fn rows(&self, table: &str) -> Result<u64, RunError> {
        let (_, builder) = self.begin(table)?;
        Ok(builder.metadata().file_metadata().num_rows().cast_unsigned())
    }

    /// Reads some columns of a table, in the order asked for, batch by batch in the order of the rows.
    ///
    /// # Errors
    /// Where the table is missing or damaged, or has no such column.
    pub fn scan(&self, table: &str, columns: &[&str]) -> Result<Scan, RunError> {
        let (path, builder) = self.begin(table)?;
        let schema = builder.schema();
        let mut at = Vec::with_capacity(columns.len());
        for name in columns {
            at.push(
                schema
                    .index_of(name)
                    .map_err(|_| RunError::NoColumn { path: path.clone(), column: (*name).to_owned() })?,
            );
        }
        // the file gives its columns in its own order, each once
        let mut held = at.clone();
        held.sort_unstable();
        held.dedup();
        let order: Vec<usize> = at.iter().filter_map(|place| held.binary_search(place).ok()).collect();
        let failed = RunError::parquet("读取", &path);
        let wanted = schema
            .project(&at)
            .map(SchemaRef::new)
            .map_err(|error| RunError::parquet("读取", &path)(error.into()))?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), held);
        let reader = builder.with_projection(mask).with_batch_size(ROWS_PER_BATCH).build().map_err(failed)?;
        Ok(Scan { path, schema: wanted, order, reader })
    }

    fn begin(&self, table: &str) -> Result<(PathBuf, ParquetRecordBatchReaderBuilder<File>), RunError> {
        let path = self.dir.join(format!("{table}.parquet"));
        let file = File::open(&path).map_err(RunError::io("打开", &path))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(RunError::parquet("读取", &path))?;
        Ok((path, builder))
    }
}

/// The batches of a table, one after the other; see [`RunReader::scan`].
#[derive(Debug)]
pub struct Scan {
    path: PathBuf,
    schema: SchemaRef,
    order: Vec<usize>,
    reader: ParquetRecordBatchReader,
}

impl Scan {
    /// The columns of every batch.
    #[must_use]
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, RunError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.reader.next()?;
        Some(
            batch
                .and_then(|batch| batch.project(&self.order))
                .map_err(|error| RunError::parquet("读取", &self.path)(error.into())),
        )
    }
}
