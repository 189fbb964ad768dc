//! `canbao report snapshot`.

use std::path::PathBuf;

use canbao_report::cube::Cubes;
use canbao_report::take;
use serde_json::json;

use super::{catalogue, failure, told};
use crate::commands::Outcome;
use crate::commands::registry::{Database, actor, done, runtime};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};

/// Count the record as it is now, and keep the counts
///
/// One pass through the people, while nobody waits. What is kept never changes, and is on the audit; its figures stand a row
/// each in the views bi_figure and bi_latest, for other tools. Where the record has
/// not changed since the last snapshot, that one is named and nothing is written.
///
/// Memory: 60 bytes for all who live in one village and are alike, so at most 60 a person.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The city's own indicators, over the program's
    #[arg(long, value_name = "FILE")]
    indicators: Option<PathBuf>,
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: Database,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let catalogue = catalogue(arguments.indicators.as_deref())?;
    let (before, snapshot) = runtime(async {
        let registry = arguments.database.open().await?;
        let before = registry.latest_snapshot().await;
        let taken = take(&registry, &Cubes::default(), &catalogue, &actor()).await;
        registry.close().await;
        Ok((done(before)?, taken.map_err(failure)?))
    })?;
    let is_new = before.is_none_or(|before| before.id != snapshot.id);
    if arguments.json {
        let mut told = told(&snapshot);
        if let Some(told) = told.as_object_mut() {
            told.insert("new".to_owned(), json!(is_new));
        }
        print(&format!("{told}\n"), language)?;
        return Ok(Outcome::Done);
    }
    let people = figure::count(u64::try_from(snapshot.people).unwrap_or_default());
    let (id, day) = (snapshot.id, snapshot.as_of);
    let text = if is_new {
        language.pick(
            format!("已保存第 {id} 号统计快照：截至 {day}，在册 {people} 人。\n"),
            format!("Snapshot {id} is kept: as of {day}, {people} people on the record.\n"),
        )
    } else {
        language.pick(
            format!("登记库没有变化，仍是第 {id} 号统计快照：截至 {day}，在册 {people} 人。\n"),
            format!("Nothing has changed since snapshot {id}: as of {day}, {people} people on the record.\n"),
        )
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}
