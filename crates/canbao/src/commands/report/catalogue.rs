//! `canbao report catalogue`.

use std::path::PathBuf;

use canbao_report::indicator::EMBEDDED;

use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;

/// The catalogue of indicators that the program carries, as TOML: where a city's own begins
///
/// With a file, says whether it is a catalogue. Keep a city's own as indicators.toml in the data folder of canbao serve.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Check this file
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let Some(path) = &arguments.check else {
        print(EMBEDDED, language)?;
        return Ok(Outcome::Done);
    };
    let all = super::catalogue(Some(path))?.all().len();
    let file = path.display();
    let said = language
        .pick(format!("{file} 没有错，一共 {all} 个指标。\n"), format!("{file} is right: {all} indicators in all.\n"));
    print(&said, language)?;
    Ok(Outcome::Done)
}
