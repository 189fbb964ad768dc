//! The rows of a question and of an answer: the contents of a parcel.
//!
//! JSON lines in UTF-8, each ended by a newline and at most [`MAX_LINE`] bytes long. The first line says what follows:
//! `{"rows":"question","version":1}`. Whoever reads it is not disturbed by fields that it does not know;
//! what changes the meaning of the known ones is another version.
//!
//! A question row: `{"row":1,"number":"…","name":"…","ask":["pension","medical"]}`.
//!
//! An answer row: `{"row":1,"insurance":"pension","outcome":"insured","scheme":"…","area":"…","status":"…","since":"…"}`,
//! of which only the first three must be there.
//!
//! JSON lines and not Arrow: a person can read them when two offices disagree, another program can write them
//! in an afternoon, and at a few hundred bytes a row the seal around them takes longer than their text.

mod answer;
mod error;
mod line;
mod question;
mod read;
mod write;

pub use answer::{AnswerRow, Outcome};
pub use error::RowsError;
pub use question::{Asked, QuestionRow};
pub use read::RowReader;
pub use write::RowWriter;

use line::Line;

/// The longest line, in bytes, with its newline.
pub const MAX_LINE: usize = 4096;

const VERSION: u32 = 1;

/// A kind of row: [`QuestionRow`] or [`AnswerRow`].
#[expect(private_bounds, reason = "there are no others")]
pub trait Row: Line {}

impl Row for QuestionRow {}
impl Row for AnswerRow {}
