//! Scans of the staged rows: an iterator for passes in order, a table for DataFusion's plans.

use super::store::{Columns, Reader};
use super::{Family, SEGMENT, Source, Stage};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use datafusion::catalog::streaming::StreamingTable;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::PartitionStream;
use std::sync::Arc;

/// A family and which of its columns are wanted; all, if none are named.
type Wanted = (Family, Option<Vec<&'static str>>);

/// The batches of one source or of some of its segments, in order, with the columns of one or more families.
pub(crate) struct Batches(Option<(Arc<Columns>, Reader, std::ops::Range<usize>)>);

impl Batches {
    /// Opens a source; one without rows has no batches, a column of text that the source lacks is left out.
    pub(crate) fn open(source: &Source, families: &[(Family, Option<&[&'static str]>)]) -> Self {
        let families: Vec<Wanted> = families.iter().map(|(f, c)| (*f, c.map(<[_]>::to_vec))).collect();
        Self::of_segments(source, &families, 0..source.segments())
    }

    fn of_segments(source: &Source, families: &[Wanted], segments: std::ops::Range<usize>) -> Self {
        Self(source.columns.as_ref().map(|columns| {
            let batches = segments.start * SEGMENT..columns.len().min(segments.end * SEGMENT);
            (Arc::clone(columns), Reader::new(columns, wanted(columns, families)), batches)
        }))
    }
}

/// Places of the columns wanted: keys by the order of their families' schemas, then texts.
fn wanted(columns: &Columns, families: &[Wanted]) -> Vec<usize> {
    let (narrow, block) = (super::keys::NARROW.fields().len(), super::keys::BLOCK.fields().len());
    let mut places = Vec::new();
    for (family, names) in families {
        let range = match family {
            Family::Narrow => 0..narrow,
            Family::Block => narrow..narrow + block,
            Family::Text => narrow + block..columns.fields().len(),
        };
        let mut named = |wanted: &dyn Fn(&str) -> bool| {
            for (at, field) in columns.fields().iter().enumerate().take(range.end).skip(range.start) {
                if wanted(field.name()) {
                    places.push(at);
                }
            }
        };
        match names {
            None => named(&|_| true),
            Some(names) => names.iter().for_each(|name| named(&|n| n == *name)),
        }
    }
    places
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let (columns, reader, batches) = self.0.as_mut()?;
        Some(reader.read(columns, batches.next()?))
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
