//! `canbao registry`: the live record of every person.

mod answer;
mod apply;
mod area;
mod batch;
mod change;
mod database;
mod export_decisions;
mod list;
mod migrate;
mod query;
mod undo;

use clap::Subcommand;

pub(super) use database::{Database, actor, beside, done, failure, runtime};

use super::Outcome;
use crate::output::failure::Failure;
use crate::output::language::Language;

const EXAMPLES: &str = "\
Examples:
  canbao registry migrate --database sqlite:///var/lib/canbao/registry.db   make a registry, or bring it up to date
  canbao registry apply run-2016-11                                         the comparison becomes the record
  canbao registry apply run-2016-12 --dry-run                               what the next one would change
  canbao registry undo --dry-run                                            what taking the last one back would change
  echo 61240119850312001X | canbao registry query --number -                one person, the number in no process list
  canbao registry batch 名单.xlsx --out 答复.xlsx                           a list of numbers and names, each answered
  canbao registry query --unit 91610902MA70EXQ44G --members                 who is insured through an employer
  canbao registry area report-to 610902001003 610999 --from 2017-01-01      a zone manages a village from then on";

/// The live registry: one record for each person, kept true from then on
///
/// The database is named by --database or CANBAO_DATABASE: a file (sqlite:///path/registry.db) or a server
/// (postgresql://user@host/name). The key by which people are found stands beside the file, or where --key-file or
/// CANBAO_KEY_FILE says; without it nobody can be found.
#[derive(clap::Args)]
#[command(before_help = EXAMPLES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Migrate(migrate::Arguments),
    Apply(apply::Arguments),
    Undo(undo::Arguments),
    Query(query::Arguments),
    List(list::Arguments),
    Area(area::Arguments),
    Change(change::Arguments),
    Batch(batch::Arguments),
    ExportDecisions(export_decisions::Arguments),
}

pub(super) fn run(arguments: &Arguments, language: Language) -> Result<Outcome, Failure> {
    match &arguments.command {
        Command::Migrate(arguments) => migrate::run(arguments, language),
        Command::Apply(arguments) => apply::run(arguments, language),
        Command::Undo(arguments) => undo::run(arguments, language),
        Command::Query(arguments) => query::run(arguments, language),
        Command::List(arguments) => list::run(arguments, language),
        Command::Area(arguments) => area::run(arguments, language),
        Command::Change(arguments) => change::run(arguments, language),
        Command::Batch(arguments) => batch::run(arguments, language),
        Command::ExportDecisions(arguments) => export_decisions::run(arguments, language),
    }
}
