//! `canbao report`: figures of the record.

mod analysis;
mod assessment;
mod bulletin;
mod catalogue;
mod export;
mod indicators;
mod list;
mod paper;
mod plan;
mod snapshot;
mod workbook;

use std::path::Path;

use canbao_registry::snapshot::Snapshot;
use canbao_report::ReportError;
use canbao_report::indicator::Catalogue;
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
  canbao report indicators --by age --json               by age band, for another program
  canbao report analysis --area 610902 --out 报告.docx   a county's report, with charts
  canbao report bulletin --area 610900 --out 通报.pdf    who is how far, counties and towns ranked
  canbao report bulletin --below town --out-dir 各镇通报    a bulletin for each town
  canbao report workbook --area 610902 --out 统计表.xlsx  every table, with formulas for totals
  canbao report export --out 统计数据 --format parquet   counts and figures for another program";

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
    Bulletin(Box<bulletin::Arguments>),
    Analysis(Box<analysis::Arguments>),
    Assessment(Box<assessment::Arguments>),
    Workbook(workbook::Arguments),
    Export(export::Arguments),
    Plan(plan::Arguments),
    Catalogue(catalogue::Arguments),
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Snapshot(arguments) => snapshot::run(arguments, language),
        Command::List(arguments) => list::run(arguments, language),
        Command::Indicators(arguments) => indicators::run(arguments, language),
        Command::Bulletin(arguments) => bulletin::run(arguments, language),
        Command::Analysis(arguments) => analysis::run(arguments, language),
        Command::Assessment(arguments) => assessment::run(arguments, language),
        Command::Workbook(arguments) => workbook::run(arguments, language),
        Command::Export(arguments) => export::run(arguments, language),
        Command::Plan(arguments) => plan::run(arguments, language),
        Command::Catalogue(arguments) => catalogue::run(arguments, language),
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

/// The indicators: the program's, with a city's own file over them.
///
/// # Errors
/// Where the file cannot be read, or is no catalogue.
pub(crate) fn catalogue(own: Option<&Path>) -> Result<Catalogue, Failure> {
    let Some(path) = own else { return Ok(Catalogue::embedded().clone()) };
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::new(format!("指标目录 {} 读不出来：{error}。", path.display())))?;
    Catalogue::with(&text).map_err(|error| {
        Failure::new(format!("{error}。")).hint(format!("请改正 {}，写法见 canbao report catalogue。", path.display()))
    })
}

/// Why figures cannot be had, with what to do.
fn failure(error: ReportError) -> Failure {
    let hint = error.hint();
    Failure::new(&error).hint(hint)
}
