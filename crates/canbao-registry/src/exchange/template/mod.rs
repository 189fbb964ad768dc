//! Comparison with the province and the ministry, which run other software: their own workbooks, described by a template.
//!
//! What a file looks like is not known here: rows go out and come in as plain structures. What is kept is the number of
//! each file, whom it asked about, and which answers were taken in.

mod ask;
mod import;

pub use ask::{AskedFile, AskedRow, Draft, Plan};
pub use import::{AnswerDraft, AnswerFile, AnswerLine, TemplateImport, Unusable};
