//! The inputs' digests, made by whichever thread has nothing else to do.

use crate::error::CompareError;
use canbao_intake::City;
use canbao_run::{Input, RunError};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A file's digest is made once, by one thread.
pub(crate) struct Digests<'a> {
    /// Path and how it is shown, in the order of the city file.
    files: Vec<(&'a Path, &'a str)>,
    state: Mutex<State>,
}

struct State {
    /// Places of the files that nobody has taken, the largest last.
    left: Vec<usize>,
    made: Vec<Option<Result<String, RunError>>>,
}

impl<'a> Digests<'a> {
    pub(crate) fn new(city: &'a City) -> Self {
        let files: Vec<(&Path, &str)> =
            city.sources.iter().flat_map(|s| &s.files).map(|f| (f.path.as_path(), f.shown.as_str())).collect();
        let bytes = |at: &usize| files.get(*at).and_then(|(path, _)| path.metadata().ok()).map_or(0, |m| m.len());
        let mut left: Vec<usize> = (0..files.len()).collect();
        left.sort_by_cached_key(bytes);
        let made = (0..files.len()).map(|_| None).collect();
        Self { files, state: Mutex::new(State { left, made }) }
    }

    /// Makes digests until no file is left that nobody has taken.
    pub(crate) fn make(&self) {
        let next = || self.state.lock().unwrap_or_else(PoisonError::into_inner).left.pop();
        while let Some(at) = next() {
            let Some((path, _)) = self.files.get(at) else { continue };
            let digest = canbao_run::sha256(path);
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(made) = state.made.get_mut(at) {
                *made = Some(digest);
            }
        }
    }

    /// Makes no more of them.
    pub(crate) fn give_up(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).left.clear();
    }

    /// All of them, in the order of the city file.
    pub(crate) fn finish(self) -> Result<Vec<Input>, CompareError> {
        self.make();
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut inputs = Vec::with_capacity(self.files.len());
        for ((_, shown), made) in self.files.iter().zip(state.made) {
            let sha256 = made.ok_or_else(|| CompareError::internal("输入校验中断"))??;
            inputs.push(Input { path: (*shown).to_owned(), sha256 });
        }
        Ok(inputs)
    }
}
