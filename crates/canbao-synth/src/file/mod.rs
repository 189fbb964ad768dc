//! Files as departments hand them over.

pub(crate) mod book;
pub(crate) mod cell;
pub(crate) mod charset;
pub(crate) mod column;
pub(crate) mod config;
pub(crate) mod dbf;
pub(crate) mod employer;
pub(crate) mod layout;
pub(crate) mod text;

use std::fs;
use std::path::{Path, PathBuf};

use canbao_domain::source::SourceKind;

use self::layout::{Format, Layout};
use crate::SynthError;
use crate::city::City;
use crate::row::Row;
use crate::row::order::Extract;

/// What a writer needs.
pub(crate) struct Desk<'a> {
    pub(crate) city: &'a City,
    pub(crate) rows: &'a [Row],
    pub(crate) out: &'a Path,
    /// Told how many rows were written.
    pub(crate) advance: &'a (dyn Fn(u64) + Sync),
}

impl Desk<'_> {
    /// The rows of these indices.
    pub(crate) fn rows<'b>(&'b self, indices: &'b [u32]) -> impl Iterator<Item = &'b Row> {
        indices.iter().filter_map(|&index| self.rows.get(index as usize))
    }

    /// The full path of a file, its folder made.
    pub(crate) fn path(&self, relative: &str) -> Result<PathBuf, SynthError> {
        let path = self.out.join(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed(folder))?;
        }
        Ok(path)
    }
}

/// Turns a system's error into ours.
pub(crate) fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> SynthError {
    let path = path.to_path_buf();
    move |source| SynthError::Write { path, source }
}

/// One file of an extract, or one workbook with all its sheets.
pub(crate) struct Job<'a> {
    pub(crate) layout: &'static Layout,
    /// Relative to the city's folder.
    pub(crate) path: String,
    /// The rows, and of a workbook where its sheets begin.
    pub(crate) rows: &'a [u32],
    pub(crate) sheets: Vec<(usize, u8)>,
}

/// The files to write of an extract.
pub(crate) fn jobs<'a>(city: &City, extract: &'a Extract) -> Vec<Job<'a>> {
    let layout = layout::of(extract.kind);
    let sheets = extract.parts.clone();
    if matches!(layout.format, Format::Book { .. }) {
        return vec![Job { layout, path: layout.path.to_owned(), rows: &extract.rows, sheets }];
    }
    let ends = extract.parts.iter().skip(1).map(|part| part.0).chain([extract.rows.len()]);
    extract
        .parts
        .iter()
        .zip(ends)
        .map(|(&(start, part), end)| Job {
            layout,
            path: layout.path.replace('*', &part_name(city, extract.kind, part)),
            rows: extract.rows.get(start..end).unwrap_or_default(),
            sheets: Vec::new(),
        })
        .collect()
}

/// What stands for the `*` of a source of several files.
fn part_name(city: &City, kind: SourceKind, part: u8) -> String {
    match kind {
        SourceKind::RuralMedical => {
            let county = city.setting.places.county(part);
            format!("{}{}", county.code, county.name)
        }
        _ => format!("{:03}", part + 1),
    }
}

/// Writes one file.
///
/// # Errors
/// Where the disk or a library refuses.
pub(crate) fn write(desk: &Desk, job: &Job) -> Result<(), SynthError> {
    match job.layout.format {
        Format::Text { charset, separator } => text::write(desk, job, charset, separator),
        Format::Dbf { widths } => dbf::write(desk, job, widths),
        Format::Book { sheets, titles } => book::write(desk, job, sheets, titles),
        Format::Parquet => column::write(desk, job),
    }
}
