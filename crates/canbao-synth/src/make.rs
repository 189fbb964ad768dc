//! Making a city, or a city a month.

use std::fs;
use std::path::{Path, PathBuf};

use crate::city::{City, live};
use crate::file::{self, Desk, employer, failed};
use crate::row::hand::hand_over;
use crate::row::order::order;
use crate::truth;
use crate::work::spread;
use crate::{Made, Plan, Step, SynthError};

/// The fewest people: below this not every kind of finding occurs.
const FEWEST: u64 = 1000;
/// The most: rows are counted in 32 bits.
const MOST: u64 = 100_000_000;
/// The most months.
const MONTHS: u32 = 120;

/// Makes what the plan says. The folder appears whole or not at all; an invented city that stands
/// there already is replaced.
///
/// `progress` is told what is being done; it may be called from any thread.
///
/// # Errors
/// Where the plan is out of bounds, the folder holds something else, or the disk refuses.
pub fn make(plan: &Plan, progress: &(dyn Fn(Step) + Sync)) -> Result<Made, SynthError> {
    if !(FEWEST..=MOST).contains(&plan.persons) {
        return Err(SynthError::Persons { given: plan.persons, min: FEWEST, max: MOST });
    }
    if let Some(months) = plan.months.filter(|months| !(1..=MONTHS).contains(months)) {
        return Err(SynthError::Months { given: months, max: MONTHS });
    }
    refuse_occupied(&plan.out, plan.months.is_some())?;
    let aside = beside(&plan.out, "partial");
    remove(&aside)?;
    fs::create_dir_all(&aside).map_err(failed(&aside))?;
    let made = fill(plan, &aside, progress);
    match made.and_then(|made| swap(&aside, &plan.out).map(|()| made)) {
        Ok(made) => Ok(made),
        Err(error) => {
            let _ = fs::remove_dir_all(&aside);
            Err(error)
        }
    }
}

fn fill(plan: &Plan, out: &Path, progress: &(dyn Fn(Step) + Sync)) -> Result<Made, SynthError> {
    let persons = usize::try_from(plan.persons).unwrap_or(usize::MAX);
    progress(Step::People { persons: plan.persons });
    let mut city = City::found(plan.seed, persons)?;
    let mut made = Made::default();
    let Some(months) = plan.months else {
        write(&city, out, &mut made, progress)?;
        return Ok(made);
    };
    for month in 0..months {
        if month > 0 {
            progress(Step::People { persons: city.people.len() as u64 });
            live::pass(&mut city)?;
        }
        let (year, month, _) = city.setting.as_of.ymd();
        let folder = out.join(format!("{year:04}-{month:02}"));
        write(&city, &folder, &mut made, progress)?;
    }
    Ok(made)
}

/// Writes one city's files and truth.
fn write(city: &City, out: &Path, made: &mut Made, progress: &(dyn Fn(Step) + Sync)) -> Result<(), SynthError> {
    let truth_folder = out.join("truth");
    fs::create_dir_all(&truth_folder).map_err(failed(&truth_folder))?;
    let mut rows = hand_over(city)?;
    let extracts = order(city, &mut rows);
    let (standings, lists) = employer::order(city);
    let verdicts = truth::judge::judge(city, &rows)?;
    let employers = truth::employer::judge(city, &standings);
    progress(Step::Rows { rows: rows.len() as u64 });
    let advance = |written| progress(Step::Written { rows: written });
    let desk = Desk { city, rows: &rows, out, advance: &advance };
    let mut tasks: Vec<Task> = extracts.iter().flat_map(|extract| file::jobs(city, extract)).map(Task::File).collect();
    made.files.extend(tasks.iter().filter_map(|task| match task {
        Task::File(job) => Some(out.join(&job.path)),
        _ => None,
    }));
    // workbooks and the truth are written by one thread each: they go first
    tasks.extend([Task::Rows, Task::Persons, Task::Findings, Task::Survey, Task::Units, Task::Employers]);
    tasks.sort_by_key(|task| match task {
        Task::Rows => 0,
        Task::File(job) if job.layout.is_book() => 1,
        Task::File(_) => 3,
        _ => 2,
    });
    spread(tasks, |_, task| match task {
        Task::File(job) => file::write(&desk, &job),
        Task::Rows => truth::write::rows(city, &rows, &extracts, &verdicts, &truth_folder),
        Task::Persons => truth::write::persons(city, &verdicts, &truth_folder),
        Task::Findings => truth::write::findings(city, &verdicts, &employers, &truth_folder),
        Task::Survey => truth::write::survey(city, &verdicts, &truth_folder),
        Task::Units => truth::employer::units(city, &truth_folder),
        Task::Employers => employer::write(&desk, &lists),
    })?;
    file::config::write(city, out)?;
    made.cities += 1;
    made.persons = city.people.len() as u64;
    made.rows += rows.len() as u64;
    made.units = city.units.all.len() as u64;
    made.findings = truth::write::count(&verdicts, &employers);
    Ok(())
}

enum Task<'a> {
    File(file::Job<'a>),
    Rows,
    Persons,
    Findings,
    Survey,
    Units,
    Employers,
}

/// A folder that exists must be empty, or an invented city (of months: hold nothing but such).
fn refuse_occupied(out: &Path, months: bool) -> Result<(), SynthError> {
    if !out.exists() {
        return Ok(());
    }
    let entries = fs::read_dir(out).map_err(failed(out))?;
    let paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    let is_city = |path: &Path| path.join("city.toml").is_file() && path.join("truth/rows.parquet").is_file();
    let ours = paths.is_empty() || is_city(out) || (months && paths.iter().all(|path| is_city(path)));
    if ours { Ok(()) } else { Err(SynthError::Occupied(out.to_path_buf())) }
}

/// A name beside the folder, on the same file system.
fn beside(out: &Path, word: &str) -> PathBuf {
    let name = out.file_name().map_or_else(|| "city".into(), |name| name.to_string_lossy().into_owned());
    out.with_file_name(format!(".{name}.{word}"))
}

fn remove(path: &Path) -> Result<(), SynthError> {
    if path.exists() { fs::remove_dir_all(path).map_err(failed(path)) } else { Ok(()) }
}

/// Puts the finished folder in its place.
fn swap(aside: &Path, out: &Path) -> Result<(), SynthError> {
    let old = beside(out, "old");
    remove(&old)?;
    if out.exists() {
        fs::rename(out, &old).map_err(failed(out))?;
    }
    fs::rename(aside, out).map_err(failed(out))?;
    remove(&old)
}
