//! `canbao synth`: an invented city, with the truth beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use canbao_comparison::Progress;
use canbao_synth::{Made, Plan, Step};
use serde_json::json;

use super::{Outcome, Telling};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::{figure, print};
use crate::progress;

const EXAMPLES: &str = "\
Examples:
  canbao synth --persons 20000 --seed 1 --out city
  canbao synth --persons 3000000 --seed 7 --out big-city
  canbao synth --persons 50000 --seed 7 --out year --months 12";

/// Invent a city: departmental extracts as departments hand them over, and the truth behind them
///
/// Writes every kind of extract with the damage that real ones have, a city file that lists them, and in truth/ whose
/// each row is, who is insured, and what must be found. Nobody in it is real. The same persons and seed give the same
/// city.
///
/// Memory: about 200 bytes for each person; 3 million people take well under 1 GB and less than a minute.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// How many people are registered in the city, 1,000 or more
    #[arg(long, value_name = "N")]
    persons: u64,
    /// What the city is drawn from
    #[arg(long, value_name = "S")]
    seed: u64,
    /// Folder to write the city into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// A city each month, in DIR/YYYY-MM/
    #[arg(long, value_name = "M")]
    months: Option<u32>,
    #[command(flatten)]
    pub(super) telling: Telling,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let since = Instant::now();
    let progress = progress::reporter(arguments.telling.progress, language);
    let plan =
        Plan { persons: arguments.persons, seed: arguments.seed, out: arguments.out.clone(), months: arguments.months };
    let made = invent(&plan, progress.as_ref())?;
    drop(progress);
    let text = if arguments.telling.json {
        told(&made, &arguments.out)
    } else {
        report(&made, &arguments.out, since, language)
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

/// Makes the city of `plan`, telling `progress`.
///
/// # Errors
/// Where the folder is in use, or cannot be written.
pub(super) fn invent(plan: &Plan, progress: &dyn Progress) -> Result<Made, Failure> {
    let tell = |step| match step {
        Step::People { .. } => progress.stage("people", None),
        Step::Rows { rows } => progress.stage("rows", Some(rows)),
        Step::Written { rows } => progress.advance(rows),
    };
    let made =
        canbao_synth::make(plan, &tell).map_err(|error| Failure::new(&error).hints(error.hint().map(str::to_owned)))?;
    progress.done();
    Ok(made)
}

fn told(made: &Made, out: &Path) -> String {
    let findings: BTreeMap<&str, u64> = made.findings.iter().copied().collect();
    let told = json!({
        "out": out, "cities": made.cities, "persons": made.persons, "rows": made.rows, "units": made.units,
        "findings": findings,
    });
    format!("{told}\n")
}

fn report(made: &Made, out: &Path, since: Instant, language: Language) -> String {
    let [persons, rows, units] = [made.persons, made.rows, made.units].map(figure::count);
    let (place, time) = (out.display(), figure::seconds(since.elapsed()));
    language.pick(
        format!("虚构城市已生成：{persons} 人，{units} 个单位，{rows} 行，在 {place}，用时 {time} 秒。\n"),
        format!("An invented city is in {place}: {persons} people, {units} employers, {rows} rows, in {time} s.\n"),
    )
}
