//! `canbao registry batch`: a list of numbers and names, each answered.

mod write;

use std::path::{Path, PathBuf};
use std::time::Instant;

use canbao_domain::date::Date;
use canbao_domain::scope::Scope;
use canbao_intake::{Profiles, Roll, RollContent, RollError, SourceFile, read_roll};
use canbao_registry::query::{Asker, Question, Verdict};
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::commands::compare::refused;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// Answer a list of numbers and names: insured or not, where, and in which state
///
/// The list may be delimited text, a workbook, DBF or Parquet; its columns are recognised as those of extracts are. Each
/// of its rows is in the answer once, in its order, unreadable ones too. Where several people have one number, the name
/// tells who is meant. The answer is CSV, or a workbook where FILE ends in .xlsx (in which no spreadsheet rounds a
/// number), and can be read by its owner alone. The whole list is one look on the log.
///
/// Memory: about 500 bytes for each row.
///
/// Exit codes: 0 done; 1 done, but some rows could not be read; 2 nothing was written.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The list
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where the answer goes: .csv or .xlsx
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let since = Instant::now();
    let (file, out) = (&arguments.file, &arguments.out);
    if out.canonicalize().is_ok_and(|out| file.canonicalize().is_ok_and(|file| file == out)) {
        return Err(Failure::new(
            language.pick("答复不能写在所问的名单上。", "The answer would replace the list itself."),
        )
        .hint(language.pick("请给 --out 换一个文件名。", "Name another file by --out.")));
    }
    let list = read(file)?;
    let digest = canbao_run::sha256(file).map_err(|error| Failure::new(&error))?;
    let asker = Asker { actor: actor(), scope: Scope::city(), purpose: "registry batch".into() };
    let questions = list.lines.iter().filter_map(|line| match &line.content {
        RollContent::Asked { number, name } => Some(Question { number: number.clone(), name: name.clone() }),
        RollContent::Unreadable { .. } => None,
    });
    let questions = questions.collect();
    let (answers, as_of) = runtime(async {
        let registry = arguments.database.open().await?;
        let answers = registry.batch(&asker, &format!("sha256:{digest}"), questions).await;
        let as_of = registry.as_of().await;
        registry.close().await;
        Ok((done(answers)?, done(as_of)?))
    })?;
    write::write(out, &list, &answers, Date::parse(&as_of), language)?;
    let unreadable = list.unreadable() as u64;
    let of = |verdict| answers.iter().filter(|answer| answer.verdict == verdict).count() as u64;
    let rows = list.lines.len() as u64;
    let text = if arguments.json {
        let mut told = json!({ "as_of": as_of, "rows": rows, "unreadable": unreadable });
        if let Some(told) = told.as_object_mut() {
            told.extend(Verdict::ALL.map(|verdict| (verdict.as_str().to_owned(), of(verdict).into())));
        }
        format!("{told}\n")
    } else {
        let mut table =
            Table::new([(language.pick("结果", "answer"), Side::Left), (language.pick("行数", "rows"), Side::Right)]);
        for verdict in Verdict::ALL {
            table.row([language.pick(verdict.chinese(), verdict.as_str()).to_owned(), figure::count(of(verdict))]);
        }
        table.row([language.pick(write::UNREADABLE, "unreadable").to_owned(), figure::count(unreadable)]);
        let (rows, out, time) = (figure::count(rows), out.display(), figure::seconds(since.elapsed()));
        let end = language.pick(
            format!("共 {rows} 行，答复在 {out}，用时 {time} 秒。\n"),
            format!("{rows} rows, answered in {out}, in {time} s.\n"),
        );
        table.render() + &end
    };
    print(&text, language)?;
    Ok(if unreadable > 0 { Outcome::SomeRejected } else { Outcome::Done })
}

/// The list, whose columns are recognised as those of extracts are.
fn read(file: &Path) -> Result<Roll, Failure> {
    let profiles = Profiles::embedded().map_err(|error| refused(&error))?;
    let shown = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    // who has the file here has the memory for it, too
    read_roll(SourceFile { path: file.to_owned(), shown }, &profiles, usize::MAX).map_err(|error| match error {
        RollError::Unreadable(error) => refused(&error),
        error => Failure::new(&error)
            .hint("请把名单的列名写成“身份证号码”和“姓名”；用 canbao inspect 可以看到认出了哪些列。"),
    })
}
