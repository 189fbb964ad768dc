//! What leaves in an office file or stands on a page: workbooks, with one calm style for all of them, and drawings
//! ([`drawing`]): charts and maps as SVG. Documents are printed ([`print`]): template, data and files become a PDF.
//!
//! A [`Book`] holds pages of facts ([`Page`]), lists ([`List`]) and tables of figures with formulas ([`Sums`]). A list may be as long as it likes: it is written
//! row by row through a file, and goes on in a further sheet where Excel's rows end. Equal content gives equal bytes.
//!
//! Workbooks that are handed out to be filled in are [`fill`]'s.
//!
//! A [`document`] is one content as a PDF and as a DOCX.
//!
//! What the rows mean is not known here.

mod book;
mod cell;
pub mod document;
pub mod drawing;
mod error;
pub mod fill;
mod grid;
pub mod print;

pub use book::{About, Book, Column, Figure, Kind, List, ListPlan, MOST_ROWS, Page, Sums, SumsPlan};
pub use cell::Cell;
pub use error::PaperError;
pub use grid::Grid;
