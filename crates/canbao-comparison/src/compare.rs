//! The whole job, stage by stage.

use crate::decisions::Decisions;
use crate::digests::Digests;
use crate::error::CompareError;
use crate::links::Links;
use crate::output::columns::Places;
use crate::output::{
    areas as areas_table, candidates, findings, links as links_table, people, rejected, repeated, texts,
    units as units_table,
};
use crate::parallel::in_turn;
use crate::plan::context::Engine;
use crate::plan::{owners, persons};
use crate::progress::{Progress, Silent};
use crate::units::{UnitIndex, match_up};
use crate::{link, stage, units};
use canbao_domain::area::AreaTree;
use canbao_domain::rules::Rules;
use canbao_intake::{City, Extract, Profiles};
use canbao_run::{RunWriter, SourceCounts, Stage as StageTime, Summary};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// Where to write, and what the machine may be asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// The run's folder.
    pub out: PathBuf,
    /// Most memory of the whole process, bytes.
    pub memory_limit: u64,
    /// Threads; no result depends on it.
    pub workers: usize,
}

/// Memory of the program before any row counts: readers, recognised profiles, threads; bytes.
const BASE: u64 = 210_000_000;
/// Rows until the writers' row groups are full, and the bytes that each takes.
const FILLING: (u64, u64) = (500_000, 330);
/// Bytes of each further row: its link, its share of people's folds and of candidates.
const ROW: u64 = 106;
/// The plans have at least this, bytes.
const LEAST_POOL: u64 = 64 << 20;

/// What a comparison of so many rows needs at its peak, bytes. Measured (`CANBAO_TIMES=1`) on cities of 20,000, 200,000
/// and 3 million people with the usual damage: up to 220, 383 and 1,195 MB.
fn need(rows: u64) -> u64 {
    let (filling, bytes) = FILLING;
    BASE + rows.min(filling) * bytes + rows.saturating_sub(filling) * ROW
}

/// Compares a city and writes the run.
///
/// # Errors
/// Where an extract, the rule file, the area tree or the decisions cannot be used, or the output cannot be written:
/// then nothing was written.
pub fn compare(city: &City, options: &Options, progress: &dyn Progress) -> Result<Summary, CompareError> {
    compare_then(city, options, progress, |_, _| Ok(()))
}

