//! How far a job is: bars on a terminal, plain lines when piped, JSON lines for programs. All of it on standard error.

mod json;
mod plain;
mod stage;
mod terminal;

use std::io::{self, IsTerminal as _};

use canbao_comparison::Progress;

use crate::output::language::Language;

/// How progress is shown.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, clap::ValueEnum)]
pub(crate) enum Form {
    /// Bars on a terminal, else plain lines
    #[default]
    Auto,
    /// One line where a stage begins, and one where it ends
    Plain,
    /// One JSON object a line
    Json,
    /// Nothing
    None,
}

/// Something that shows progress in the form asked for.
pub(crate) fn reporter(form: Form, language: Language) -> Box<dyn Progress> {
    match form {
        Form::Auto if io::stderr().is_terminal() => Box::new(terminal::Bars::new(language)),
        Form::Auto | Form::Plain => Box::new(plain::Lines::new(language)),
        Form::Json => Box::new(json::Lines::new()),
        Form::None => Box::new(Silent),
    }
}

/// Shows nothing.
struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &'static str, _total: Option<u64>) {}
    fn advance(&self, _rows: u64) {}
    fn done(&self) {}
}
