//! `canbao backup`: the whole registry as one file.

use std::path::PathBuf;

use canbao_registry::backup::{Backup, Checked, backup};
use serde_json::json;

use super::Outcome;
use super::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print, say};

const EXAMPLES: &str = "\
Examples:
  canbao backup --out 2016-11-01.canbao                      one file, while others go on working
  canbao backup --out /backup/daily.canbao --replace         in the place of yesterday's, whole or not at all
  canbao restore 2016-11-01.canbao --database sqlite:///srv/new/registry.db";

/// Back the registry up into one file, while others go on working
///
/// One state of the record and of the looks, read again and restored for a trial before the file appears: rows are
/// counted, the audit is verified, and both heads must be those that were copied. The file (a zip archive, mode 0600)
/// holds personal data; the key is never in it: keep a copy of the key apart. The registry's audit tells of each backup.
///
/// A PostgreSQL registry is dumped by pg_dump and tried out in a database of its own on the same server, which is removed
/// afterwards; a role that may make none leaves it at the digests, and the output says so. Disk: twice the size of a
/// SQLite registry beside the file, while it works.
///
/// Memory: some 100 MB, whatever the size.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Put it in the place of a file that is there
    #[arg(long)]
    replace: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let address = arguments.database.address()?;
    let made = runtime(async { done(backup(&address, &arguments.out, arguments.replace, &actor()).await) })?;
    let text = if arguments.json { told(arguments, &made) } else { report(arguments, &made, language) };
    print(&text, language)?;
    if made.entry.is_none() {
        let failure = language.pick(
            "备份文件已经写好，但没有记入审计记录：登记库此时不能写入。",
            "The file is made, but the audit does not tell of it: the registry could not be written.",
        );
        let hint = language.pick(
            "请确认数据库还在运行、磁盘有空间，再备份一次。",
            "Check the database and its disk, and back up again.",
        );
        say(&Failure::new(failure).hint(hint).render(language));
    }
    if let Some(first) = made.faults.first() {
        let sentence = language.pick(
            format!("备份与登记库一致，但登记库本身与审计记录不符，共 {} 处：{first}。", made.faults.len()),
            format!("The backup is true, but the registry contradicts its audit ({}): {first}.", made.faults.len()),
        );
        let hint = language.pick(
            "请运行 canbao audit verify 查看，并保留较早的备份。",
            "Run canbao audit verify, and keep the earlier backups.",
        );
        say(&Failure::new(sentence).hint(hint).render(language));
    }
    let whole = made.entry.is_some() && made.faults.is_empty();
    Ok(if whole { Outcome::Done } else { Outcome::SomeRejected })
}

fn told(arguments: &Arguments, made: &Backup) -> String {
    let told = json!({
        "file": arguments.out.display().to_string(), "bytes": made.bytes, "sha256": made.sha256,
        "checked": match made.checked { Checked::Restored => "restored", Checked::Listed => "listed" },
        "entry": made.entry, "faults": made.faults, "manifest": made.manifest,
    });
    format!("{told}\n")
}

fn report(arguments: &Arguments, made: &Backup, l: Language) -> String {
    let facts = &made.manifest.facts;
    let (file, bytes, sha256) = (arguments.out.display(), figure::bytes(made.bytes), &made.sha256);
    let (rows, people) = (figure::count(facts.rows_in_all()), facts.rows.get("person").copied().unwrap_or_default());
    let (people, day) = (figure::count(people), facts.as_of.as_str());
    let day = if day.is_empty() { l.pick("（尚无数据）", "(no data yet)") } else { day };
    let (revision, seq, looks) = (facts.revision, facts.audit.seq, facts.looks.seq);
    let checked = match made.checked {
        Checked::Restored => l.pick(
            "已经试恢复：行数、审计记录和链尾都与备份时一致。",
            "Restored for a trial: counts, audit and heads are those that were backed up.",
        ),
        Checked::Listed => l.pick(
            "只核对了摘要和目录：这个数据库用户不能建临时数据库，没有试恢复。",
            "Only digests and contents were checked: this role may make no database to restore it for a trial.",
        ),
    };
    let fingerprint = &facts.key_fingerprint;
    l.pick(
        format!(
            "备份文件：{file}（{bytes}）\n\
             内　　容：登记库 {day}，第 {revision} 版，{rows} 行（其中人员记录 {people} 行），\
             审计记录 {seq} 条，查询日志 {looks} 条\n\
             SHA-256 ：{sha256}\n\
             {checked}\n\
             密钥不在备份里（指纹 {fingerprint}）：请另外保存密钥文件。\n"
        ),
        format!(
            "file:     {file} ({bytes})\n\
             contents: the registry at {day}, revision {revision}, {rows} rows ({people} of people), \
             {seq} audit entries, {looks} looks\n\
             SHA-256:  {sha256}\n\
             {checked}\n\
             The key is not in it (fingerprint {fingerprint}): keep the key file apart.\n"
        ),
    )
}
