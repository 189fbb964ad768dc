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

/// A family and which of its columns are wanted; all, if none are named.
type Wanted = (Family, Option<Vec<&'static str>>);

/// The batches of one source or of some of its segments, in order, with the columns of one or more families.
pub(crate) struct Batches {
    /// Files of the segments to come, a column each; the next segment last.
    segments: Vec<Vec<PathBuf>>,
    readers: Vec<StreamReader<BufReader<File>>>,
}

impl Batches {
    /// Opens a source; one without rows has no batches, a column of text that the source lacks is left out.
    pub(crate) fn open(source: &Source, families: &[(Family, Option<&[&'static str]>)]) -> Result<Self, ArrowError> {
        let families: Vec<Wanted> = families.iter().map(|(f, c)| (*f, c.map(<[_]>::to_vec))).collect();
        Ok(Self::of_segments(source, &families, 0..source.segments()))
    }

    fn of_segments(source: &Source, families: &[Wanted], segments: std::ops::Range<usize>) -> Self {
        let files = |segment: usize| -> Vec<PathBuf> {
            let mut files = Vec::new();
            for (family, wanted) in families {
                let all: Vec<&str> = match family {
                    Family::Narrow => super::keys::NARROW.fields().iter().map(|f| f.name().as_str()).collect(),
                    Family::Block => super::keys::BLOCK.fields().iter().map(|f| f.name().as_str()).collect(),
                    Family::Text => source.texts.iter().map(String::as_str).collect(),
                };
                let named = wanted
                    .as_ref()
                    .map_or_else(|| all.clone(), |names| names.iter().copied().filter(|n| all.contains(n)).collect());
                files.extend(named.into_iter().map(|column| source.file(*family, column, segment)));
            }
            files
        };
        Self { segments: segments.rev().map(files).collect(), readers: Vec::new() }
    }

    fn open_next(&mut self) -> Result<bool, ArrowError> {
        let Some(files) = self.segments.pop() else { return Ok(false) };
        self.readers.clear();
        for path in files {
            self.readers.push(StreamReader::try_new(BufReader::with_capacity(1 << 13, File::open(&path)?), None)?);
        }
        Ok(true)
    }

    fn read(&mut self) -> Result<Option<RecordBatch>, ArrowError> {
        loop {
            let mut columns: Vec<ArrayRef> = Vec::new();
            let mut fields: Vec<Arc<Field>> = Vec::new();
            for reader in &mut self.readers {
                if let Some(batch) = reader.next() {
                    let batch = batch?;
                    fields.extend(batch.schema().fields().iter().cloned());
                    columns.extend(batch.columns().iter().cloned());
                }
            }
            if !columns.is_empty() {
                return Ok(Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?));
            }
            if !self.open_next()? {
                return Ok(None);
            }
        }
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
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
                let batches =
                    batches.map(move |b| b.and_then(|b| b.with_schema(typed.clone())).map_err(DataFusionError::from));
                Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(batches)))
            }
            Err(error) => Box::pin(RecordBatchStreamAdapter::new(
                schema,
                futures::stream::iter([Err(DataFusionError::from(error))]),
            )),
        }
    }
}

/// A table of the narrow and block columns named, a partition a segment.
pub(crate) fn table(
    stage: &Arc<Stage>,
    chosen: impl Fn(&Source) -> bool,
    columns: &[&'static str],
) -> Result<StreamingTable, DataFusionError> {
    let mut fields = Vec::new();
    let mut families: Vec<Wanted> = Vec::new();
    for (family, schema) in [(Family::Narrow, &super::keys::NARROW), (Family::Block, &super::keys::BLOCK)] {
        let names: Vec<&'static str> =
            schema.fields().iter().filter_map(|f| columns.iter().copied().find(|c| *c == f.name())).collect();
        for name in &names {
            fields.push(schema.field_with_name(name)?.clone());
        }
        if !names.is_empty() {
            families.push((family, Some(names)));
        }
    }
    let schema: SchemaRef = Arc::new(Schema::new(fields));
    let mut partitions: Vec<Arc<dyn PartitionStream>> = Vec::new();
    for source in stage.sources.iter().filter(|s| chosen(s)) {
        for segment in 0..source.segments() {
            let (stage, families, index) = (Arc::clone(stage), families.clone(), source.index);
            let open = move || -> Result<Opened, ArrowError> {
                let source =
                    stage.source(index).ok_or_else(|| ArrowError::InvalidArgumentError("source".to_owned()))?;
                Ok(Box::new(Batches::of_segments(source, &families, segment..segment + 1)))
            };
            partitions.push(Arc::new(Partition::new(schema.clone(), Box::new(open))));
        }
    }
    if partitions.is_empty() {
        partitions
            .push(Arc::new(Partition::new(schema.clone(), Box::new(|| Ok(Box::new(std::iter::empty()) as Opened)))));
    }
    StreamingTable::try_new(schema, partitions)
}
