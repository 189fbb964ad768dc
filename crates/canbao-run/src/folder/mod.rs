//! The folder that a run is written into, beside its place, until it is whole.

mod claim;
mod clean;
mod place;
mod swap;
pub(crate) mod sync;

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;

use crate::table::{Pool, TableWriter};
use crate::{RunError, RunReader, Summary};
use claim::Claim;
use place::Place;

/// Writes a run so that it appears whole or not at all.
///
/// All is written into a hidden folder beside OUT, on the same file system. [`RunWriter::finish`] makes it
/// durable and then exchanges it with OUT in one step. Killed at any moment, OUT holds the old run or none;
/// what a killed run leaves behind is removed when the next one begins. Dropped unfinished, it removes
/// what it wrote.
///
/// ```no_run
/// # use canbao_run::{RunWriter, Summary, schema};
/// # fn main() -> Result<(), canbao_run::RunError> {
/// let run = RunWriter::create("run".as_ref())?;
/// let mut links = run.table("links", &schema::links())?;
/// // links.write(&batch)?; as often as there are batches
/// links.close()?;
/// run.finish(&Summary::default())?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RunWriter {
    place: Place,
    claim: Option<Claim>,
    pool: Arc<Pool>,
    tables: Tables,
}

/// The tables that have been begun, and how far each is.
pub(crate) type Tables = Arc<Mutex<BTreeMap<String, State>>>;

/// How far a table is.
#[derive(Debug)]
pub(crate) enum State {
    /// More rows may come.
    Open,
    /// Written, and on its way to the disk; whether it got there is received once.
    Closed(Receiver<Result<(), RunError>>),
}

impl RunWriter {
    /// Begins a run that will stand at `out`, encoding with as many threads as the machine has.
    ///
    /// # Errors
    /// Where `out` is a file, or a folder that holds something and is no run; where nothing can be written beside it.
    pub fn create(out: &Path) -> Result<Self, RunError> {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::with_threads(out, threads)
    }

    /// The same, encoding with `threads` threads (at least one). The bytes do not depend on it.
    ///
    /// # Errors
    /// As [`RunWriter::create`].
    pub fn with_threads(out: &Path, threads: usize) -> Result<Self, RunError> {
        let place = Place::of(out)?;
        clean::restore_previous(&place);
        place.refuse_what_is_no_run()?;
        clean::remove_leftovers(&place);
        let claim = Claim::new(&place)?;
        Ok(Self { place, claim: Some(claim), pool: Arc::new(Pool::new(threads)), tables: Tables::default() })
    }

    /// The unfinished folder. What else is put into it (such as `workbooks/`) appears with the run.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.claim.as_ref().map_or(&self.place.path, Claim::path)
    }

    /// Begins `NAME.parquet` with these columns; see [`TableWriter`].
    ///
    /// # Errors
    /// Where the name was used before or is no plain name, or the file cannot be made.
    pub fn table(&self, name: &str, schema: &SchemaRef) -> Result<TableWriter, RunError> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(RunError::TableName(name.to_owned()));
        }
        {
            let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
            if tables.contains_key(name) {
                return Err(RunError::TableName(name.to_owned()));
            }
            tables.insert(name.to_owned(), State::Open);
        }
        let path = self.dir().join(format!("{name}.parquet"));
        TableWriter::create(name, path, schema, &self.pool, &self.tables)
    }

    /// Reads the tables that are closed, before the run stands in its place.
    #[must_use]
    pub fn reader(&self) -> RunReader {
        RunReader::unfinished(self.dir())
    }

    /// Writes `summary.json`, makes all durable, and puts the run in its place. Gives back where it stands.
    ///
    /// # Errors
    /// Where the summary's counts do not close, a table is not closed, or the folder cannot be written or moved.
    /// OUT is then as it was.
    pub fn finish(mut self, summary: &Summary) -> Result<PathBuf, RunError> {
        summary.check()?;
        let tables = std::mem::take(&mut *self.tables.lock().unwrap_or_else(PoisonError::into_inner));
        for (name, state) in tables {
            match state {
                State::Closed(saved) => saved.recv().map_err(|_| RunError::Worker(name))??,
                State::Open => return Err(RunError::Unfinished(name)),
            }
        }
        let path = self.dir().join("summary.json");
        let text = summary.to_json().map_err(|source| RunError::Json { path: path.clone(), source })?;
        std::fs::write(&path, text).map_err(RunError::io("写入", &path))?;
        sync::whole_folder(self.dir())?;
        // between the beginning and now, somebody may have put something else there
        self.place.refuse_what_is_no_run()?;
        if let Some(claim) = self.claim.take() {
            swap::into_place(claim, &self.place)?;
        }
        Ok(self.place.path.clone())
    }
}
