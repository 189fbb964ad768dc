//! `canbao survey`: the house-to-house survey without a browser.

mod assign;
mod forms;
mod import;
mod status;

use std::path::Path;

use canbao_domain::standard::Standard;
use canbao_survey::form::Forms;
use clap::Subcommand;

use super::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;

const EXAMPLES: &str = "\
Examples:
  canbao survey assign --name 2016年第一批 --due 2016-12-10     everybody who must be visited gets a task
  canbao survey status                                          how far each county is
  canbao survey status --area 610902001 --json                  a town's villages, for another program
  canbao survey forms --village 610902001003 --out 新兴村.pdf   a village's forms, filled in as far as is known
  canbao survey forms --village 610902001003 --out 新兴村.xlsx  the same as a workbook, to be filled in
  canbao survey import 新兴村.xlsx                              what was filled in; safe to send twice";

/// The house-to-house survey: rounds of tasks, forms on paper and as workbooks, progress
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Assign(assign::Arguments),
    Forms(forms::Arguments),
    Import(import::Arguments),
    Status(status::Arguments),
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Assign(arguments) => assign::run(arguments, language),
        Command::Forms(arguments) => forms::run(arguments, language),
        Command::Import(arguments) => import::run(arguments, language),
        Command::Status(arguments) => status::run(arguments, language),
    }
}

/// The forms: those of the program, and over them a city's own files (`person.toml`, `household.toml`, `unit.toml`) in a
/// folder.
///
/// # Errors
/// Where one cannot be read, or will not do.
pub(crate) fn forms_in(folder: Option<&Path>) -> Result<Forms, Failure> {
    let mut texts = Vec::new();
    for name in ["person.toml", "household.toml", "unit.toml"] {
        let Some(path) = folder.map(|folder| folder.join(name)).filter(|path| path.is_file()) else { continue };
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::new(format!("登记表的定义 {} 读不出来：{error}。", path.display())))?;
        texts.push(text);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Forms::with(texts, Standard::embedded()).map_err(|error| Failure::new(&error).hint(error.hint()))
}

/// Today, in China.
pub(crate) fn today() -> canbao_domain::date::Date {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    canbao_registry::day_of(i64::try_from(now.as_millis()).unwrap_or_default())
}
