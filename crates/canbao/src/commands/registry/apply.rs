//! `canbao registry apply`: a comparison becomes the record.

use std::path::PathBuf;
use std::time::Instant;

use canbao_registry::apply::{Apply, apply};
use serde_json::json;

use super::{Database, actor, done, runtime};
use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// Turn a comparison run into the smallest set of changes of the registry
///
/// Nobody sees anything of it before all of it is there; killed at any moment, the registry is as it was, and the same
/// command finishes the work. The agencies' extracts win for what is theirs (enrolment, state, benefit); what a visit or
/// a change confirmed yields only to a later extract, and then as a change to be approved. Applied twice, a run changes
/// nothing.
///
/// Memory: about 150 bytes for each person of the run.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder of the run
    #[arg(value_name = "RUN")]
    run: PathBuf,
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
    let since = Instant::now();
    let applied = runtime(async {
        let registry = arguments.database.open().await?;
        let applied = done(apply(&registry, &arguments.run, &actor(), arguments.dry_run).await);
        registry.close().await;
        applied
    })?;
    let text = if arguments.json { told(&applied) } else { report(&applied, arguments.dry_run, since, language) };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn told(applied: &Apply) -> String {
    let balance = applied.balance;
    let told = json!({
        "as_of": applied.as_of, "revision": applied.revision, "new": balance.new, "changed": balance.changed,
        "ended": balance.ended, "untouched": balance.untouched, "contested": balance.contested,
        "rows_written": balance.rows_written, "rules_changed": applied.rules_changed,
    });
    format!("{told}\n")
}

fn report(applied: &Apply, dry_run: bool, since: Instant, language: Language) -> String {
    let l = language;
    let balance = applied.balance;
    let mut table = Table::new([(l.pick("人员", "people"), Side::Left), (l.pick("人数", "number"), Side::Right)]);
    for (what, people) in [
        (l.pick("新增", "new"), balance.new),
        (l.pick("有变化", "changed"), balance.changed),
        (l.pick("不再出现，转为历史", "ended"), balance.ended),
        (l.pick("没有变化", "untouched"), balance.untouched),
        (l.pick("其中与已核实的内容不同，待审核", "of these contested"), balance.contested),
    ] {
        table.row([what.to_owned(), figure::count(people)]);
    }
    let (day, time) = (&applied.as_of, figure::seconds(since.elapsed()));
    let rows = figure::count(balance.rows_written);
    let end = match (dry_run, applied.revision) {
        (true, _) => l.pick("只作试算，没有写入。\n".to_owned(), "A trial: nothing was written.\n".to_owned()),
        (false, 0) => l.pick("登记库没有变化。\n".to_owned(), "The registry did not change.\n".to_owned()),
        (false, _) => l.pick(
            format!("登记库已更新到 {day}，写入 {rows} 行，用时 {time} 秒。\n"),
            format!("The registry is at {day}: {rows} rows written in {time} s.\n"),
        ),
    };
    let rules = match (applied.rules_changed, dry_run) {
        (false, _) => "",
        (true, true) => l.pick(
            "这次比对用的规则文件与登记库的不同；载入后登记库将按新的规则判定。\n",
            "The run was decided by another rule file; once applied, the record will be, too.\n",
        ),
        (true, false) => l.pick(
            "规则文件有变化：登记库从现在起按这次比对的规则判定。\n",
            "The rule file has changed: from now on the record is decided by this run's.\n",
        ),
    };
    table.render() + rules + &end
}
