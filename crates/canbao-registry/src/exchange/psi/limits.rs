//! How large a comparison may be.

use std::num::NonZero;

use super::PsiError;

/// Caps of one run, and how many threads work on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most people asked about. What a cheating asker can find out in one run is limited by it.
    pub asked: usize,
    /// The most insured people of the answerer.
    pub held: usize,
    /// Threads, at least one. The outcome does not depend on it.
    pub threads: usize,
}

impl Default for Limits {
    /// 200,000 asked, 5,000,000 held (160 MB of tags), as many threads as the machine has cores.
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { asked: 200_000, held: 5_000_000, threads }
    }
}

/// What the set of the asker is called in errors.
pub(super) const ASKED: &str = "被查询人员";
/// What the set of the answerer is called in errors.
pub(super) const HELD: &str = "参保人员";

/// Refuses a set beyond its cap.
pub(super) fn within(what: &'static str, count: u64, cap: usize) -> Result<usize, PsiError> {
    match usize::try_from(count) {
        Ok(small) if small <= cap => Ok(small),
        _ => Err(PsiError::TooMany { what, count, cap: cap as u64 }),
    }
}

/// Refuses to ask about more people than the cap.
pub(in crate::exchange) fn within_asked(count: u64, limits: &Limits) -> Result<(), PsiError> {
    within(ASKED, count, limits.asked).map(drop)
}
