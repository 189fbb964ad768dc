//! Files that a form sends along, taken as they come: never whole in memory, never under the name that they were given.
//!
//! Only a route that says so takes any ([`FileLimit`]), and only after the gate has let its sender in. A page's form has its
//! token first, which is checked before a byte of a file is taken; a program has shown its own. Each file is then a private
//! one (mode 0600, a random name) in the data folder until a page keeps it; what nobody keeps is gone with the request,
//! and what a killed process left is swept by the next.

mod file;
mod pace;
mod receive;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
mod tests;
mod typed;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::fault::Fault;

pub(crate) use file::{SentFile, private_folder, sweep};
#[cfg(test)]
use receive::receive;
pub(crate) use receive::{Token, is_form, take};
pub(crate) use typed::typed;

/// The sizes that files may have. In bytes.
#[derive(Clone, Copy, Debug)]
pub struct UploadLimits {
    /// Of an extract, all files of one form together.
    pub extract_bytes: u64,
    /// Of papers that go with something (evidence, a photograph, a list to be looked up), all of one form together.
    pub paper_bytes: u64,
    /// What must stay free on the disk, or the record could not be written any more.
    pub free_bytes: u64,
    /// How fast they must come, at least: bytes a second.
    pub rate_bytes_per_s: u64,
    /// How long a sender may be silent, and how long the slowest may take before the rate counts.
    pub patience: Duration,
    /// How many are taken at once.
    pub at_once: usize,
}

impl Default for UploadLimits {
    fn default() -> Self {
        Self {
            extract_bytes: 2 << 30,
            paper_bytes: 20 << 20,
            free_bytes: 512 << 20,
            rate_bytes_per_s: 4 << 10,
            patience: Duration::from_secs(60),
            at_once: 8,
        }
    }
}

/// What files a route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileLimit {
    /// Departments' extracts.
    Extract,
    /// Papers that go with something, and lists to be looked up.
    Paper,
}

impl FileLimit {
    pub(crate) const fn bytes(self, limits: &UploadLimits) -> u64 {
        match self {
            Self::Extract => limits.extract_bytes,
            Self::Paper => limits.paper_bytes,
        }
    }
}

/// A form with its files, as a handler takes it.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    fields: Vec<(String, String)>,
    pub(crate) files: Vec<SentFile>,
}

impl Sent {
    /// A form that sends no file.
    pub(crate) const fn of(fields: Vec<(String, String)>) -> Self {
        Self { fields, files: Vec::new() }
    }

    /// All that was typed, by the names of the fields, in its order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// What was typed in a field; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The files of a field.
    pub(crate) fn files_of(&mut self, field: &str) -> Vec<SentFile> {
        let (of_field, others) = std::mem::take(&mut self.files).into_iter().partition(|file| file.field == field);
        self.files = others;
        of_field
    }
}

/// A form on its way from the gate to its handler.
#[derive(Clone)]
pub(crate) struct Carried(Arc<Mutex<Option<Sent>>>);

impl Carried {
    pub(crate) fn new(sent: Sent) -> Self {
        Self(Arc::new(Mutex::new(Some(sent))))
    }
}

impl<S: Sync> FromRequestParts<S> for Sent {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Fault> {
        let carried = parts.extensions.get::<Carried>();
        let sent = carried.and_then(|carried| carried.0.lock().unwrap_or_else(PoisonError::into_inner).take());
        sent.ok_or(Fault::Nonsense("没有收到文件。", "请返回上一页重新选择文件。"))
    }
}
