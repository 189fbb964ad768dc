//! `canbao registry undo`: takes the last apply back.

use canbao_registry::apply::{Undo, undo};
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// People who are named on the terminal, at most.
const NAMED: usize = 50;

/// Take the last apply back: what it changed is as it was before
///
/// It becomes a revision of its own; history is added to, never overwritten. People on whom something later rests (a
/// change by hand, a request that waits, a confirmation) are left as they are, and listed by the registry's identifiers.
/// Nobody sees anything of it before all of it is there; killed at any moment, the registry is as it was.
///
/// Memory: about 200 bytes for each person whom the apply changed.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The revision of the apply; it must be the last one that was not undone yet
    #[arg(long, value_name = "N")]
    revision: Option<i64>,
    /// Count what would change, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let undone = runtime(async {
        let registry = arguments.database.open().await?;
        let undone = done(undo(&registry, arguments.revision, &actor(), arguments.dry_run).await);
        registry.close().await;
        undone
    })?;
    let text = if arguments.json { told(&undone) } else { report(&undone, language) };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn told(undone: &Undo) -> String {
    let told = json!({
        "undone": undone.undone, "revision": undone.revision, "as_of": undone.as_of, "restored": undone.restored,
        "ended": undone.ended, "left": undone.left, "rows_written": undone.rows_written,
    });
    format!("{told}\n")
}

fn report(undone: &Undo, l: Language) -> String {
    let mut table = Table::new([(l.pick("人员", "people"), Side::Left), (l.pick("人数", "number"), Side::Right)]);
    let left = undone.left.len() as u64;
    for (what, people) in [
        (l.pick("恢复原状", "restored"), undone.restored),
        (l.pick("由那次更新新增，转为历史", "brought by it, ended"), undone.ended),
        (l.pick("之后另有变更，保持现状", "changed since, left"), left),
    ] {
        table.row([what.to_owned(), figure::count(people)]);
    }
    let mut out = table.render();
    if left > 0 {
        let named: Vec<String> = undone.left.iter().take(NAMED).map(i64::to_string).collect();
        let named = named.join(l.pick("、", ", "));
        let more = if undone.left.len() > NAMED {
            l.pick("等（全部见 --json）", " and more (all by --json)")
        } else {
            ""
        };
        out += &l.pick(format!("保持现状的人员编号：{named}{more}\n"), format!("Left as they are: {named}{more}\n"));
    }
    let (of, day) = (undone.undone, undone.as_of.as_str());
    out += &match (undone.revision, day) {
        (0, _) => l.pick(
            format!("只作试算（第 {of} 版更新），没有写入。\n"),
            format!("A trial on apply {of}: nothing was written.\n"),
        ),
        (_, "") => l.pick(
            format!("第 {of} 版更新已撤销，登记库回到没有数据的状态。\n"),
            format!("Apply {of} is undone: the registry holds nobody.\n"),
        ),
        (_, day) => l.pick(
            format!("第 {of} 版更新已撤销，登记库回到 {day}。\n"),
            format!("Apply {of} is undone: the registry is at {day}.\n"),
        ),
    };
    out
}
