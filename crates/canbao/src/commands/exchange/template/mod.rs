//! Files in the layout of the province or the ministry, as a template says it.

mod ask;
mod file;
mod read;
mod take;
mod work_list;
mod write;

use clap::Subcommand;
use serde_json::json;

pub(super) use ask::export;
pub(super) use take::import;

use crate::commands::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::output::print;
use crate::output::table::{Side, Table};

/// Layouts of the province and the ministry
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    List(List),
    Show(Show),
}

/// The built-in templates
#[derive(clap::Args)]
struct List {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
}

/// Print a built-in template, to be edited
#[derive(clap::Args)]
struct Show {
    /// Its name
    #[arg(value_name = "NAME")]
    name: String,
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    let text = match &arguments.command {
        Command::List(arguments) => list(arguments.json, language)?,
        Command::Show(arguments) => {
            file::built_in(&arguments.name).ok_or_else(|| file::unknown(&arguments.name))?.to_owned()
        }
    };
    print(&text, language)?;
    Ok(Outcome::Done)
}

fn list(as_json: bool, language: Language) -> Result<String, Failure> {
    let templates = file::BUILT_IN.iter().map(|(name, _)| file::Template::load(name)).collect::<Result<Vec<_>, _>>()?;
    if as_json {
        let templates: Vec<_> = templates.iter().map(|t| json!({ "name": t.name, "title": t.title })).collect();
        return Ok(format!("{}\n", json!({ "templates": templates })));
    }
    let mut table =
        Table::new([(language.pick("名称", "name"), Side::Left), (language.pick("用途", "title"), Side::Left)]);
    for template in templates {
        table.row([template.name, template.title]);
    }
    Ok(table.render())
}
