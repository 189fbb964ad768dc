//! Reads every person source once and stages it, a thread a source, the largest first.

use super::keys::KeyMaker;
use super::store::Writer;
use super::{Lines, Place, Source, Stage, texts};
use crate::error::CompareError;
use crate::plan::owners::column;
use crate::progress::Progress;
use crate::units::UnitIndex;
use arrow::datatypes::{Int64Type, UInt32Type};
use arrow::record_batch::RecordBatch;
use canbao_domain::rules::Rules;
use canbao_intake::{Extract, Stop};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Stages the person sources, given with their place in the city file. A thread for which no source is left does
/// `beside`, while others still read.
pub(crate) fn load(
    extracts: Vec<Extract>,
    folder: &Path,
    rules: &Rules,
    units: &UnitIndex,
    workers: usize,
    progress: &dyn Progress,
    beside: &(dyn Fn() + Sync),
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
                if !failed.load(Ordering::Relaxed) {
                    beside();
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
    let path = folder.join(format!("{index}.columns"));
    let mut writer: Option<Writer> = None;
    let (mut rejected, mut places) = (Vec::new(), Vec::new());
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
            let texts = texts::staged(batch, &[&narrow, &block]);
            let writer = match &mut writer {
                Some(writer) => writer,
                none => {
                    let keys = narrow.schema_ref().fields().iter().chain(block.schema_ref().fields().iter());
                    let fields = keys.chain(texts.iter().map(|(field, _)| field)).cloned().collect();
                    none.insert(Writer::create(&path, fields, texts.len()).map_err(|e| CompareError::io(&path, e))?)
                }
            };
            let columns = narrow.columns().iter().chain(block.columns()).chain(texts.iter().map(|(_, column)| column));
            Ok(writer.write(batch.num_rows(), columns)?)
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
    let columns = writer.map(|w| std::sync::Arc::new(w.finish()));
    Ok(Source { index, kind, name, rows, parts, rejected, places, columns })
}
