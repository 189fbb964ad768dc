//! Papers, made by a child process: the typesetter's memory and faults stay apart from the pages.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use serde::Deserialize;

use super::Program;
use super::child::{self, Ending};

/// Makes a village's forms as a file, whose ending says what it is. Gives a refusal and its hint, where there is one.
///
/// # Errors
/// Where the child cannot be started.
pub(crate) fn make(
    program: &Program,
    actor: &str,
    village: &str,
    file: &Path,
    office: &str,
    open: bool,
    stop: &AtomicBool,
) -> io::Result<Option<(String, String)>> {
    let file = file.to_str().ok_or(io::ErrorKind::InvalidInput)?;
    let mut arguments = vec!["survey", "forms", "--village", village, "--out", file, "--office", office];
    if open {
        arguments.push("--open");
    }
    Ok(match child::run(program, &arguments, actor, stop, &mut |_| {})? {
        Ending::Done(_) => None,
        Ending::Failed(sentence, hint) => Some((sentence, hint)),
        Ending::Stopped => Some(("没有做完就停了。".to_owned(), "请再办一次。".to_owned())),
    })
}

/// A bulletin or a report that is wanted.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// The command that makes it.
    pub(crate) kind: &'static str,
    pub(crate) area: String,
    /// Where it is to stand; the ending says what it is.
    pub(crate) file: PathBuf,
    /// Counts under this are withheld.
    pub(crate) threshold: u64,
    /// The city's own indicators.
    pub(crate) indicators: Option<PathBuf>,
    /// Options by their names.
    pub(crate) given: Vec<(&'static str, String)>,
    /// Its number, as a bulletin has it under the title.
    pub(crate) title: Option<String>,
}

/// What was made.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Made {
    pub(crate) title: String,
    pub(crate) as_of: String,
    pub(crate) snapshot: i64,
    pub(crate) before: Option<i64>,
    pub(crate) threshold: i64,
}

/// Makes a bulletin or a report as a file. Gives a refusal and its hint, where there is one.
///
/// # Errors
/// Where the child cannot be started, or what it says of its work cannot be read.
pub(crate) fn report(
    program: &Program,
    actor: &str,
    wanted: &Wanted,
    stop: &AtomicBool,
) -> io::Result<Result<Made, (String, String)>> {
    let text = |path: &Path| path.to_str().map(str::to_owned).ok_or(io::ErrorKind::InvalidInput);
    let mut arguments = vec!["report".to_owned(), wanted.kind.to_owned()];
    let mut option = |name: &str, value: String| arguments.push(format!("--{name}={value}"));
    option("area", wanted.area.clone());
    option("out", text(&wanted.file)?);
    option("withhold-below", wanted.threshold.to_string());
    if let Some(own) = &wanted.indicators {
        option("indicators", text(own)?);
    }
    for (name, value) in &wanted.given {
        option(name, value.clone());
    }
    if let Some(title) = &wanted.title {
        option("called", title.clone());
    }
    arguments.push("--json".to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match child::run(program, &arguments, actor, stop, &mut |_| {})? {
        Ending::Done(said) => Ok(Ok(serde_json::from_str(&said).map_err(io::Error::other)?)),
        Ending::Failed(sentence, hint) => Ok(Err((sentence, hint))),
        Ending::Stopped => Ok(Err(("没有做完就停了。".to_owned(), "请再办一次。".to_owned()))),
    }
}
