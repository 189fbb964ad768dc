//! The workbooks of a run: one for each county, one for the city, with what people work through.
//!
//! They are made from the run's own Parquet files, before the run stands in its place, so they appear with it. What
//! they list is held against the summary: where a figure differs, nothing is made.

mod control;
mod counties;
mod error;
mod findings;
mod material;
mod sheet;
mod survey;
mod table;
mod units;
pub(crate) mod words;

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use canbao_domain::area::AreaTree;
use canbao_domain::date::Date;
use canbao_run::Summary;

pub(crate) use error::WorkbookError;
use material::Material;

/// What the workbooks are made of.
pub(crate) struct Job<'a> {
    /// The run's folder, finished or not (`RunWriter::dir`).
    pub(crate) run: &'a Path,
    /// Its counts, which the workbooks must equal.
    pub(crate) summary: &'a Summary,
    /// The city's code, 6 digits.
    pub(crate) city: &'a str,
    /// The city's name.
    pub(crate) city_name: &'a str,
    /// The date that the run stands for.
    pub(crate) as_of: Date,
    /// The city's areas.
    pub(crate) areas: &'a AreaTree,
    /// How many workbooks are written at once, each on a thread; the bytes do not depend on it.
    pub(crate) workers: usize,
}

/// A workbook that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Made {
    /// Where it is.
    pub(crate) path: PathBuf,
    /// The code of its county or city.
    pub(crate) area: String,
    /// Lines of its survey list.
    pub(crate) visits: u64,
    /// Lines of all its lists.
    pub(crate) rows: u64,
}

/// Writes a workbook for each county and one for the city into the folder `into`, which is made; gives them in the
/// order of their codes. `advance` hears of the lines of each as it is done.
///
/// Needs 1 GB at most for 3 million people, beside what the program holds already.
///
/// # Errors
/// Where the run cannot be read, a figure differs from the summary, or the folder cannot be written.
pub(crate) fn write_all(
    job: &Job<'_>,
    into: &Path,
    advance: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Made>, WorkbookError> {
    std::fs::create_dir_all(into).map_err(|error| WorkbookError::folder(into, error))?;
    let material = Material::read(job)?;
    control::check(job, &material)?;
    // the largest first, so that no thread is left with it at the end
    let mut order: Vec<usize> = (0..material.counties.len()).collect();
    order.sort_by_key(|county| std::cmp::Reverse((material.lines(*county), *county)));
    let (next, made) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(county) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let one = sheet::write(job, &material, *county, into)?;
            advance(one.rows);
            lock(&made).insert(*county, one);
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..job.workers.clamp(1, order.len())).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            // the library that writes workbooks gives up the thread where scratch space runs out
            thread.join().unwrap_or_else(|_| Err(WorkbookError::Interrupted(into.to_owned())))
        })
    })?;
    Ok(lock(&made).values().cloned().collect())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
