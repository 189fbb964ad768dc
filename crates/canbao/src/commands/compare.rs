//! `canbao compare`: a city's extracts in, who is insured and who must be visited out.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Instant;

use canbao_comparison::{CompareError, Options, Progress};
use canbao_domain::area::AreaTree;
use canbao_intake::City;
use canbao_run::Summary;

use super::{Outcome, Telling};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::memory::{self, MemoryLimit};
use crate::output::report::Report;
use crate::output::{figure, print};
use crate::progress;
use crate::workbooks::{self, Job, WorkbookError};

const EXAMPLES: &str = "\
Examples:
  canbao compare city.toml --out run-2016-11
  canbao compare city.toml --out run-2016-11 --memory-limit 1500MB --no-workbooks
  canbao compare city.toml --out run-2016-11 --json --progress json";

/// Compare a city's extracts and write who is insured and who must be visited
///
/// Reads every extract that the city file names, links each row to its person, compares the schemes with the
/// population, and writes the lists: Parquet files, summary.json, and a workbook (XLSX) for each county. OUT appears
/// whole or not at all; a run that stands there already is exchanged in one step.
///
/// Memory: --memory-limit holds for the whole process. Rows are staged in files beside OUT; a city that needs more all
/// the same is refused, with what it needs. 2GB is enough for 3 million people in 8 million rows, which take 1.1GB.
/// The disk needs about one and a half times the room of the extracts.
///
/// Exit codes: 0 done; 1 done, but some rows could not be read (they are listed in rejected.parquet); 2 nothing was
/// written, and the message says what to do.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The city file, which names the extracts
    #[arg(value_name = "CITY.toml")]
    city: PathBuf,
    /// Folder to write the run into
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    #[command(flatten)]
    effort: Effort,
    #[command(flatten)]
    pub(super) telling: Telling,
}

/// How much of the machine a comparison may take, and how much it makes.
#[derive(clap::Args)]
pub(super) struct Effort {
    /// Most memory of the whole process: 2GB, 1500MB, 512MiB
    #[arg(long, value_name = "SIZE", default_value = "2GB")]
    memory_limit: MemoryLimit,
    /// Threads; the result does not depend on it [default: as many as there are cores]
    #[arg(long, value_name = "N")]
    workers: Option<NonZeroUsize>,
    /// Leave out the workbooks
    #[arg(long)]
    no_workbooks: bool,
}

/// A comparison that is done.
pub(super) struct Compared {
    city: City,
    areas: Option<AreaTree>,
    pub(super) summary: Summary,
}

impl Compared {
    /// Some rows could not be read: the exit code says so.
    pub(super) fn outcome(&self) -> Outcome {
        if self.summary.sources.values().any(|counts| counts.rejected > 0) {
            Outcome::SomeRejected
        } else {
            Outcome::Done
        }
    }

    /// The result in words, with where the files are.
    pub(super) fn report(&self, out: &Path, since: Instant, language: Language) -> String {
        let report = Report {
            city: &self.city.name,
            code: &self.city.code,
            areas: self.areas.as_ref(),
            summary: &self.summary,
            language,
        };
        let mut text = report.render();
        text.push('\n');
        text.push_str(&crate::output::files::list(out, language));
        let time = figure::seconds(since.elapsed());
        let peak = memory::peak().map(figure::bytes);
        text.push_str(&match (language, peak) {
            (Language::Zh, Some(peak)) => format!("用时 {time} 秒，内存最多 {peak}。\n"),
            (Language::Zh, None) => format!("用时 {time} 秒。\n"),
            (Language::En, Some(peak)) => format!("{time} s, peak memory {peak}.\n"),
            (Language::En, None) => format!("{time} s.\n"),
        });
        text
    }
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let since = Instant::now();
    let progress = progress::reporter(arguments.telling.progress, language);
    let compared = compare(&arguments.city, &arguments.out, &arguments.effort, progress.as_ref())?;
    drop(progress);
    let text = if arguments.telling.json {
        json(&compared.summary)?
    } else {
        compared.report(&arguments.out, since, language)
    };
    print(&text, language)?;
    Ok(compared.outcome())
}

/// Compares the city that the file names, writes the run to `out`, tells `progress`.
///
/// # Errors
/// A sentence with hints; then nothing was written.
pub(super) fn compare(city: &Path, out: &Path, effort: &Effort, progress: &dyn Progress) -> Result<Compared, Failure> {
    let city = canbao_intake::load_city(city).map_err(|error| refused(&error))?;
    // a tree that cannot be read is refused by the comparison itself, with what is wrong
    let areas = std::fs::read_to_string(&city.regions).ok().and_then(|text| AreaTree::parse(&text).ok());
    let options = Options {
        out: out.to_owned(),
        memory_limit: effort.memory_limit.bytes(),
        workers: effort.workers.or_else(cores).map_or(1, NonZeroUsize::get),
    };
    let summary = canbao_comparison::compare_then(&city, &options, progress, |run, summary| {
        let (Some(areas), false) = (&areas, effort.no_workbooks) else { return Ok(()) };
        progress.stage("workbooks", None);
        let job = Job {
            run,
            summary,
            city: &city.code,
            city_name: &city.name,
            as_of: city.as_of,
            areas,
            workers: options.workers,
        };
        workbooks::write_all(&job, &run.join("workbooks"), &|rows| progress.advance(rows)).map_err(unmade)?;
        progress.done();
        Ok(())
    })
    .map_err(|error| Failure::new(&error).hints(error.hint()))?;
    Ok(Compared { city, areas, summary })
}

/// Workbooks that were not made: the run does not appear without them.
fn unmade(error: WorkbookError) -> CompareError {
    CompareError::Input { sentence: error.to_string(), hint: error.hint().unwrap_or_default().to_owned() }
}

/// The summary as one JSON object.
pub(super) fn json(summary: &Summary) -> Result<String, Failure> {
    summary.to_json().map_err(Failure::new)
}

/// What the intake refused, with its hint.
pub(super) fn refused(error: &canbao_intake::IntakeError) -> Failure {
    Failure::new(error).hints(error.hint().map(str::to_owned))
}

fn cores() -> Option<NonZeroUsize> {
    std::thread::available_parallelism().ok()
}
