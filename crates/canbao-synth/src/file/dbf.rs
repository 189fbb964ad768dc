//! dBase III with GBK text, as old programs of the rural medical scheme export it.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use super::charset::push_gbk;
use super::{Desk, Job, cell, failed};
use crate::SynthError;
use crate::work::{spread, workers};

const BLOCK: usize = 1 << 14;

/// Writes a table; text is cut to its field's width at a whole character.
pub(crate) fn write(desk: &Desk, job: &Job, widths: &[u8]) -> Result<(), SynthError> {
    let path = desk.path(&job.path)?;
    let mut file = BufWriter::new(File::create(&path).map_err(failed(&path))?);
    file.write_all(&header(desk, job, widths)).map_err(failed(&path))?;
    for group in job.rows.chunks(BLOCK * workers()) {
        let blocks = spread(group.chunks(BLOCK).collect(), |_, block: &[u32]| Ok(render(desk, job, block, widths)))?;
        for block in blocks {
            file.write_all(&block).map_err(failed(&path))?;
        }
        (desk.advance)(group.len() as u64);
    }
    file.write_all(b"\x1A").map_err(failed(&path))?;
    file.flush().map_err(failed(&path))
}

fn header(desk: &Desk, job: &Job, widths: &[u8]) -> Vec<u8> {
    let (year, month, day) = desk.city.setting.as_of.ymd();
    let fields = job.layout.columns.len() as u16;
    let length = 1 + widths.iter().map(|&width| u16::from(width)).sum::<u16>();
    let mut head = vec![3, (year - 1900) as u8, month as u8, day as u8];
    head.extend((job.rows.len() as u32).to_le_bytes());
    head.extend((33 + 32 * fields).to_le_bytes());
    head.extend(length.to_le_bytes());
    head.resize(32, 0);
    for ((name, _), &width) in job.layout.columns.iter().zip(widths) {
        let mut field = [0_u8; 32];
        for (to, from) in field.iter_mut().zip(name.bytes().take(10)) {
            *to = from;
        }
        field[11] = b'C';
        field[16] = width;
        head.extend(field);
    }
    head.push(b'\r');
    head
}

fn render(desk: &Desk, job: &Job, block: &[u32], widths: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(block.len() * 128);
    let mut value = String::with_capacity(64);
    let mut bytes = Vec::with_capacity(64);
    for row in desk.rows(block) {
        out.push(b' ');
        for ((_, cell), &width) in job.layout.columns.iter().zip(widths) {
            value.clear();
            cell::write(desk.city, row, desk.city.person(row.person), *cell, &mut value);
            let end = out.len() + usize::from(width);
            for (start, letter) in value.char_indices() {
                bytes.clear();
                push_gbk(value.get(start..start + letter.len_utf8()).unwrap_or_default(), &mut bytes);
                if out.len() + bytes.len() > end {
                    break;
                }
                out.extend_from_slice(&bytes);
            }
            out.resize(end, b' ');
        }
    }
    out
}
