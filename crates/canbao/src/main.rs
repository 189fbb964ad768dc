//! Canbao (参保): who is insured and who must be visited, from a city's departmental extracts.
//!
//! The program: sub-commands, progress, exit codes. Rules of any kind live in the other crates.

mod commands;
mod output;
mod progress;
mod workbooks;

use std::process::ExitCode;

use clap::Parser as _;

use commands::{Arguments, Outcome};
use output::language::Language;

/// Peak memory is part of what is promised; this allocator returns pages early and is quick on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Nothing was written: bad arguments, a missing file, an unreadable source.
const NOTHING_WRITTEN: u8 = 2;

fn main() -> ExitCode {
    let language = Language::asked(std::env::args_os());
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return refuse(&error, language),
    };
    if let Some(login) = arguments.serving() {
        output::serving::begin(login);
    }
    let form = arguments.progress();
    match output::fault::guarded(language, || arguments.run()) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::SomeRejected) => ExitCode::from(1),
        Err(failure) => {
            let text = if form == progress::Form::Json { failure.json() } else { failure.render(language) };
            output::say(&text);
            ExitCode::from(NOTHING_WRITTEN)
        }
    }
}

/// Shows help or the version, or says what is wrong with the command line.
fn refuse(error: &clap::Error, language: Language) -> ExitCode {
    match output::usage::refusal(error) {
        Some(failure) if language == Language::Zh => output::say(&failure.render(language)),
        // standard output or error that has gone away is nobody's loss
        _ => {
            let _ = error.print();
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(NOTHING_WRITTEN))
}
