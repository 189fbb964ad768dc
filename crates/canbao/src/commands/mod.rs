//! The command line: one file a command.

mod audit;
mod backup;
mod compare;
mod demo;
mod exchange;
mod inspect;
mod registry;
mod report;
mod restore;
mod serve;
mod standard;
mod survey;
mod synth;
mod user;

use clap::{Parser, Subcommand};

use crate::output::failure::Failure;
use crate::output::language::Language;
use crate::progress::Form;

/// Who is insured and who must be visited, from a city's departmental extracts (全民参保登记)
#[derive(Parser)]
#[command(name = "canbao", version, before_help = EXAMPLES, propagate_version = true)]
pub(crate) struct Arguments {
    /// Language of messages and summaries
    #[arg(long, global = true, value_enum, default_value_t, value_name = "LANG")]
    lang: Language,
    /// Given by the server that started this process: on whose word it works, and that it ends when its standard input does
    #[arg(long, global = true, hide = true, value_name = "LOGIN")]
    serving: Option<String>,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  canbao demo                                  invent a city of 20,000, compare it, show the result
  canbao inspect 人社/参保人员.csv             what is recognised in one extract
  canbao compare city.toml --out run-2016-11   compare a city's extracts and write the lists
  canbao registry apply run-2016-11            the comparison becomes the live record
  canbao standard dictionary --out 数据字典.html  items and code tables as a page
  canbao synth --persons 3000000 --seed 7 --out city   invent a big city to measure with";

#[derive(Subcommand)]
enum Command {
    Compare(compare::Arguments),
    Inspect(inspect::Arguments),
    Synth(synth::Arguments),
    Demo(demo::Arguments),
    Registry(registry::Arguments),
    Audit(audit::Arguments),
    Exchange(exchange::Arguments),
    Backup(backup::Arguments),
    Restore(restore::Arguments),
    Serve(serve::Arguments),
    Standard(standard::Arguments),
    User(user::Arguments),
    Report(report::Arguments),
    Survey(survey::Arguments),
}

/// What a command that did its work leaves to say by its exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    /// All of it (exit code 0).
    Done,
    /// All of it, but some rows could not be read and are listed (exit code 1).
    SomeRejected,
}

/// How the result and the progress are told; common to the commands.
#[derive(clap::Args)]
struct Telling {
    /// Print one JSON object to standard output, and nothing else there
    #[arg(long)]
    json: bool,
    /// How progress is shown on standard error
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    progress: Form,
}

impl Arguments {
    /// How progress is to be shown; a failure is told in the same form.
    pub(crate) fn progress(&self) -> Form {
        match &self.command {
            Command::Compare(arguments) => arguments.telling.progress,
            Command::Inspect(_)
            | Command::Registry(_)
            | Command::Audit(_)
            | Command::Exchange(_)
            | Command::Backup(_)
            | Command::Restore(_)
            | Command::Serve(_)
            | Command::Standard(_)
            | Command::User(_)
            | Command::Report(_)
            | Command::Survey(_) => Form::None,
            Command::Synth(arguments) => arguments.telling.progress,
            Command::Demo(arguments) => arguments.telling.progress,
        }
    }

    /// For whom the server started this process.
    pub(crate) fn serving(&self) -> Option<&str> {
        self.serving.as_deref()
    }

    /// Does what the command line asks for.
    ///
    /// # Errors
    /// A sentence with hints, where nothing was written.
    pub(crate) fn run(self) -> Result<Outcome, Failure> {
        match self.command {
            Command::Compare(arguments) => compare::run(&arguments, self.lang),
            Command::Inspect(arguments) => inspect::run(&arguments, self.lang),
            Command::Synth(arguments) => synth::run(&arguments, self.lang),
            Command::Demo(arguments) => demo::run(&arguments, self.lang),
            Command::Registry(arguments) => registry::run(&arguments, self.lang),
            Command::Audit(arguments) => audit::run(&arguments, self.lang),
            Command::Exchange(arguments) => exchange::run(&arguments, self.lang),
            Command::Backup(arguments) => backup::run(&arguments, self.lang),
            Command::Restore(arguments) => restore::run(&arguments, self.lang),
            Command::Serve(arguments) => serve::run(&arguments, self.lang),
            Command::Standard(arguments) => standard::run(&arguments, self.lang),
            Command::User(arguments) => user::run(&arguments, self.lang),
            Command::Report(arguments) => report::run(&arguments, self.lang),
            Command::Survey(arguments) => survey::run(&arguments, self.lang),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }
}
