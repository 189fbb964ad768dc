//! Looking at a delivery: two passes over its files, in the memory of some thousand rows and eight bytes a person.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use arrow::array::AsArray as _;
use arrow::datatypes::{Int64Type, UInt32Type};
use canbao_domain::source::{Field, SourceKind};
use canbao_intake::{Chunk, Inspection, IntakeError, Profiles, Stop, inspect, inspect_source, open};
use canbao_registry::delivery::Found;

use super::problem::{Columns, Level, Problem};
use super::report::{Before, Column, Line, Reason, Report, Table};
use super::settings::Settings;
use crate::http::upload::private_folder;

/// Rows that are listed one by one, at most; all are counted.
const LISTED: u64 = 50_000;
/// A larger first file is not read once more to see whether it looks like another kind.
const GUESSED_BYTES: u64 = 256 << 20;

/// What is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) kind: SourceKind,
    pub(crate) name: String,
    /// What files are called, and where they stand.
    pub(crate) files: Vec<(String, PathBuf)>,
    pub(crate) settings: Settings,
    /// Where lists are written.
    pub(crate) folder: PathBuf,
    /// The delivery that holds: its number, rows, folder.
    pub(crate) before: Option<(i64, i64, PathBuf)>,
}

/// What was found. Without counts it cannot be read, and the report says why.
#[derive(Clone, Debug)]
pub(crate) struct Looked {
    pub(crate) report: Report,
    pub(crate) found: Option<Found>,
}

/// The file of the rows with something wrong, a line of JSON each.
pub(crate) fn lines(folder: &Path) -> PathBuf {
    folder.join("problems.jsonl")
}

fn people(folder: &Path) -> PathBuf {
    folder.join("people")
}

/// Reads it all; `rows` counts on for those who wait.
pub(crate) fn look(input: &Input, rows: &AtomicU64) -> Looked {
    let since = Instant::now();
    let mut report = Report::default();
    let found = match read(input, rows, &mut report) {
        Ok(found) => Some(found),
        Err(Unread::Intake(error)) => {
            // its own hint tells those who write city files; here pages are meant
            let hint = error.hint().unwrap_or("请核对文件，或请对方重新导出。");
            report.error = format!("{error}。");
            report.hint = format!("{}。", hint.replace("请在城市文件里用sheet指明", "请在下面“识别错了”里写明工作表"));
            None
        }
        Err(Unread::Disk(_)) => {
            report.error = "服务器的数据文件夹不能写入，没有读完。".to_owned();
            report.hint = "请系统管理员检查磁盘空间后，按“重新识别”。".to_owned();
            None
        }
    };
    report.seconds = since.elapsed().as_secs_f64();
    Looked { report, found }
}

