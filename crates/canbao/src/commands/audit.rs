//! `canbao audit`: proof of what was done.

use canbao_registry::audit::{Verified, verify};
use clap::Subcommand;
use serde_json::json;

use super::Outcome;
use super::registry::{Database, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Proof of what was done and looked at
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Verify(Verify),
}

/// Check both chains and sum the record up again: whatever was changed past the program is found, and told where
///
/// Any change, gap or reorder in the audit or the looks shows. The rows that each apply and each change by hand wrote are
/// summed up anew and held against the audit: a row that was changed, added or deleted in the database itself shows by
/// its revision and table. The heads that it prints are to be kept elsewhere: an end that was cut off shows by them alone.
///
/// Memory: some 100 MB for each 500,000 revisions at once, whatever the number of people.
#[derive(clap::Args)]
struct Verify {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let Command::Verify(arguments) = &arguments.command;
    let verified = runtime(async {
        let registry = arguments.database.open().await?;
        let verified = done(verify(&registry).await);
        registry.close().await;
        verified
    })?;
    if arguments.json {
        let told = json!({
            "entries": verified.entries, "head": verified.head, "looks": verified.looks,
            "looks_head": verified.looks_head, "applies": verified.applies, "changes": verified.changes,
            "rows": verified.rows, "faults": verified.faults,
        });
        print(&format!("{told}\n"), language)?;
    } else if verified.faults.is_empty() {
        print(&report(&verified, language), language)?;
    }
    match verified.faults.first() {
        None => Ok(Outcome::Done),
        Some(first) => Err(Failure::new(format!("登记库被改动过，共发现 {} 处：{first}。", verified.faults.len()))
            .hints(verified.faults.iter().skip(1).take(20).cloned())
            .hint("请保留数据库现状，查清是谁、何时改的；需要时用较早的备份（canbao restore）恢复到别处对照。")),
    }
}

fn report(verified: &Verified, l: Language) -> String {
    let [entries, looks, applies, changes, rows] =
        [verified.entries, verified.looks, verified.applies, verified.changes, verified.rows].map(figure::count);
    let [head, looks_head] = [&verified.head, &verified.looks_head].map(|head| shown(head, l));
    l.pick(
        format!(
            "审计记录 {entries} 条、查询日志 {looks} 条，都连得上。\n\
             重新汇总了 {applies} 次更新、{changes} 次变更写入的 {rows} 行，都与审计记录一致。\n\
             链尾：{head}\n　　　{looks_head}\n"
        ),
        format!(
            "{entries} entries and {looks} looks: both chains are whole.\n\
             {rows} rows of {applies} applies and {changes} changes, summed up again: all as the audit says.\n\
             heads: {head}\n       {looks_head}\n"
        ),
    )
}

/// The end of a chain as it is shown.
pub(super) fn shown(head: &str, l: Language) -> &str {
    if head.is_empty() { l.pick("（空）", "(empty)") } else { head }
}
