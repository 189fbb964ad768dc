//! The tests of paper: what is written is read back by another library.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod documents;
mod drawings;
mod lists;
mod pages;
mod printing;

use std::path::Path;

use calamine::{Data, Range, Reader as _, Xlsx, open_workbook};
use canbao_paper::{About, Book};

/// A workbook of the day 2016-11-01.
fn book(path: &Path) -> Book {
    let about =
        About { title: "汉滨区 R&D".to_owned(), author: "全民参保登记".to_owned(), date: (2016, 11, 1) };
    Book::create(path, about).unwrap()
}

/// The sheets of a workbook with their names.
fn read(path: &Path) -> Vec<(String, Range<Data>)> {
    let mut book: Xlsx<_> = open_workbook(path).unwrap();
    book.worksheets()
}

/// What stands in a cell, as text; blank where nothing does.
fn at(range: &Range<Data>, row: u32, column: u32) -> String {
    range.get_value((row, column)).map(ToString::to_string).unwrap_or_default()
}
