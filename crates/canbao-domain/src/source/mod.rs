//! Kinds of extract, who supplies them, and the canonical fields of their rows.

mod field;
mod insurance;
mod kind;
mod word;

pub use field::Field;
pub use insurance::Insurance;
pub use kind::SourceKind;
pub use word::UnknownWord;
