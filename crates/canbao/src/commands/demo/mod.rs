//! `canbao demo`: invents a city, compares it, shows the result, and serves it.

mod office;

use std::path::{Path, PathBuf};
use std::time::Instant;

use canbao_synth::Plan;

use super::{Outcome, Telling, compare, serve, synth};
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::progress;

const EXAMPLES: &str = "\
Examples:
  canbao demo
  canbao demo --persons 200000 --dir /tmp/demo";

/// Invent a city, compare it, show who is insured and who must be visited, and serve it to a browser
///
/// The city is written to DIR/city, its comparison to DIR/run, its record to DIR/registry; all are replaced when the demo
/// is run again. Folders that hold anything else are left alone. Then the pages are served on loopback, on port 8080 or a
/// free one, with an account of each role, until Ctrl-C or SIGTERM ends it.
///
/// Memory: less than 1 GB for the 20,000 people that it invents unless told otherwise.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    /// How many people are registered in the city, 1,000 or more
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    persons: u64,
    /// What the city is drawn from
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Folder for the city and the run
    #[arg(long, value_name = "DIR", default_value = "canbao-demo")]
    dir: PathBuf,
    /// End after the comparison, and serve nothing
    #[arg(long)]
    no_serve: bool,
    #[command(flatten)]
    effort: compare::Effort,
    #[command(flatten)]
    pub(super) telling: Telling,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let since = Instant::now();
    let (city, out) = (arguments.dir.join("city"), arguments.dir.join("run"));
    let progress = progress::reporter(arguments.telling.progress, language);
    let plan = Plan { persons: arguments.persons, seed: arguments.seed, out: city.clone(), months: None };
    synth::invent(&plan, progress.as_ref())?;
    let city_file = city.join("city.toml");
    let compared = compare::compare(&city_file, &out, &arguments.effort, progress.as_ref())?;
    drop(progress);
    let text = if arguments.telling.json {
        compare::json(&compared.summary)?
    } else {
        let mut text = compared.report(&out, since, language);
        text.push_str(&next(&city_file, &out, language));
        text
    };
    print(&text, language)?;
    if !arguments.no_serve {
        serve::runtime(office::serve(&arguments.dir.join("registry"), &out, language))?;
    }
    // the city's unreadable rows were made so on purpose: whoever sees the demo for the first time sees a success
    Ok(Outcome::Done)
}

/// What to try next, by the name under which the program was started.
fn next(city: &Path, out: &Path, language: Language) -> String {
    let (city, out) = (city.display(), out.display());
    let canbao = std::env::args_os().next().unwrap_or_else(|| "canbao".into());
    let canbao = Path::new(&canbao).display();
    language.pick(
        format!("\n接下来可以：\n  {canbao} compare {city} --out {out}\n  {canbao} inspect <数据文件>\n"),
        format!("\nWhat to try next:\n  {canbao} compare {city} --out {out}\n  {canbao} inspect <an extract>\n"),
    )
}
