//! Help opens with examples, says what memory it takes, and names every option of the contract.

use crate::support::folder::fresh;
use crate::support::program::run_well;

#[test]
fn help_opens_with_examples() {
    let folder = fresh("help");
    for command in [
        vec!["--help"],
        vec!["compare", "--help"],
        vec!["inspect", "--help"],
        vec!["synth", "--help"],
        vec!["demo", "--help"],
        vec!["backup", "--help"],
        vec!["restore", "--help"],
        vec!["standard", "--help"],
        vec!["standard", "list", "--help"],
        vec!["standard", "dictionary", "--help"],
        vec!["standard", "export", "--help"],
        vec!["standard", "import", "--help"],
        vec!["standard", "compare", "--help"],
        vec!["standard", "unknown", "--help"],
        vec!["user", "--help"],
        vec!["user", "token", "--help"],
    ] {
        let help = run_well(&folder, &command);
        assert!(help.starts_with("Examples:\n  canbao "), "{command:?}:\n{help}");
        let memory = command.len() == 1 || help.contains("Memory: ");
        assert!(memory, "{command:?} does not say what memory it takes");
    }
}

#[test]
fn the_options_that_other_programs_use_are_there() {
    let folder = fresh("options");
    for (command, options) in [
        ("compare", &["--out", "--memory-limit", "--no-workbooks", "--json", "--progress", "--lang", "--workers"][..]),
        ("synth", &["--persons", "--seed", "--out", "--months"]),
        ("demo", &["--persons", "--dir"]),
        ("inspect", &["--json"]),
        ("backup", &["--out", "--replace", "--json", "--database"]),
        ("restore", &["--replace", "--json", "--database", "--key-file"]),
    ] {
        let help = run_well(&folder, &[command, "--help"]);
        for option in options {
            assert!(help.contains(option), "{command} has no {option}");
        }
    }
}

#[test]
fn the_version_is_that_of_the_workspace() {
    let version = run_well(&fresh("version"), &["--version"]);
    assert_eq!(version, format!("canbao {}\n", env!("CARGO_PKG_VERSION")));
}
