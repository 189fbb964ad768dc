//! Procedures in bulk: proposing a department's file, deciding what it became.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use canbao_domain::date::Date;
use canbao_registry::change::{BulkAnswer, BulkProposal, BulkRow, Outcome, Procedure, Settled};
use canbao_registry::query::Asker;
use serde_json::json;

use super::read::{Day, Line, read};
use super::{Database, digest, done, today, with};
use crate::commands::registry::answer::{self, Head, LINE};
use crate::output::failure::Failure;
use crate::output::figure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};

/// The outcome of a row that could not be read.
const UNREADABLE: &str = "无法读取";

/// Put a procedure forward for everybody in a department's file, such as a month's deaths
///
/// PROCEDURE: death, move-out, left-country, conscripted, imprisoned or released. The file may be delimited text, a
/// workbook, DBF or Parquet; its columns are recognised as those of extracts are, the day of the event with them. Each row
/// is in the answer once, with its outcome, unreadable ones too; whoever is known beyond doubt, by number and name, becomes
/// a request. The same file again proposes nothing new. The answer is CSV, or a workbook where it ends in .xlsx, and can
/// be read by its owner alone. The whole file is one look on the log.
///
/// Memory: about 1 KB for each row.
///
/// Exit codes: 0 done; 1 done, but some rows could not be read; 2 nothing was written.
#[derive(clap::Args)]
pub(super) struct Propose {
    /// Which procedure
    #[arg(value_name = "PROCEDURE")]
    procedure: String,
    /// The department's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The papers that came with it, whose digest is kept; else the file's own
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Where the outcomes go: .csv or .xlsx
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The header of the column with the day, where it is not recognised
    #[arg(long, value_name = "HEADER", conflicts_with = "effective")]
    effective_column: Option<String>,
    /// One day for all rows
    #[arg(long, value_name = "DATE")]
    effective: Option<String>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

/// Decide all that a department's file became and that still waits
///
/// Each person is a change of its own, with its audit entry. Where a record changed since it was proposed, its request
/// waits on, to be decided by itself. Stopped at any moment, the same command decides the rest.
#[derive(clap::Args)]
#[group(id = "whether", required = true, multiple = false, args = ["approve", "refuse"])]
pub(super) struct Decide {
    /// The bulk's number
    #[arg(value_name = "BULK")]
    bulk: i64,
    /// They are done
    #[arg(long)]
    approve: bool,
    /// They are not
    #[arg(long)]
    refuse: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where the outcome of each request goes: .csv or .xlsx
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

/// Gives what is printed, and whether some rows could not be read.
pub(super) fn propose(arguments: &Propose, asker: &Asker, language: Language) -> Result<(String, bool), Failure> {
    let since = Instant::now();
    let procedure = done(Procedure::in_bulk(&arguments.procedure))?;
    let (file, out) = (&arguments.file, &arguments.out);
    if out.canonicalize().is_ok_and(|out| file.canonicalize().is_ok_and(|file| file == out)) {
        return Err(Failure::new(
            language.pick("答复不能写在文件本身上。", "The answer would replace the file itself."),
        )
        .hint(language.pick("请给 --out 换一个文件名。", "Name another file by --out.")));
    }
    let day = match (&arguments.effective_column, &arguments.effective) {
        (_, Some(day)) if Date::parse(day).is_none() => {
            return Err(Failure::new(format!("“{day}”不是日期。")).hint("请写成 2016-12-01 的样子。"));
        }
        (_, Some(day)) => Day::Fixed(day),
        (Some(header), None) => Day::Column(header),
        (None, None) => Day::Recognised,
    };
    let lines = read(file, &arguments.procedure, &day)?;
    let rows: Vec<BulkRow> = lines.iter().filter_map(|line| line.content.as_ref().ok().cloned()).collect();
    let evidence = arguments.evidence.as_deref().map(digest).transpose()?;
    let proposal = BulkProposal { procedure, rows, digest: digest(file)?, evidence };
    writable(out, language)?;
    let proposed =
        with(&arguments.database, async |registry| done(registry.propose_bulk(asker, &proposal, today()).await))?;
    let answers = proposed.answers.as_slice();
    let title = format!("批量{}办理结果", proposal.procedure.chinese());
    let note = match proposed.bulk {
        Some(bulk) => format!("批次 {bulk}，共 {} 行，顺序与文件相同。", lines.len()),
        None => format!("没有新的申请，共 {} 行，顺序与文件相同。", lines.len()),
    };
    let columns = ["工作表", LINE, "号码", "姓名", "日期", "结果", "申请编号", "记录编号", "说明"];
    let head = Head { title: &title, note, columns: &columns, day: Some(today()) };
    answer::write(out, &head, told(&lines, answers), language).map_err(|failure| match proposed.bulk {
        Some(bulk) => failure.hint(format!("申请已经提出（批次 {bulk}）；换一个 --out 再运行，会列出每一行的情况。")),
        None => failure,
    })?;
    let of = |outcome| answers.iter().filter(|answer| answer.outcome == outcome).count() as u64;
    let (rows, unreadable) = (lines.len() as u64, (lines.len() - answers.len()) as u64);
    if arguments.json {
        let mut counts = json!({ "bulk": proposed.bulk, "rows": rows, "unreadable": unreadable });
        if let Some(counts) = counts.as_object_mut() {
            counts.extend(Outcome::ALL.map(|outcome| (outcome.as_str().to_owned(), of(outcome).into())));
        }
        return Ok((format!("{counts}\n"), unreadable > 0));
    }
    let mut table =
        Table::new([(language.pick("结果", "outcome"), Side::Left), (language.pick("行数", "rows"), Side::Right)]);
    for outcome in Outcome::ALL.into_iter().filter(|outcome| *outcome == Outcome::Proposed || of(*outcome) > 0) {
        table.row([language.pick(outcome.chinese(), outcome.as_str()).to_owned(), figure::count(of(outcome))]);
    }
    if unreadable > 0 {
        table.row([language.pick(UNREADABLE, "unreadable").to_owned(), figure::count(unreadable)]);
    }
    table.total([language.pick("合计", "all").to_owned(), figure::count(rows)]);
    let (place, time) = (out.display(), figure::seconds(since.elapsed()));
    let mut text = table.render();
    text += &language.pick(
        format!("每一行的结果在 {place}，用时 {time} 秒。\n"),
        format!("Each row's outcome is in {place}; {time} s.\n"),
    );
    text += &match proposed.bulk {
        Some(bulk) => language.pick(
            format!("批次 {bulk} 等待另一人审核：canbao registry change decide-bulk {bulk} --approve --reason …\n"),
            format!("Bulk {bulk} waits for somebody else: canbao registry change decide-bulk {bulk} --approve …\n"),
        ),
        None => language.pick("没有新的申请。\n", "Nothing new was proposed.\n").to_owned(),
    };
    Ok((text, unreadable > 0))
}

/// Each line with what became of it; answers stand for those that could be read.
fn told<'a>(lines: &'a [Line], answers: &'a [BulkAnswer]) -> impl Iterator<Item = Vec<Cow<'a, str>>> {
    let mut answers = answers.iter();
    let number = |value: Option<i64>| value.map_or_else(String::new, |value| value.to_string()).into();
    lines.iter().map(move |line| {
        let mut cells = vec![line.sheet.as_str().into(), line.line.to_string().into()];
        match &line.content {
            Ok(row) => {
                let answer = answers.next();
                cells.extend([&row.number, &row.name, &row.date].map(|text| Cow::from(text.as_str())));
                cells.push(answer.map_or("", |answer| answer.outcome.chinese()).into());
                cells.push(number(answer.and_then(|answer| answer.request)));
                cells.push(number(answer.and_then(|answer| answer.person)));
                cells.push(answer.map_or("", |answer| answer.told.as_str()).into());
            }
            Err(reason) => cells.extend(["", "", "", UNREADABLE, "", "", reason.as_str()].map(Cow::from)),
        }
        cells
    })
}

/// Refuses before anything is proposed where the answer could not be written.
fn writable(out: &Path, language: Language) -> Result<(), Failure> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() && !out.is_dir() {
        return Ok(());
    }
    let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
    Err(crate::output::private::unwritten(out, &missing, language))
}

pub(super) fn decide(arguments: &Decide, asker: &Asker, language: Language) -> Result<String, Failure> {
    if let Some(out) = &arguments.out {
        writable(out, language)?;
    }
    let decided = with(&arguments.database, async |registry| {
        done(registry.decide_bulk(asker, arguments.bulk, arguments.approve, &arguments.reason, today()).await)
    })?;
    if let Some(out) = &arguments.out {
        let rows = decided.iter().map(|decided| {
            let revision = decided.revision.map_or_else(String::new, |revision| revision.to_string());
            let (request, person) = (decided.request.to_string().into(), decided.person.to_string().into());
            let (day, told) = (decided.effective.as_str().into(), decided.told.as_str().into());
            vec![request, person, day, decided.outcome.chinese().into(), revision.into(), told]
        });
        let columns = ["申请编号", "记录编号", "日期", "结果", "版本", "说明"];
        let note = format!("批次 {}，共 {} 件申请。", arguments.bulk, decided.len());
        let head = Head { title: "批量审核结果", note, columns: &columns, day: Some(today()) };
        answer::write(out, &head, rows, language)?;
    }
    let mut counts: BTreeMap<Settled, u64> = BTreeMap::new();
    for decided in &decided {
        *counts.entry(decided.outcome).or_default() += 1;
    }
    let of = |outcome: &Settled| counts.get(outcome).copied().unwrap_or_default();
    if arguments.json {
        let mut told = json!({ "bulk": arguments.bulk, "requests": decided.len() });
        if let Some(told) = told.as_object_mut() {
            told.extend(Settled::ALL.map(|outcome| (outcome.as_str().to_owned(), of(&outcome).into())));
        }
        return Ok(format!("{told}\n"));
    }
    let mut table =
        Table::new([(language.pick("结果", "outcome"), Side::Left), (language.pick("件数", "requests"), Side::Right)]);
    for outcome in Settled::ALL.iter().filter(|outcome| of(outcome) > 0) {
        table.row([language.pick(outcome.chinese(), outcome.as_str()).to_owned(), figure::count(of(outcome))]);
    }
    table.total([language.pick("合计", "all").to_owned(), figure::count(decided.len() as u64)]);
    Ok(table.render())
}
