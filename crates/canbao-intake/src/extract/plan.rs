//! Opening a source: every part recognised before a row is read.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::part::{Column, Part};
use super::read::Extract;
use crate::city::{SourceFile, SourceSpec};
use crate::dbf::header::{DbfHeader, HEADER_BYTES_MAX};
use crate::dbf::reader::DbfReader;
use crate::error::IntakeError;
use crate::page::Page;
use crate::profile::{Profile, Profiles};
use crate::recognise::layout::{Wish, by_header};
use crate::recognise::sample::{SAMPLE_ROWS, SampleRow, copy_rows};
use crate::recognise::{Format, Layout};
use crate::text::blocks::Blocks;
use crate::text::decode::Charset;
use crate::text::detect::{self, HEAD_BYTES};
use crate::text::reader::TextReader;
use crate::text::record::Cutter;
use crate::text::separator::{SEPARATORS, cut_all, regularity};
use crate::text::utf16::Utf16Reader;

/// How a part is read.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) path: PathBuf,
    pub(crate) shown: String,
    pub(crate) how: How,
    pub(crate) layout: Layout,
}

/// What a format needs to know beyond the path.
#[derive(Debug, Clone)]
pub(crate) enum How {
    Text { encoding: &'static Encoding, lenient: bool, bom: usize, line_end: u8, separator: u8 },
    Dbf { header: DbfHeader, encoding: &'static Encoding },
    Xlsx { sheet: String },
    Xls { sheet: String },
    Parquet,
}

/// Receives pages; breaks to end the reading.
pub(crate) type PageSink<'a> = &'a mut dyn FnMut(&mut Page) -> Result<ControlFlow<()>, IntakeError>;

/// Reads the pages of a part; `width` is the count of its columns, 0 if that is not known yet.
pub(crate) fn pages(path: &Path, shown: &str, how: &How, width: usize, sink: PageSink<'_>) -> Result<(), IntakeError> {
    let open = |offset: u64| -> Result<File, IntakeError> {
        let mut file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
        file.seek(SeekFrom::Start(offset)).map_err(|error| IntakeError::io(shown, error))?;
        Ok(file)
    };
    let mut page = Page::default();
    match how {
        How::Text { encoding, lenient, bom, line_end, separator } => {
            let file = open(*bom as u64)?;
            let (inner, charset): (Box<dyn Read + Send>, _) = if *encoding == UTF_16LE || *encoding == UTF_16BE {
                (Box::new(Utf16Reader::new(file, *encoding == UTF_16BE)), Charset::strict_utf8())
            } else {
                (Box::new(file), Charset { encoding, lenient: *lenient })
            };
            let cutter = Cutter { separator: *separator, width };
            let mut reader = TextReader::new(shown, Blocks::new(inner, charset, *line_end), cutter);
            while reader.next_page(&mut page)? && sink(&mut page)?.is_continue() {}
        }
        How::Dbf { header, encoding } => {
            let file = open(header.header_len as u64)?;
            let mut reader = DbfReader::new(shown, Box::new(file), header.clone(), encoding);
            while reader.next_page(&mut page)? && sink(&mut page)?.is_continue() {}
        }
        How::Xlsx { sheet } => crate::sheet::xlsx::pages(path, shown, sheet, sink)?,
        How::Xls { sheet } => crate::sheet::xls::pages(path, shown, sheet, sink)?,
        How::Parquet => crate::columnar::pages(path, shown, sink)?,
    }
    Ok(())
}

/// Recognises every part of a source: format, encoding, separator, header, columns.
///
/// # Errors
/// A file that cannot be read, or whose columns cannot be recognised, with what to do.
pub fn open(spec: &SourceSpec, profiles: &Profiles) -> Result<Extract, IntakeError> {
    let Some(profile) = profiles.of(spec.kind) else {
        return Err(IntakeError::new(&spec.name, "没有这种数据的配置"));
    };
    let (mut parts, mut plans, mut bytes) = (Vec::new(), Vec::new(), 0);
    for file in &spec.files {
        bytes += std::fs::metadata(&file.path).map_err(|error| IntakeError::io(&file.shown, error))?.len();
        for plan in plan_file(spec, profile, file)? {
            parts.push(describe(&plan));
            plans.push(plan);
        }
    }
    Ok(Extract::new(spec, profile, parts, plans, bytes))
}

fn describe(plan: &Plan) -> Part {
    let (format, encoding, separator, sheet) = match &plan.how {
        How::Text { encoding, separator, .. } => {
            (Format::Text, Some(encoding.name()), Some(char::from(*separator)), None)
        }
        How::Dbf { encoding, .. } => (Format::Dbf, Some(encoding.name()), None, None),
        How::Xlsx { sheet } => (Format::Xlsx, None, None, Some(sheet.clone())),
        How::Xls { sheet } => (Format::Xls, None, None, Some(sheet.clone())),
        How::Parquet => (Format::Parquet, None, None, None),
    };
    let columns = plan.layout.headers.iter().zip(&plan.layout.fields).enumerate().map(|(k, (header, field))| Column {
        header: if header.is_empty() { format!("第{}列", k + 1) } else { header.clone() },
        field: *field,
    });
    Part {
        file: plan.shown.clone(),
        sheet,
        format,
        encoding,
        separator,
        header_row: plan.layout.header_row,
        columns: columns.collect(),
    }
}

fn plan_file(spec: &SourceSpec, profile: &Profile, file: &SourceFile) -> Result<Vec<Plan>, IntakeError> {
    let shown = file.shown.as_str();
    let head = read_at(&file.path, 0, HEAD_BYTES).map_err(|error| IntakeError::io(shown, error))?;
    let format = Format::of(shown, &file.path, &head)?;
    let wish = Wish { header_row: spec.header_row, columns: &spec.columns, cut: format == Format::Dbf };
    let plan = |how: How, layout: Layout| Plan { path: file.path.clone(), shown: shown.to_owned(), how, layout };
    match format {
        Format::Text => {
            let (how, layout) = plan_text(spec, profile, wish, file, &head)?;
            Ok(vec![plan(how, layout)])
        }
        Format::Dbf => {
            let header = DbfHeader::parse(shown, head.get(..HEADER_BYTES_MAX).unwrap_or(&head))?;
            let encoding = label(spec).or_else(|| header.driver_encoding()).unwrap_or(GB18030);
            let names = header.fields.iter().map(|field| encoding.decode_without_bom_handling(&field.name).0.into_owned());
            let sample = vec![SampleRow { line: 0, cells: names.collect() }];
            let wish = Wish { header_row: None, ..wish };
            let layout = by_header(profile, wish, &sample).ok_or_else(|| no_header(shown, None))?;
            Ok(vec![plan(How::Dbf { header, encoding }, layout)])
        }
        Format::Xlsx | Format::Xls => {
            let sheets = match format {
                Format::Xlsx => crate::sheet::xlsx::sheets(&file.path, shown)?,
                _ => crate::sheet::xls::sheets(&file.path, shown)?,
            };
            let mut plans = Vec::new();
            for sheet in sheets {
                if !spec.sheets.is_empty() && !spec.sheets.contains(&sheet.name) || spec.sheets.is_empty() && sheet.hidden {
                    continue;
                }
                let how = match format {
                    Format::Xlsx => How::Xlsx { sheet: sheet.name.clone() },
                    _ => How::Xls { sheet: sheet.name.clone() },
                };
                let sample = take_sample(&file.path, shown, &how)?;
                if let Some(layout) = by_header(profile, wish, &sample) {
                    plans.push(plan(how, layout));
                }
            }
            if plans.is_empty() { Err(no_header(shown, None)) } else { Ok(plans) }
        }
        Format::Parquet => {
            let names = crate::columnar::columns(&file.path, shown)?;
            let sample = vec![SampleRow { line: 0, cells: names }];
            let wish = Wish { header_row: None, ..wish };
            let layout = by_header(profile, wish, &sample).ok_or_else(|| no_header(shown, None))?;
            Ok(vec![plan(How::Parquet, layout)])
        }
    }
}

fn label(spec: &SourceSpec) -> Option<&'static Encoding> {
    let found = Encoding::for_label(spec.encoding.as_deref()?.as_bytes())?;
    // GBK is the older part of GB18030, and what is called GBK holds more.
    Some(if found == encoding_rs::GBK { GB18030 } else { found })
}

fn plan_text(
    spec: &SourceSpec,
    profile: &Profile,
    wish: Wish<'_>,
    file: &SourceFile,
    head: &[u8],
) -> Result<(How, Layout), IntakeError> {
    let shown = file.shown.as_str();
    let (encoding, lenient, bom) = match label(spec) {
        Some(encoding) => (encoding, false, detect::mark_len(encoding, head)),
        None => {
            let samples = samples(&file.path, head).map_err(|error| IntakeError::io(shown, error))?;
            let found = detect::detect(&samples);
            (found.encoding, found.encoding == UTF_8 || found.encoding == GB18030, found.bom)
        }
    };
    let line_end = detect::line_end(head);
    let candidates = spec.separator.map_or(SEPARATORS.to_vec(), |one| vec![one]);
    // The head as text, cut with each separator: the one under which most columns are known.
    let how = |separator: u8| How::Text { encoding, lenient, bom, line_end, separator };
    let text = head_text(&file.path, shown, &how(0))?;
    let mut best: Option<(usize, usize, Layout, u8)> = None;
    for separator in candidates {
        let page = cut_all(&text, separator, head.len() >= HEAD_BYTES, SAMPLE_ROWS);
        let mut sample = Vec::new();
        copy_rows(&page, &mut sample);
        let Some(layout) = by_header(profile, wish, &sample) else { continue };
        let rank = (layout.known(), regularity(&page).rows);
        if best.as_ref().is_none_or(|(known, rows, _, _)| rank > (*known, *rows)) {
            best = Some((rank.0, rank.1, layout, separator));
        }
    }
    let (_, _, layout, separator) = best.ok_or_else(|| no_header(shown, None))?;
    Ok((how(separator), layout))
}

/// The first block of a file as text.
fn head_text(path: &Path, shown: &str, how: &How) -> Result<String, IntakeError> {
    let mut text = String::new();
    pages(path, shown, how, 0, &mut |page| {
        text.push_str(&page.text);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(text)
}

fn take_sample(path: &Path, shown: &str, how: &How) -> Result<Vec<SampleRow>, IntakeError> {
    let mut sample = Vec::new();
    pages(path, shown, how, 0, &mut |page| {
        copy_rows(page, &mut sample);
        Ok(if sample.len() < SAMPLE_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(sample)
}

/// The head, and pieces of the middle and the end.
fn samples(path: &Path, head: &[u8]) -> std::io::Result<Vec<Vec<u8>>> {
    const PIECES: u64 = 8;
    const PIECE_BYTES: usize = 32 * 1024;
    let mut samples = vec![head.to_vec()];
    let length = std::fs::metadata(path)?.len();
    if length > 2 * HEAD_BYTES as u64 {
        for piece in 1..=PIECES {
            let offset = length * piece / PIECES;
            samples.push(read_at(path, offset.saturating_sub(PIECE_BYTES as u64), PIECE_BYTES)?);
        }
    }
    Ok(samples)
}

fn read_at(path: &Path, offset: u64, len: usize) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn no_header(shown: &str, sheet: Option<&str>) -> IntakeError {
    IntakeError::new(shown, "没有认出表头：前几十行里没有姓名或证件号码这样的列名")
        .on_sheet(sheet)
        .hinted("请在城市文件里用header_row指明表头所在行，或用columns = { \"列名\" = \"number\" }指明各列")
}
