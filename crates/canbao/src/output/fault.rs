//! Faults of the program itself: where they are, and nothing of what was being read.
//!
//! A panic's message may quote what was being read, which is somebody's data, so it is never shown. Readers catch the
//! panics of libraries that a damaged file sets off, and refuse the file in a sentence; whatever nobody catches ends
//! here.

use std::panic::{self, AssertUnwindSafe, Location};
use std::sync::{Mutex, PoisonError};

use super::failure::Failure;
use super::language::Language;

/// Where the last panic was.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; a panic that nobody caught is a refusal like any other.
///
/// # Errors
/// As `work`, or where it panicked.
pub(crate) fn guarded<T>(language: Language, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::set_hook(Box::new(|info| {
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = info.location().map(place);
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let place = LAST.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        Err(Failure::new(language.pick(
            format!("程序内部出错（{place}），没有写出任何结果。"),
            format!("A fault of the program ({place}); nothing was written."),
        ))
        .hint(language.pick(
            "请保留输入文件，并把这句话报告给维护人员。",
            "Keep the input, and report this line to the maintainers.",
        )))
    })
}

/// `parquet-59.3.2/src/util/bit_util.rs:254`, without the folders of whoever built the program.
pub(crate) fn place(location: &Location<'_>) -> String {
    let file = location.file().replace('\\', "/");
    let folders: Vec<&str> = file.split('/').collect();
    let sources = folders.iter().rposition(|folder| *folder == "src").unwrap_or(1).saturating_sub(1);
    let kept = folders.get(sources..).unwrap_or_default().join("/");
    format!("{kept}:{}", location.line())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_the_crate_and_the_line_alone() {
        let here = Location::caller();
        assert_eq!(place(here), format!("canbao/src/output/fault.rs:{}", here.line()));
    }
}
