//! `canbao restore`: a registry as it was when it was backed up.

use std::path::PathBuf;

use canbao_registry::backup::{KeyState, Options, Restored, restore};
use serde_json::json;

use super::Outcome;
use super::audit::shown;
use super::registry::{Database, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print, say};

const EXAMPLES: &str = "\
Examples:
  canbao restore 2016-11-01.canbao --database sqlite:///srv/new/registry.db --key-file /safe/registry.key
  canbao restore 2016-11-01.canbao --database postgresql://canbao@host/empty
  canbao restore 2016-11-01.canbao --replace                 in the place of the registry that is there";

/// Restore a registry from a backup, whole or not at all
///
/// Every digest is checked before anything is written; rows are counted and the audit is verified before the place is
/// taken. Killed at any moment, what was there is there. A registry that is there is refused, unless --replace: the old
/// SQLite files are kept under a name with the time, and nobody may use them meanwhile; in PostgreSQL all of it is one
/// transaction.
///
/// Exit code 1: the registry is restored, but its key is not at its place, or it contradicts its audit (--with-faults).
///
/// Memory: some 100 MB, whatever the size.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Put it in the place of a registry that is there
    #[arg(long)]
    replace: bool,
    /// Restore a registry that contradicted its own audit when it was backed up, too
    #[arg(long)]
    with_faults: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let address = arguments.database.address()?;
    let options = Options { replace: arguments.replace, with_faults: arguments.with_faults };
    let restored = runtime(async { done(restore(&address, &arguments.file, options).await) })?;
    let text = if arguments.json { told(&restored) } else { report(&restored, language) };
    print(&text, language)?;
    if let Some(first) = restored.faults.first() {
        let count = restored.faults.len();
        let sentence = language.pick(
            format!("恢复的登记库与它的审计记录不符，共 {count} 处：{first}。"),
            format!("What was restored contradicts its audit ({count}): {first}."),
        );
        let hint = language.pick("请运行 canbao audit verify 查看全部。", "canbao audit verify shows all of it.");
        say(&Failure::new(sentence).hint(hint).render(language));
    }
    if let Some(failure) = no_key(&restored, language) {
        say(&failure.render(language));
    }
    let whole = restored.faults.is_empty() && restored.key == KeyState::Right;
    Ok(if whole { Outcome::Done } else { Outcome::SomeRejected })
}

/// What is to be said of a key that is not as it should be.
fn no_key(restored: &Restored, l: Language) -> Option<Failure> {
    let path = restored.key_file.display();
    let what = match restored.key {
        KeyState::Right => return None,
        KeyState::Missing => l.pick(format!("没有密钥文件 {path}"), format!("There is no key file {path}")),
        KeyState::Other => l.pick(format!("{path} 是别的登记库的密钥"), format!("{path} is another registry's key")),
        KeyState::Unusable => l.pick(
            format!("密钥文件 {path} 不能用（内容不是密钥，或别的用户也能读）"),
            format!("The key file {path} cannot be used (it is no key, or others can read it)"),
        ),
    };
    let fingerprint = &restored.manifest.facts.key_fingerprint;
    let sentence = l.pick(
        format!("登记库已恢复，但{what}。没有指纹为 {fingerprint} 的密钥，登记库打不开，按号码、姓名都查不到人"),
        format!(
            "{what}. The registry is restored, but without the key of fingerprint {fingerprint} it does not open, \
             and nobody is found by number or name."
        ),
    );
    let hint = l.pick(
        format!("请把另外保存的密钥文件放到 {path}（chmod 600），或用 --key-file、CANBAO_KEY_FILE 指明它在哪里。"),
        format!("Put the copy of the key at {path} (chmod 600), or say where it is by --key-file or CANBAO_KEY_FILE."),
    );
    Some(Failure::new(sentence).hint(hint))
}

const fn word(key: KeyState) -> &'static str {
    match key {
        KeyState::Right => "right",
        KeyState::Missing => "missing",
        KeyState::Other => "other",
        KeyState::Unusable => "unusable",
    }
}

fn told(restored: &Restored) -> String {
    let kept: Vec<String> = restored.kept.iter().map(|path| path.display().to_string()).collect();
    let told = json!({
        "key": word(restored.key), "key_file": restored.key_file.display().to_string(), "kept": kept,
        "migrate": restored.migrate, "faults": restored.faults, "manifest": restored.manifest,
    });
    format!("{told}\n")
}

fn report(restored: &Restored, l: Language) -> String {
    let facts = &restored.manifest.facts;
    let (made, rows) = (&restored.manifest.made_at, figure::count(facts.rows_in_all()));
    let day = if facts.as_of.is_empty() { l.pick("（尚无数据）", "(no data yet)") } else { facts.as_of.as_str() };
    let revision = facts.revision;
    let [head, looks_head] = [&facts.audit.hash, &facts.looks.hash].map(|head| shown(head, l));
    let mut out = l.pick(
        format!(
            "登记库已恢复到 {made} 备份时的状态：{day}，第 {revision} 版，{rows} 行。\n\
             行数、审计记录和查询日志都与备份时一致。\n链尾：{head}\n　　　{looks_head}\n"
        ),
        format!(
            "The registry is as it was backed up at {made}: {day}, revision {revision}, {rows} rows.\n\
             Counts, audit and looks are those of the backup.\nheads: {head}\n       {looks_head}\n"
        ),
    );
    for kept in &restored.kept {
        let kept = kept.display();
        out += &l.pick(format!("原来的登记库保留在 {kept}\n"), format!("What was there is kept as {kept}\n"));
    }
    if restored.migrate {
        let schema = facts.schema;
        out += &l.pick(
            format!("它的结构是第 {schema} 版，比本程序旧：使用前请先运行 canbao registry migrate。\n"),
            format!("Its structure ({schema}) is older than this program's: run canbao registry migrate first.\n"),
        );
    }
    out
}
