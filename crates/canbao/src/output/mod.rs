//! What a person at a terminal reads: tables, bars, figures, refusals.

pub(crate) mod bar;
pub(crate) mod failure;
pub(crate) mod fault;
pub(crate) mod figure;
pub(crate) mod files;
pub(crate) mod language;
pub(crate) mod memory;
pub(crate) mod private;
pub(crate) mod report;
pub(crate) mod serving;
pub(crate) mod table;
pub(crate) mod usage;
pub(crate) mod width;

use std::io::{self, Write as _};

use failure::Failure;
use language::Language;

/// Writes `text` to standard output. A reader that has gone away (`| head`) is no error.
///
/// # Errors
/// Where standard output cannot be written, such as a full disk behind it.
pub(crate) fn print(text: &str, language: Language) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(language.pick(
            format!("结果已经做好，但不能写到标准输出：{error}。"),
            format!("The result is made, but standard output cannot be written: {error}."),
        ))),
        _ => Ok(()),
    }
}

/// Writes `text` to standard error; where that is not possible there is nobody to tell.
pub(crate) fn say(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
