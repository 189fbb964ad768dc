//! Looking at a file: its format, and the first rows of each of its tables, before anything is known of its columns.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};

use super::Format;
use super::sample::{SAMPLE_ROWS, SampleRow, copy_rows};
use super::table;
use crate::city::{SourceFile, SourceSpec};
use crate::error::IntakeError;
use crate::extract::{How, Readers, read_at};
use crate::page::Page;
use crate::text::detect::{self, HEAD_BYTES};
use crate::text::separator::{SEPARATORS, cut_all};

/// A table of a file: the file itself, or one sheet of it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: PathBuf,
    pub(crate) shown: String,
    pub(crate) format: Format,
    /// Ways to read it; several where the separator is open.
    pub(crate) ways: Vec<Way>,
    /// Whether a sheet that nobody asked for may be passed over.
    pub(crate) optional: bool,
}

/// One way to read a table, and its first rows so read.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) how: How,
    /// The column names, where the format has them apart from the rows.
    pub(crate) names: Option<Vec<String>>,
    pub(crate) sample: Vec<SampleRow>,
}

impl Seen {
    /// The sheet's name, of a workbook.
    pub(crate) fn sheet(&self) -> Option<&str> {
        match &self.ways.first()?.how {
            How::Xlsx { sheet } | How::Xls { sheet } => Some(sheet),
            _ => None,
        }
    }
}

/// Looks at each table of a file.
pub(crate) fn look(readers: &mut Readers, spec: &SourceSpec, file: &SourceFile) -> Result<Vec<Seen>, IntakeError> {
    let shown = file.shown.as_str();
    let head = read_at(&file.path, 0, HEAD_BYTES).map_err(|error| IntakeError::io(shown, error))?;
    let format = Format::of(shown, &file.path, &head)?;
    let seen = |ways: Vec<Way>, optional: bool| Seen {
        path: file.path.clone(),
        shown: shown.to_owned(),
        format,
        ways,
        optional,
    };
    match format {
        Format::Text => Ok(vec![seen(text(spec, file, &head)?, false)]),
        Format::Dbf => {
            let (how, names) = table::dbf(label(spec), file, &head)?;
            let sample = sample(readers, &file.path, shown, &how)?;
            Ok(vec![seen(vec![Way { how, names: Some(names), sample }], false)])
        }
        Format::Parquet => {
            let names = crate::columnar::columns(&file.path, shown)?;
            let sample = sample(readers, &file.path, shown, &How::Parquet)?;
            Ok(vec![seen(vec![Way { how: How::Parquet, names: Some(names), sample }], false)])
        }
        Format::Xlsx | Format::Xls => {
            let mut tables = Vec::new();
            for (how, optional) in table::sheets(readers, spec, file, format)? {
                let sample = sample(readers, &file.path, shown, &how)?;
                tables.push(seen(vec![Way { how, names: None, sample }], optional));
            }
            Ok(tables)
        }
    }
}

/// The encoding that the city file gives.
fn label(spec: &SourceSpec) -> Option<&'static Encoding> {
    let found = Encoding::for_label(spec.encoding.as_deref()?.as_bytes())?;
    // GBK is the older part of GB18030, and what is called GBK holds more.
    Some(if found == GBK { GB18030 } else { found })
}

fn sample(readers: &mut Readers, path: &Path, shown: &str, how: &How) -> Result<Vec<SampleRow>, IntakeError> {
    let mut sample = Vec::new();
    readers.pages(path, shown, how, 0, &mut |page: &mut Page| {
        copy_rows(page, &mut sample);
        Ok(if sample.len() < SAMPLE_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(sample)
}

/// A delimited file, cut with each separator that is possible.
fn text(spec: &SourceSpec, file: &SourceFile, head: &[u8]) -> Result<Vec<Way>, IntakeError> {
    let shown = file.shown.as_str();
    let (encoding, lenient, bom) = match label(spec) {
        // "utf-16" leaves the order of bytes to the mark.
        Some(wide) if wide == UTF_16LE && head.starts_with(&[0xFE, 0xFF]) => (UTF_16BE, false, 2),
        Some(encoding) => (encoding, false, detect::mark_len(encoding, head)),
        None => {
            let pieces = pieces(&file.path, head).map_err(|error| IntakeError::io(shown, error))?;
            let found = detect::detect(&pieces);
            (found.encoding, found.encoding == UTF_8 || found.encoding == GB18030, found.bom)
        }
    };
    let line_end = match encoding {
        wide if wide == UTF_16LE || wide == UTF_16BE => b'\n',
        _ => detect::line_end(head),
    };
    let how = |separator: u8| How::Text { encoding, lenient, bom, line_end, separator };
    let (text, torn) = crate::extract::head_text(&file.path, shown, &how(b','))?;
    let candidates = spec.separator.map_or_else(|| SEPARATORS.to_vec(), |one| vec![one]);
    let ways = candidates.into_iter().map(|separator| {
        let page = cut_all(&text, separator, torn, SAMPLE_ROWS);
        let mut sample = Vec::new();
        copy_rows(&page, &mut sample);
        Way { how: how(separator), names: None, sample }
    });
    Ok(ways.collect())
}

/// The head, and pieces of the middle and the end: of a file that begins in ASCII, or is two in one.
fn pieces(path: &Path, head: &[u8]) -> std::io::Result<Vec<Vec<u8>>> {
    const PIECES: u64 = 8;
    const PIECE_BYTES: usize = 32 * 1024;
    let mut pieces = vec![head.to_vec()];
    let length = std::fs::metadata(path)?.len();
    if length > 2 * HEAD_BYTES as u64 {
        for piece in 1..=PIECES {
            let offset = length * piece / PIECES;
            pieces.push(read_at(path, offset.saturating_sub(PIECE_BYTES as u64), PIECE_BYTES)?);
        }
    }
    Ok(pieces)
}