/// Compares, and lets `last` add files to the finished folder before it appears.
///
/// # Errors
/// As [`compare`], and where `last` fails.
pub fn compare_then(
    city: &City,
    options: &Options,
    progress: &dyn Progress,
    last: impl FnOnce(&Path, &Summary) -> Result<(), CompareError>,
) -> Result<Summary, CompareError> {
    crate::times::tell("begin");
    let (rules_text, rules) = rules(city)?;
    let areas = areas(city)?;
    let profiles = match &city.profiles {
        Some(folder) => Profiles::load(folder)?,
        None => Profiles::embedded()?,
    };
    let decisions = match &city.decisions {
        Some(path) => Decisions::read(path, &path.file_name().unwrap_or_default().to_string_lossy())?,
        None => Decisions::default(),
    };
    // the files' digests are made by whichever thread has nothing else to do
    let digests = Digests::new(city);
    let Read { run, scratch, unit_sources, index, stage, mut clock } = std::thread::scope(|scope| {
        scope.spawn(|| digests.make());
        let read = read(city, options, rules, &profiles, &digests, progress);
        if read.is_err() {
            digests.give_up();
        }
        read
    })?;
    let inputs = digests.finish()?;
    let rows: i64 = stage.sources.iter().map(|s| s.rows).sum();
    clock.stop("read", rows);
    progress.done();

    progress.stage("identify", Some(rows.unsigned_abs()));
    let (need, limit) = (need(rows.unsigned_abs()), options.memory_limit);
    if need > limit {
        return Err(CompareError::Need { rows: rows.unsigned_abs(), need, limit });
    }
    // the table of the join is long gone when memory is fullest, so it may take half of what is needed then
    let pool = (limit - need / 2).max(LEAST_POOL);
    let engine = Engine::new(&scratch, pool, options.workers)?;
    let links = Arc::new(Links::new(&stage, options.workers));
    owners::settle(&engine, &stage, &links, pool, options.workers)?;
    clock.stop("identify", rows);
    progress.done();

    progress.stage("link", None);
    let links = link::link(&engine, &stage, links, rules, &decisions, city.as_of, options.workers, progress)?;
    clock.stop("link", links.hard.len() as i64);
    progress.done();

    progress.stage("classify", None);
    let links = Arc::new(links);
    let places = Places::new(&stage, unit_sources.iter().map(|s| s.name.clone()));
    let frame =
        people::Frame { rules, as_of: city.as_of, city: &city.code, stage: &stage, links: &links, places: &places };
    let mut rows_table = run.table("rows", &canbao_run::schema::rows())?;
    // rows that repeat another are known once people are folded; the lines of the links need nothing but the links
    let twice: OnceLock<stage::RowSet> = OnceLock::new();
    let (lines, told) = std::thread::scope(|scope| {
        let lines = scope.spawn(|| {
            let written = links_table::write(&stage, &links, &places, &run, &Silent)?;
            crate::times::tell("links written");
            let enrolled = texts::write_enrolments(twice.wait(), &frame, &run, &mut rows_table, progress)?;
            crate::times::tell("enrolments written");
            candidates::write(&links, &places, &run)?;
            areas_table::write(&areas, &run)?;
            let unit_rows: Vec<units::UnitRow> = unit_sources.iter().flat_map(|s| s.units.iter().cloned()).collect();
            let employers = match_up(&unit_rows, &enrolled.unit_people, &index, &areas, rules);
            crate::times::tell("candidates written, employers matched");
            Ok::<_, CompareError>((written, enrolled, employers))
        });
        let told = (|| {
            let folded = persons::fold(&engine, &stage, &links, rules)?;
            crate::times::tell("folded");
            let repeated = repeated::repeated(&stage, &links, folded.repeats())?;
            let twice = twice
                .get_or_init(|| stage::RowSet::new(&stage, repeated.iter().flat_map(|f| [f.row, f.other]).flatten()));
            clock.stop("classify", folded.len() as i64);
            progress.done();
            progress.stage("write", Some(rows.unsigned_abs()));
            let (people, shown) = texts::write_persons(&folded, twice, &frame, &run, progress)?;
            crate::times::tell("persons written");
            Ok::<_, CompareError>((people, shown, repeated))
        })();
        // whatever happened, the other thread must not wait for ever
        twice.get_or_init(stage::RowSet::default);
        (lines.join(), told)
    });
    let (mut people, shown, repeated) = told?;
    let (written, enrolled, employers) = lines.map_err(|_| CompareError::internal("关联写出中断"))??;
    crate::times::tell("rows and people");
    for rows in shown {
        rows_table.write(&rows)?;
    }
    rows_table.close()?;
    let mut found = written.findings;
    found.append(&mut people.findings);
    found.extend(repeated);
    found.extend(about_numbers(&links));
    let mut survey = std::mem::take(&mut people.survey);
    survey.absorb(enrolled.survey);
    let (surveyed, told) = std::thread::scope(|scope| {
        let surveyed = scope.spawn(|| {
            let written = survey.write(&places, &run, options.workers);
            crate::times::tell("survey written");
            written
        });
        let told =
            (|| {
                let unit_counts = units_table::write(&employers, stage.sources.len(), &mut found, &run)?;
                for (at, source) in unit_sources.iter().enumerate() {
                    found.extend(source.rejected.iter().map(|r| {
                        findings::Finding::row(
                            findings::Kind::RowRejected,
                            stage::RowId::new(stage.sources.len() + at, r.row),
                            None,
                            None,
                            r.reason.clone(),
                        )
                    }));
                }
                rejected::write(
                    stage.sources.iter().map(|s| (s.name.as_str(), s.parts.as_slice(), s.rejected.as_slice())).chain(
                        unit_sources.iter().map(|s| (s.name.as_str(), s.parts.as_slice(), s.rejected.as_slice())),
                    ),
                    &run,
                )?;
                let finding_counts = findings::write(found, &places, &run)?;
                crate::times::tell("findings written");
                Ok::<_, CompareError>((unit_counts, finding_counts))
            })();
        (surveyed.join(), told)
    });
    surveyed.map_err(|_| CompareError::internal("名单写出中断"))??;
    let (unit_counts, finding_counts) = told?;
    clock.stop("write", rows);
    progress.done();

    let mut sources = written.sources;
    for source in &unit_sources {
        let rejected = source.rejected.len() as i64;
        sources.insert(
            source.name.clone(),
            SourceCounts { rows: source.rows, exact: source.rows - rejected, rejected, ..SourceCounts::default() },
        );
    }
    let mut summary = Summary {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        as_of: date_text(city.as_of),
        inputs,
        sources,
        kinds: city.sources.iter().map(|source| (source.name.clone(), source.kind.as_str().to_owned())).collect(),
        areas: people.areas,
        findings: finding_counts,
        units: unit_counts,
        stages: clock.stages,
    };
    // what was held in memory is let go meanwhile
    let done = (engine, stage, links, places, enrolled.unit_people, index, unit_sources);
    let freed = std::thread::spawn(move || drop(done));
    std::fs::remove_dir_all(&scratch).map_err(|e| CompareError::io(&scratch, e))?;
    let path = run.dir().join(canbao_run::RULES);
    std::fs::write(&path, rules_text).map_err(|e| CompareError::io(&path, e))?;
    let before = Instant::now();
    last(run.dir(), &summary)?;
    summary.stages.push(StageTime { name: "workbooks".to_owned(), rows: 0, seconds: before.elapsed().as_secs_f64() });
    summary.check()?;
    run.finish(&summary)?;
    let _ = freed.join();
    Ok(summary)
}

/// What is read.
struct Read {
    run: RunWriter,
    scratch: PathBuf,
    unit_sources: Vec<units::UnitSource>,
    index: UnitIndex,
    stage: Arc<stage::Stage>,
    clock: Clock,
}

