//! `canbao audit`: proof of what was done.

use canbao_registry::audit::verify;
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

/// Check both chains: any change, gap or reorder is found, and told where
///
/// The heads that it prints are to be kept elsewhere: an end that was cut off shows by them alone.
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
            "looks_head": verified.looks_head, "faults": verified.faults,
        });
        print(&format!("{told}\n"), language)?;
    } else if verified.faults.is_empty() {
        let (entries, looks) = (figure::count(verified.entries), figure::count(verified.looks));
        let (head, looks_head) = (&verified.head, &verified.looks_head);
        print(
            &language.pick(
                format!("审计记录 {entries} 条、查询日志 {looks} 条，都连得上。\n链尾：{head}\n　　　{looks_head}\n"),
                format!(
                    "{entries} entries and {looks} looks: both chains are whole.\nheads: {head}\n       {looks_head}\n"
                ),
            ),
            language,
        )?;
    }
    match verified.faults.first() {
        None => Ok(Outcome::Done),
        Some(first) => Err(Failure::new(format!("审计记录被改动过，共发现 {} 处。{first}。", verified.faults.len()))
            .hints(verified.faults.iter().skip(1).take(20).cloned())),
    }
}
