//! The program as a process.

use std::path::Path;
use std::process::{Command, Output};

/// The program with these arguments, ready to start in `folder`.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_canbao"));
    command.current_dir(folder).args(arguments);
    command
}

/// Runs the program in `folder` and waits.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

/// Runs the program; anything but exit code 0 fails the test with what the program said.
pub(crate) fn run_well(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "canbao {arguments:?} said:\n{said}");
    String::from_utf8(output.stdout).unwrap()
}

/// Exit code, standard output and standard error as one text, to be held against what is expected.
pub(crate) fn transcript(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    format!(
        "exit: {}\n--- stdout\n{}--- stderr\n{}",
        output.status.code().map_or("killed".to_owned(), |code| code.to_string()),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}