enum Unread {
    Intake(IntakeError),
    Disk(#[expect(dead_code, reason = "its text names paths of the server, and is told to nobody")] io::Error),
}

impl From<IntakeError> for Unread {
    fn from(error: IntakeError) -> Self {
        Self::Intake(error)
    }
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

fn read(input: &Input, rows: &AtomicU64, report: &mut Report) -> Result<Found, Unread> {
    let profiles = Profiles::embedded()?;
    let spec = input.settings.spec(input.kind, &input.name, &input.files);
    let inspection = inspect_source(&spec, &profiles)?;
    tables(&inspection, report);
    report.looks_like = other_kind(input, &profiles);
    private_folder(&input.folder)?;
    let mut tally = Tally::new(&input.folder)?;
    let mut full = None;
    let totals = open(&spec, &profiles)?.read(&mut |chunk: Chunk| {
        rows.fetch_add(chunk.batch.num_rows() as u64 + chunk.rejected.len() as u64, Ordering::Relaxed);
        tally.add(input.kind, &chunk).map_err(|error| {
            full = Some(error);
            Stop
        })
    });
    if let Some(error) = full {
        return Err(error.into());
    }
    let totals = totals?;
    report.unknown =
        totals.unknown_codes.into_iter().map(|code| (code.field.as_str().to_owned(), code.word, code.rows)).collect();
    report.unknown.sort_by_key(|unknown| std::cmp::Reverse(unknown.2));
    report.unknown.truncate(100);
    report.cut = tally.listed > LISTED;
    let found = tally.end(input, report)?;
    Ok(Found { rows: count(totals.rows), unreadable: count(totals.rejected), ..found })
}

/// The kind that the columns tell to be another than the one that was said.
fn other_kind(input: &Input, profiles: &Profiles) -> Option<String> {
    let (_, path) = input.files.first()?;
    if fs::metadata(path).ok()?.len() > GUESSED_BYTES {
        return None;
    }
    let seen = inspect(path, None, profiles).ok()?;
    (seen.certain && seen.kind != input.kind).then(|| seen.kind.as_str().to_owned())
}

fn tables(inspection: &Inspection, report: &mut Report) {
    for part in &inspection.parts {
        report.tables.push(Table {
            file: part.part.file.clone(),
            sheet: part.part.sheet.clone(),
            format: part.part.format.as_str().to_owned(),
            encoding: part.part.encoding.map(str::to_owned),
            separator: part.part.separator,
            header_row: part.part.header_row,
            rows: part.totals.rows,
            blank: part.totals.blank,
        });
    }
    let Some(first) = inspection.parts.first() else { return };
    for (at, column) in first.columns.iter().enumerate() {
        let filled = |row: &&Vec<String>| row.get(at).is_some_and(|cell| !cell.is_empty());
        let sample = first.sample.iter().find(filled).and_then(|row| row.get(at)).cloned().unwrap_or_default();
        report.columns.push(Column {
            header: column.header.clone(),
            field: column.field.map(Field::as_str).map(str::to_owned),
            sample: sample.chars().take(24).collect(),
            blank: column.blank,
            invalid: column.invalid,
        });
    }
}

/// What is counted while rows pass.
struct Tally {
    list: BufWriter<File>,
    listed: u64,
    doubtful: u64,
    by_problem: BTreeMap<Problem, Reason>,
    by_reason: BTreeMap<String, Reason>,
    people: Vec<u64>,
}

impl Tally {
    fn new(folder: &Path) -> io::Result<Self> {
        let list = BufWriter::new(private_file(&lines(folder))?);
        Ok(Self {
            list,
            listed: 0,
            doubtful: 0,
            by_problem: BTreeMap::new(),
            by_reason: BTreeMap::new(),
            people: Vec::new(),
        })
    }

    fn add(&mut self, kind: SourceKind, chunk: &Chunk) -> io::Result<()> {
        let columns = Columns::of(kind, &chunk.batch);
        let part = chunk.batch.column_by_name("part").and_then(|column| column.as_primitive_opt::<UInt32Type>());
        let line = chunk.batch.column_by_name("line").and_then(|column| column.as_primitive_opt::<Int64Type>());
        for row in 0..chunk.batch.num_rows() {
            let judged = columns.judge(row);
            self.people.extend(judged.who);
            self.doubtful += u64::from(judged.problems.iter().any(|problem| problem.level() == Level::Doubtful));
            for problem in judged.problems {
                let (table, line) =
                    (part.map_or(0, |part| part.value(row) as usize), line.map_or(0, |line| line.value(row)));
                let told = self.by_problem.entry(problem).or_default();
                told.rows += 1;
                let is_first = told.rows == 1;
                if is_first || (self.listed < LISTED && problem.level() == Level::Doubtful) {
                    let shown = columns.shown(problem, row);
                    if is_first {
                        let word = problem.as_str().to_owned();
                        (told.problem, told.table, told.line, told.shown) = (word, table, line, shown.clone());
                    }
                    if problem.level() == Level::Doubtful {
                        self.list(&Line { t: table, l: line, p: problem.as_str().to_owned(), s: shown })?;
                    }
                } else if problem.level() == Level::Doubtful {
                    self.listed += 1;
                }
            }
        }
        for rejected in &chunk.rejected {
            let table = rejected.part as usize;
            // a text that could not be cut into cells shows whose it is nowhere
            let shown = format!("{} 个字符", rejected.text.chars().count());
            let told = self.by_reason.entry(rejected.reason.clone()).or_default();
            told.rows += 1;
            if told.rows == 1 {
                (told.why, told.table, told.line) = (rejected.reason.clone(), table, rejected.line);
                told.shown.clone_from(&shown);
            }
            self.list(&Line { t: table, l: rejected.line, p: rejected.reason.clone(), s: shown })?;
        }
        Ok(())
    }

