//! Delimited text as pages.

use std::io::Read;
use std::mem;

use memchr::memchr;

use super::blocks::{BlockEnd, Blocks};
use super::decode::BadLine;
use super::record::{Cutter, Record};
use crate::error::IntakeError;
use crate::page::{CELL_BYTES_MAX, Page, Span};

/// Reads a delimited file, page by page.
pub(crate) struct TextReader {
    file: String,
    blocks: Blocks<Box<dyn Read + Send>>,
    cutter: Cutter,
    /// Text of an unfinished record, from the page before.
    carry: String,
    carry_bad: Vec<BadLine>,
    bad: Vec<BadLine>,
    /// The physical line at which the next record begins, 1-based.
    line: i64,
    done: bool,
}

impl TextReader {
    pub(crate) fn new(file: &str, blocks: Blocks<Box<dyn Read + Send>>, cutter: Cutter) -> Self {
        Self {
            file: file.to_owned(),
            blocks,
            cutter,
            carry: String::new(),
            carry_bad: Vec::new(),
            bad: Vec::new(),
            line: 1,
            done: false,
        }
    }

    /// Fills `page` with the next rows; false at the end of the file.
    pub(crate) fn next_page(&mut self, page: &mut Page) -> Result<bool, IntakeError> {
        page.clear();
        if self.done {
            return Ok(false);
        }
        mem::swap(&mut page.text, &mut self.carry);
        mem::swap(&mut self.bad, &mut self.carry_bad);
        self.carry.clear();
        self.carry_bad.clear();
        let end = self
            .blocks
            .next(&mut page.text, &mut self.bad)
            .map_err(|error| IntakeError::io(self.file.clone(), error).at_row(self.line))?;
        self.done = end != BlockEnd::More;
        let limit = page.text.len();
        self.cut_page(page, limit);
        page.torn = end == BlockEnd::Torn && page.rows.last().is_some_and(|row| row.raw.end as usize == limit);
        Ok(true)
    }

    fn cut_page(&mut self, page: &mut Page, limit: usize) {
        let has_nul = memchr(0, page.text.as_bytes()).is_some();
        let mut at = 0;
        let mut bad = mem::take(&mut self.bad);
        let mut next_bad = 0;
        while at < limit {
            let first = page.cells.len();
            match self.cutter.cut(page, at, limit, self.done) {
                Record::Whole { next, lines } => {
                    let reason = take_reason(&bad, &mut next_bad, next);
                    let reason = reason.or_else(|| fault(page, first, next - at, has_nul));
                    self.end_record(page, first, Span::new(at, next), reason);
                    self.line += lines as i64;
                    at = next;
                }
                Record::Open => {
                    self.carry.push_str(page.text.get(at..limit).unwrap_or(""));
                    self.carry_bad.extend(bad.drain(..).skip(next_bad).map(|mut line| {
                        line.start = line.start.saturating_sub(at);
                        line
                    }));
                    break;
                }
            }
        }
        bad.clear();
        self.bad = bad;
    }

    fn end_record(&self, page: &mut Page, first: usize, raw: Span, reason: Option<String>) {
        match reason {
            None => page.end_row(first, self.line, raw),
            Some(reason) => {
                page.cells.truncate(first);
                page.bad_row(self.line, raw, reason);
            }
        }
    }
}

/// The first reason among the bad lines that begin before `end`.
fn take_reason(bad: &[BadLine], next: &mut usize, end: usize) -> Option<String> {
    let mut reason = None;
    while let Some(line) = bad.get(*next)
        && line.start < end
    {
        reason.get_or_insert_with(|| line.reason.clone());
        *next += 1;
    }
    reason
}

/// What makes a record of `len` bytes unreadable although its bytes are text. NULs that pad a cell's end
/// are taken off.
fn fault(page: &mut Page, first: usize, len: usize, has_nul: bool) -> Option<String> {
    if len <= CELL_BYTES_MAX && !has_nul {
        return None;
    }
    let text = page.text.as_str();
    for (k, cell) in page.cells.get_mut(first..)?.iter_mut().enumerate() {
        if (cell.end - cell.start) as usize > CELL_BYTES_MAX {
            return Some(format!("第{}格超过{CELL_BYTES_MAX}字节，不像表格的内容", k + 1));
        }
        let kept = cell.of(text).trim_end_matches('\0').len() as u32;
        cell.end = cell.start + kept;
        if memchr(0, cell.of(text).as_bytes()).is_some() {
            return Some(format!("第{}格里有空字符（NUL），内容已损坏", k + 1));
        }
    }
    None
}
