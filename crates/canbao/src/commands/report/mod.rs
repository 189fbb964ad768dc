//! `canbao report`: figures of the record.

mod indicators;
mod list;
mod snapshot;

use canbao_registry::snapshot::Snapshot;
use canbao_report::ReportError;
use clap::Subcommand;
use serde_json::{Value, json};

use super::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;

const EXAMPLES: &str = "\
Examples:
  canbao report snapshot                                 count the record as it is now; keep the counts
  canbao report list                                     what was kept
  canbao report indicators                               the city's figures, county by county
  canbao report indicators --area 610902 --by town       a county's, town by town
  canbao report indicators --by age --json               by age band, for another program";

/// Figures: counts of the record that are kept, and indicators worked out from them
///
/// All figures come from snapshots: the record as it stood at one moment, counted once and never changed, so that no two
/// pages disagree and last month's figures stay what they were.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Snapshot(snapshot::Arguments),
    List(list::Arguments),
    Indicators(indicators::Arguments),
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Snapshot(arguments) => snapshot::run(arguments, language),
        Command::List(arguments) => list::run(arguments, language),
        Command::Indicators(arguments) => indicators::run(arguments, language),
    }
}

/// A snapshot for another program.
fn told(snapshot: &Snapshot) -> Value {
    json!({
        "id": snapshot.id, "as_of": snapshot.as_of.to_string(), "revision": snapshot.revision,
        "taken_at": snapshot.taken(), "taken_by": snapshot.taken_by, "people": snapshot.people,
        "digest": snapshot.digest,
    })
}

/// Why figures cannot be had, with what to do.
fn failure(error: ReportError) -> Failure {
    let hint = error.hint();
    Failure::new(&error).hint(hint)
}