    fn list(&mut self, line: &Line) -> io::Result<()> {
        self.listed += 1;
        if self.listed > LISTED {
            return Ok(());
        }
        serde_json::to_writer(&mut self.list, line)?;
        self.list.write_all(b"\n")
    }

    fn end(mut self, input: &Input, report: &mut Report) -> io::Result<Found> {
        self.list.flush()?;
        self.people.sort_unstable();
        self.people.dedup();
        let mut file = BufWriter::new(private_file(&people(&input.folder))?);
        for who in &self.people {
            file.write_all(&who.to_le_bytes())?;
        }
        file.flush()?;
        report.reasons = self.by_problem.into_values().chain(self.by_reason.into_values()).collect();
        report.reasons.sort_by_key(|reason| std::cmp::Reverse(reason.rows));
        report.before = input.before.as_ref().and_then(|(delivery, rows, folder)| {
            let (known, gone) = against(&self.people, &people(folder)).ok()?;
            let new = self.people.len() as i64 - (known - gone);
            Some(Before { delivery: *delivery, rows: *rows, people: known, new, gone })
        });
        Ok(Found { rows: 0, unreadable: 0, doubtful: count(self.doubtful), people: self.people.len() as i64 })
    }
}

/// How many people a list holds, and how many of them stand in no other; both are in order.
fn against(people: &[u64], list: &Path) -> io::Result<(i64, i64)> {
    let mut before = BufReader::new(File::open(list)?);
    let (mut known, mut gone, mut at) = (0, 0, 0);
    loop {
        let bytes = before.fill_buf()?;
        if bytes.is_empty() {
            return Ok((known, gone));
        }
        let whole = bytes.len() / 8 * 8;
        if whole == 0 {
            // a border of the buffer within a number cannot be: its size is a multiple of eight
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (numbers, _) = bytes.as_chunks::<8>();
        for number in numbers {
            let number = u64::from_le_bytes(*number);
            known += 1;
            while people.get(at).is_some_and(|other| *other < number) {
                at += 1;
            }
            gone += i64::from(people.get(at) != Some(&number));
        }
        before.consume(whole);
    }
}

/// The listed rows of one problem, or of all: some of them, and how many there are.
pub(crate) fn listed(folder: &Path, problem: &str, skip: usize, most: usize) -> io::Result<(Vec<Line>, usize)> {
    let mut found = Vec::new();
    let mut count = 0;
    for line in BufReader::new(File::open(lines(folder))?).lines() {
        let Ok(line) = serde_json::from_str::<Line>(&line?) else { continue };
        if problem.is_empty() || line.p == problem {
            if count >= skip && found.len() < most {
                found.push(line);
            }
            count += 1;
        }
    }
    Ok((found, count))
}

fn private_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn who_came_and_who_is_gone_is_counted_in_one_walk() {
        let folder = tempfile::tempdir().unwrap();
        let write = |people: &[u64]| {
            let bytes: Vec<u8> = people.iter().flat_map(|who| who.to_le_bytes()).collect();
            fs::write(super::people(folder.path()), bytes).unwrap();
        };
        let path = super::people(folder.path());
        for (now, before, told) in [
            (vec![1, 2, 3], vec![1, 2, 3], (3, 0)),
            (vec![2, 9], vec![1, 2, 3], (3, 2)),
            (vec![], vec![5], (1, 1)),
            (vec![5], vec![], (0, 0)),
            ((0..20_000).collect(), (10_000..30_000).collect(), (20_000, 10_000)),
        ] {
            write(&before);
            assert_eq!(against(&now, &path).unwrap(), told);
        }
    }
}
