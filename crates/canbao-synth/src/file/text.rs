//! CSV and its kin.

use std::fs::File;
use std::io::Write as _;

use super::cell::Cell;
use super::charset::Charset;
use super::{Desk, Job, cell, failed};
use crate::SynthError;
use crate::row::{Row, flags};
use crate::work::{spread, workers};

/// Rows rendered at a time.
const BLOCK: usize = 1 << 14;

/// Writes a text file.
pub(crate) fn write(desk: &Desk, job: &Job, charset: Charset, separator: char) -> Result<(), SynthError> {
    let path = desk.path(&job.path)?;
    let mut file = File::create(&path).map_err(failed(&path))?;
    let mut head = charset.mark().to_vec();
    let header: Vec<&str> = job.layout.columns.iter().map(|column| column.0).collect();
    charset.push(&header.join(&separator.to_string()), &mut head);
    charset.push("\r\n", &mut head);
    file.write_all(&head).map_err(failed(&path))?;
    // a few blocks at a time: rendered side by side, written in order
    for group in job.rows.chunks(BLOCK * workers()) {
        let blocks =
            spread(group.chunks(BLOCK).collect(), |_, block: &[u32]| Ok(render(desk, job, block, charset, separator)))?;
        for block in blocks {
            file.write_all(&block).map_err(failed(&path))?;
        }
        (desk.advance)(group.len() as u64);
    }
    Ok(())
}

fn render(desk: &Desk, job: &Job, block: &[u32], charset: Charset, separator: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(block.len() * 140);
    let mut line = String::with_capacity(256);
    let mut value = String::with_capacity(64);
    let columns = job.layout.columns;
    let number = columns.iter().position(|column| matches!(column.1, Cell::Number));
    let before_number = number.unwrap_or(0).max(1);
    for row in desk.rows(block) {
        line.clear();
        // a row that broke off before its number, or that has more separators than columns
        let kept = if row.has(flags::SHORT) { before_number } else { columns.len() };
        for (at, (_, cell)) in columns.iter().take(kept).enumerate() {
            if at > 0 {
                line.push(separator);
            }
            value.clear();
            cell::write(desk.city, row, desk.city.person(row.person), *cell, &mut value);
            quote(&value, separator, &mut line);
            if at == 1 && row.has(flags::LONG) {
                surplus(row, separator, &mut line);
            }
        }
        line.push_str("\r\n");
        charset.push(&line, &mut out);
    }
    out
}

fn surplus(row: &Row, separator: char, line: &mut String) {
    for _ in 0..1 + row.person % 3 {
        line.push(separator);
        line.push('附');
    }
}

/// Quotes a value that holds a separator, a quote or a line break.
fn quote(value: &str, separator: char, line: &mut String) {
    if !value.contains([separator, '"', '\n', '\r']) {
        line.push_str(value);
        return;
    }
    line.push('"');
    for letter in value.chars() {
        if letter == '"' {
            line.push('"');
        }
        line.push(letter);
    }
    line.push('"');
}
