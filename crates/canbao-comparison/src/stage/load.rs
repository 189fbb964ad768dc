//! Reads every person source once and stages it, a thread a source, the largest first.

use super::keys::KeyMaker;
use super::{Family, Lines, Place, SEGMENT, Source, Stage};
use crate::error::CompareError;
use crate::plan::owners::column;
use crate::progress::Progress;
use crate::units::UnitIndex;
use arrow::array::{Array, ArrayRef, AsArray, BinaryArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::datatypes::{Int64Type, UInt32Type};
use arrow::ipc::writer::StreamWriter;
use arrow::record_batch::RecordBatch;
use canbao_domain::rules::Rules;
use canbao_intake::{Extract, Stop};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Stages the person sources, given with their place in the city file.
pub(crate) fn load(
    extracts: Vec<Extract>,
    folder: &Path,
    rules: &Rules,
    units: &UnitIndex,
    workers: usize,
    progress: &dyn Progress,
) -> Result<Stage, CompareError> {
    let count = extracts.len();
    let mut queue: Vec<(usize, Extract)> = extracts.into_iter().enumerate().collect();
    queue.sort_by_key(|(index, e)| (e.bytes(), std::cmp::Reverse(*index)));
    let queue = Mutex::new(queue);
    let done: Mutex<Vec<Option<Result<Source, CompareError>>>> = Mutex::new((0..count).map(|_| None).collect());
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                while !failed.load(Ordering::Relaxed) {
                    let Some((index, extract)) = queue.lock().ok().and_then(|mut q| q.pop()) else { break };
                    let staged = stage(index, extract, folder, rules, units, progress);
                    if staged.is_err() {
                        failed.store(true, Ordering::Relaxed);
                    }
                    if let Ok(mut done) = done.lock()
                        && let Some(slot) = done.get_mut(index)
                    {
                        *slot = Some(staged);
                    }
                }
            });
        }
    });
    // the first source in the city file's order that failed is the one that is told
    let mut sources = Vec::with_capacity(count);
    let mut stopped = None;
    for staged in done.into_inner().unwrap_or_default() {
        match staged {
            Some(Ok(source)) => sources.push(source),
            Some(Err(error)) => return Err(error),
            None => stopped = Some(CompareError::internal("读取中断")),
        }
    }
    stopped.map_or(Ok(Stage { sources }), Err)
}

/// The columns' files of the segment that is being written.
struct Writers<'a> {
    folder: &'a Path,
    index: usize,
    segment: usize,
    batches: usize,
    open: Vec<(SchemaRef, StreamWriter<BufWriter<File>>)>,
}

impl Writers<'_> {
    fn write(&mut self, batches: [(Family, &RecordBatch); 3]) -> Result<(), CompareError> {
        if self.batches == SEGMENT {
            self.finish()?;
            self.segment += 1;
            self.batches = 0;
        }
        if self.open.is_empty() {
            for (family, field) in
                batches.iter().flat_map(|(f, b)| b.schema_ref().fields().iter().map(move |field| (*f, field)))
            {
                let schema: SchemaRef = Arc::new(Schema::new(vec![Arc::clone(field)]));
                let path = super::file(self.folder, self.index, family, field.name(), self.segment);
                let file = File::create(&path).map_err(|e| CompareError::io(&path, e))?;
                let writer = StreamWriter::try_new(BufWriter::with_capacity(1 << 16, file), &schema)?;
                self.open.push((schema, writer));
            }
        }
        let columns = batches.iter().flat_map(|(_, b)| b.columns());
        for ((schema, writer), column) in self.open.iter_mut().zip(columns) {
            writer.write(&RecordBatch::try_new(Arc::clone(schema), vec![Arc::clone(column)])?)?;
        }
        self.batches += 1;
        Ok(())
    }

    fn finish(&mut self) -> Result<(), CompareError> {
        for (_, mut writer) in self.open.drain(..) {
            writer.finish()?;
        }
        Ok(())
    }
}

/// The canonical fields of a batch, text as bytes: what is read again need not be looked through again.
fn texts_of(batch: &RecordBatch) -> Result<RecordBatch, CompareError> {
    let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        if ["row", "part", "line"].contains(&field.name().as_str()) {
            continue;
        }
        let bytes: ArrayRef = match column.as_string_opt::<i32>() {
            Some(text) => Arc::new(BinaryArray::from(text.clone())),
            None => Arc::clone(column),
        };
        fields.push(Field::new(field.name(), bytes.data_type().clone(), true));
        columns.push(bytes);
    }
    Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
}

fn stage(
    index: usize,
    extract: Extract,
    folder: &Path,
    rules: &Rules,
    units: &UnitIndex,
    progress: &dyn Progress,
) -> Result<Source, CompareError> {
    let (kind, name, parts) = (extract.kind(), extract.name().to_owned(), extract.parts().to_vec());
    let mut keys = KeyMaker::new(index, kind, rules, units);
    let mut writers = Writers { folder, index, segment: 0, batches: 0, open: Vec::new() };
    let (mut rejected, mut places, mut texts) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = 0;
    let mut trouble: Option<CompareError> = None;
    let read = extract.read(&mut |chunk| {
        let batch = chunk.batch;
        rows += batch.num_rows() as i64 + chunk.rejected.len() as i64;
        progress.advance(batch.num_rows() as u64);
        rejected.extend(chunk.rejected);
        let mut write = |batch: &RecordBatch| -> Result<(), CompareError> {
            let (narrow, block) = keys.make(batch)?;
            let part = column::<UInt32Type>(batch, "part")?.values().first().copied().unwrap_or(0);
            places.push(Place { part, lines: Lines::new(column::<Int64Type>(batch, "line")?.values()) });
            let text = texts_of(batch)?;
            if texts.is_empty() {
                texts = text.schema_ref().fields().iter().map(|f| f.name().clone()).collect();
            }
            writers.write([(Family::Narrow, &narrow), (Family::Block, &block), (Family::Text, &text)])
        };
        if batch.num_rows() == 0 {
            return Ok(());
        }
        write(&batch).map_err(|error| {
            trouble = Some(error);
            Stop
        })
    });
    if let Some(error) = trouble {
        return Err(error);
    }
    read?;
    writers.finish()?;
    Ok(Source { index, kind, name, rows, parts, rejected, places, texts, folder: folder.to_path_buf() })
}
