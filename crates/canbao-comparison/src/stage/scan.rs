//! Scans of the staged rows: an iterator for passes in order, a table for DataFusion's plans.

use super::{Family, Source, Stage};
use arrow::array::ArrayRef;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::record_batch::RecordBatch;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

/// The batches of one source, in order, with the columns of one or more families.
pub(crate) struct Batches {
    readers: Vec<StreamReader<BufReader<File>>>,
}

impl Batches {
    /// Opens a source; one without rows has no batches.
    pub(crate) fn open(source: &Source, families: &[(Family, Option<&[&str]>)]) -> Result<Self, ArrowError> {
        let paths: Vec<(PathBuf, Option<&[&str]>)> = families.iter().map(|(f, columns)| (source.file(*f), *columns)).collect();
        Self::of_files(&paths)
    }

    fn of_files(paths: &[(PathBuf, Option<&[&str]>)]) -> Result<Self, ArrowError> {
        let mut readers = Vec::new();
        for (path, columns) in paths {
            if !path.exists() {
                return Ok(Self { readers: Vec::new() });
            }
            let open = |projection| StreamReader::try_new(BufReader::with_capacity(1 << 16, File::open(path)?), projection);
            let reader = match columns {
                None => open(None)?,
                Some(names) => {
                    let schema = open(None)?.schema();
                    let mut wanted = Vec::with_capacity(names.len());
                    for name in *names {
                        wanted.push(schema.index_of(name)?);
                    }
                    open(Some(wanted))?
                }
            };
            readers.push(reader);
        }
        Ok(Self { readers })
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut columns: Vec<ArrayRef> = Vec::new();
        let mut fields: Vec<Arc<Field>> = Vec::new();
        for reader in &mut self.readers {
            match reader.next()? {
                Ok(batch) => {
                    fields.extend(batch.schema().fields().iter().cloned());
                    columns.extend(batch.columns().iter().cloned());
                }
                Err(error) => return Some(Err(error)),
            }
        }
        if columns.is_empty() {
            return None;
        }
        Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns))
    }
}

/// Batches as they are read.
pub(crate) type Opened = Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>;
/// What makes the batches of a partition, afresh at each execution.
pub(crate) type Open = dyn Fn() -> Result<Opened, ArrowError> + Send + Sync;

/// A partition of a plan that reads batches from an iterator.
pub(crate) struct Partition {
    schema: SchemaRef,
    open: Box<Open>,
}

impl std::fmt::Debug for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Partition").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Partition {
    pub(crate) fn new(schema: SchemaRef, open: Box<Open>) -> Self {
        Self { schema, open }
    }
}

impl PartitionStream for Partition {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let schema = self.schema.clone();
        match (self.open)() {
            Ok(batches) => {
                let typed = schema.clone();
                let batches = batches.map(move |b| b.and_then(|b| b.with_schema(typed.clone())).map_err(DataFusionError::from));
                Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(batches)))
            }
            Err(error) => Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter([Err(DataFusionError::from(error))]))),
        }
    }
}

/// The schema of some narrow and block columns of a source, in the families' order, and what opens them.
pub(crate) fn partition(source: &Source, columns: &[&'static str]) -> Result<(SchemaRef, Box<Open>), ArrowError> {
    let mut fields = Vec::new();
    let mut files: Vec<(PathBuf, Vec<&'static str>)> = Vec::new();
    for (family, schema) in [(Family::Narrow, &super::keys::NARROW), (Family::Block, &super::keys::BLOCK)] {
        let names: Vec<&'static str> =
            schema.fields().iter().filter_map(|f| columns.iter().copied().find(|c| *c == f.name())).collect();
        for name in &names {
            fields.push(schema.field_with_name(name)?.clone());
        }
        if !names.is_empty() {
            files.push((source.file(family), names));
        }
    }
    let open = move || -> Result<Opened, ArrowError> {
        let paths: Vec<(PathBuf, Option<&[&str]>)> = files.iter().map(|(p, c)| (p.clone(), Some(c.as_slice()))).collect();
        Ok(Box::new(Batches::of_files(&paths)?))
    };
    Ok((Arc::new(Schema::new(fields)), Box::new(open)))
}

/// A table of the narrow and block columns named, a partition a source.
pub(crate) fn table(stage: &Stage, chosen: impl Fn(&Source) -> bool, columns: &[&'static str]) -> Result<StreamingTable, DataFusionError> {
    let mut partitions: Vec<Arc<dyn PartitionStream>> = Vec::new();
    let mut schema: SchemaRef = Arc::new(Schema::empty());
    for source in stage.sources.iter().filter(|s| chosen(s)) {
        let (typed, open) = partition(source, columns)?;
        schema = typed.clone();
        partitions.push(Arc::new(Partition::new(typed, open)));
    }
    StreamingTable::try_new(schema, partitions)
}