/// Reads and stages all extracts.
fn read(
    city: &City,
    options: &Options,
    rules: &Rules,
    profiles: &Profiles,
    digests: &Digests<'_>,
    progress: &dyn Progress,
) -> Result<Read, CompareError> {
    // everything is recognised before anything is written
    let specs = city.sources.iter().collect();
    let extracts = in_turn(specs, options.workers, |spec| canbao_intake::open(spec, profiles));
    let extracts = extracts.into_iter().collect::<Result<Vec<Extract>, _>>()?;
    let run = RunWriter::with_threads(&options.out, options.workers)?;
    let scratch = run.dir().join("scratch");
    std::fs::create_dir(&scratch).map_err(|e| CompareError::io(&scratch, e))?;
    let clock = Clock { stages: Vec::new(), since: Instant::now() };

    progress.stage("read", None);
    let (people_extracts, unit_extracts): (Vec<Extract>, Vec<Extract>) =
        extracts.into_iter().partition(|e| e.kind().is_person());
    crate::times::tell("recognised");
    let unit_extracts = unit_extracts.into_iter().enumerate().collect();
    let unit_sources = in_turn(unit_extracts, options.workers, |(at, extract)| units::read(at, extract));
    let unit_sources = unit_sources.into_iter().collect::<Result<Vec<_>, _>>()?;
    let index = UnitIndex::new(unit_sources.iter().flat_map(|s| &s.units));
    crate::times::tell("employers read");
    let beside = || digests.make();
    let stage = stage::load::load(people_extracts, &scratch, rules, &index, options.workers, progress, &beside)?;
    Ok(Read { run, scratch, unit_sources, index, stage: Arc::new(stage), clock })
}

struct Clock {
    stages: Vec<StageTime>,
    since: Instant,
}

impl Clock {
    fn stop(&mut self, name: &str, rows: i64) {
        crate::times::tell(name);
        self.stages.push(StageTime { name: name.to_owned(), rows, seconds: self.since.elapsed().as_secs_f64() });
        self.since = Instant::now();
    }
}

fn date_text(date: canbao_domain::date::Date) -> String {
    let (y, m, d) = date.ymd();
    format!("{y:04}-{m:02}-{d:02}")
}

/// The rule file's text, and what it says.
fn rules(city: &City) -> Result<(String, &'static Rules), CompareError> {
    let Some(path) = &city.rules else { return Ok((Rules::EMBEDDED.to_owned(), Rules::embedded())) };
    let text = std::fs::read_to_string(path).map_err(|e| CompareError::io(path, e))?;
    let rules = Rules::parse(&text).map_err(|e| CompareError::Input { sentence: e.to_string(), hint: e.hint() })?;
    // one rule file a process: it lives as long as the plans that hold it
    Ok((text, Box::leak(Box::new(rules))))
}

fn areas(city: &City) -> Result<AreaTree, CompareError> {
    let text = std::fs::read_to_string(&city.regions).map_err(|e| CompareError::io(&city.regions, e))?;
    AreaTree::parse(&text).map_err(|e| CompareError::Input { sentence: e.to_string(), hint: e.hint().to_owned() })
}

/// One line a person: rows under a second number, a number that several people own.
fn about_numbers(links: &Links) -> Vec<findings::Finding> {
    use findings::{Finding, Kind};
    let mut found: Vec<Finding> = Vec::new();
    let mut several: std::collections::BTreeMap<
        stage::RowId,
        (Option<canbao_domain::number::CitizenNumber>, stage::RowId),
    > = std::collections::BTreeMap::new();
    for (id, link) in &links.hard {
        if link.other_number
            && let Some(person) = link.person
        {
            several.entry(person).or_insert((link.number, *id));
        }
    }
    for (person, (number, row)) in several {
        let mut finding = Finding::person(Kind::SeveralNumbers, person, number, "另有号码下的记录属于此人");
        finding.row = Some(row);
        found.push(finding);
    }
    for person in &links.sharers {
        let number = links.numbers.get(person).copied().flatten();
        found.push(Finding::person(Kind::SharedNumber, *person, number, "此号码另有他人使用"));
    }
    found
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn more_rows_than_the_memory_holds_are_refused_before_anything_appears() {
        let folder = tempfile::tempdir().unwrap();
        let plan = canbao_synth::Plan { persons: 2_000, seed: 5, out: folder.path().join("city"), months: None };
        canbao_synth::make(&plan, &|_| {}).unwrap();
        let city = canbao_intake::load_city(&plan.out.join("city.toml")).unwrap();
        let out = folder.path().join("run");
        let run = |memory_limit| compare(&city, &Options { out: out.clone(), memory_limit, workers: 2 }, &Silent);
        let refused = run(150_000_000).unwrap_err();
        assert!(matches!(refused, CompareError::Need { limit: 150_000_000, .. }), "{refused}");
        assert!(refused.hint().is_some_and(|hint| hint.contains("--memory-limit")));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left behind");
        run(256_000_000).unwrap();
        assert!(out.join("persons.parquet").exists());
    }
}
