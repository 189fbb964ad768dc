//! Papers, made by a child process: the typesetter's memory and faults stay apart from the pages.

use std::io;
use std::path::Path;
use std::sync::atomic::AtomicBool;

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
