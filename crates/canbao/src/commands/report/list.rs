//! `canbao report list`.

use serde_json::json;

use super::told;
use crate::commands::Outcome;
use crate::commands::registry::{Database, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::table::{Side, Table};
use crate::output::{figure, print};

/// List the snapshots that were kept
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let snapshots = runtime(async {
        let registry = arguments.database.open().await?;
        let snapshots = done(registry.snapshots().await);
        registry.close().await;
        snapshots
    })?;
    if arguments.json {
        let all: Vec<_> = snapshots.iter().map(told).collect();
        print(&format!("{}\n", json!({ "snapshots": all })), language)?;
        return Ok(Outcome::Done);
    }
    if snapshots.is_empty() {
        let nothing = language.pick(
            "还没有统计快照，请运行 canbao report snapshot 生成一份。\n",
            "No snapshot was kept yet: run canbao report snapshot.\n",
        );
        print(nothing, language)?;
        return Ok(Outcome::Done);
    }
    let mut table = Table::new([
        (language.pick("号", "id"), Side::Right),
        (language.pick("截至", "as of"), Side::Left),
        (language.pick("在册人数", "people"), Side::Right),
        (language.pick("生成时间", "taken"), Side::Left),
        (language.pick("生成人", "by"), Side::Left),
    ]);
    for snapshot in &snapshots {
        table.row([
            snapshot.id.to_string(),
            snapshot.as_of.to_string(),
            figure::count(u64::try_from(snapshot.people).unwrap_or_default()),
            snapshot.taken().get(..16).unwrap_or_default().replace('T', " "),
            snapshot.taken_by.clone(),
        ]);
    }
    print(&table.render(), language)?;
    Ok(Outcome::Done)
}
