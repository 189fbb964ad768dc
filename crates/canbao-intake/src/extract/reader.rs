//! The one way to the rows of a part, whatever its format.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

use crate::dbf::header::DbfHeader;
use crate::dbf::memo::Memo;
use crate::dbf::reader::DbfReader;
use crate::error::IntakeError;
use crate::page::Page;
use crate::sheet::{SheetName, xls, xlsx};
use crate::text::blocks::{BlockEnd, Blocks};
use crate::text::decode::Charset;
use crate::text::reader::TextReader;
use crate::text::record::Cutter;
use crate::text::utf16::Utf16Reader;

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

/// Opens files; keeps the last workbook, whose sheets are read one after the other.
#[derive(Default, Clone)]
pub(crate) struct Readers {
    xlsx: Option<(PathBuf, Arc<xlsx::Book>)>,
    xls: Option<(PathBuf, Arc<xls::Book>)>,
}

/// A workbook of more bytes than this is not kept from its opening to its reading.
const KEPT_BYTES_MAX: usize = 16 << 20;

impl Readers {
    /// The worksheets of an XLSX.
    pub(crate) fn xlsx_sheets(&mut self, path: &Path, shown: &str) -> Result<Vec<SheetName>, IntakeError> {
        Ok(self.xlsx(path, shown)?.sheets())
    }

    /// The worksheets of an XLS.
    pub(crate) fn xls_sheets(&mut self, path: &Path, shown: &str) -> Result<Vec<SheetName>, IntakeError> {
        Ok(self.xls(path, shown)?.sheets())
    }

    /// Forgets a large workbook.
    pub(crate) fn rest(&mut self) {
        self.xlsx = self.xlsx.take().filter(|(_, book)| book.bytes() <= KEPT_BYTES_MAX);
        self.xls = self.xls.take().filter(|(_, book)| book.bytes() <= KEPT_BYTES_MAX);
    }

    fn xlsx(&mut self, path: &Path, shown: &str) -> Result<&xlsx::Book, IntakeError> {
        self.xls = None;
        let book = match self.xlsx.take() {
            Some((known, book)) if known == path => book,
            other => {
                drop(other);
                Arc::new(xlsx::Book::open(path, shown)?)
            }
        };
        Ok(&self.xlsx.insert((path.to_path_buf(), book)).1)
    }

    fn xls(&mut self, path: &Path, shown: &str) -> Result<&xls::Book, IntakeError> {
        self.xlsx = None;
        let book = match self.xls.take() {
            Some((known, book)) if known == path => book,
            other => {
                drop(other);
                Arc::new(xls::Book::open(path, shown)?)
            }
        };
        Ok(&self.xls.insert((path.to_path_buf(), book)).1)
    }

    /// Reads the pages of a part; `width` is the count of its columns, 0 if that is not known yet.
    pub(crate) fn pages(
        &mut self,
        path: &Path,
        shown: &str,
        how: &How,
        width: usize,
        sink: PageSink<'_>,
    ) -> Result<(), IntakeError> {
        match how {
            How::Text { encoding, lenient, bom, line_end, separator } => {
                let blocks = text_blocks(path, shown, encoding, *lenient, *bom, *line_end)?;
                let cutter = Cutter { separator: *separator, width };
                let mut reader = TextReader::new(shown, blocks, cutter);
                each(sink, |page| reader.next_page(page))
            }
            How::Dbf { header, encoding } => {
                let file = open_at(path, shown, header.header_len as u64)?;
                let has_memo = header.fields.iter().any(|field| field.kind == b'M');
                let memo = has_memo.then(|| Memo::beside(path, header.version)).flatten();
                let mut reader = DbfReader::new(shown, Box::new(file), header.clone(), encoding, memo);
                each(sink, |page| reader.next_page(page))
            }
            How::Xlsx { sheet } => self.xlsx(path, shown)?.pages(sheet, sink),
            How::Xls { sheet } => self.xls(path, shown)?.pages(sheet, sink),
            How::Parquet => crate::columnar::pages(path, shown, sink),
        }
    }
}

fn each(sink: PageSink<'_>, mut next: impl FnMut(&mut Page) -> Result<bool, IntakeError>) -> Result<(), IntakeError> {
    let mut page = Page::default();
    while next(&mut page)? && sink(&mut page)?.is_continue() {}
    Ok(())
}

fn open_at(path: &Path, shown: &str, offset: u64) -> Result<File, IntakeError> {
    let mut file = File::open(path).map_err(|error| IntakeError::io(shown, error))?;
    file.seek(SeekFrom::Start(offset)).map_err(|error| IntakeError::io(shown, error))?;
    Ok(file)
}

/// The first block of a delimited file as text, and whether it ends within a line.
pub(crate) fn head_text(path: &Path, shown: &str, how: &How) -> Result<(String, bool), IntakeError> {
    let mut text = String::new();
    let How::Text { encoding, lenient, bom, line_end, .. } = how else { return Ok((text, false)) };
    let mut blocks = text_blocks(path, shown, encoding, *lenient, *bom, *line_end)?;
    let end = blocks.next(&mut text, &mut Vec::new()).map_err(|error| IntakeError::io(shown, error))?;
    Ok((text, end == BlockEnd::Torn))
}

fn text_blocks(
    path: &Path,
    shown: &str,
    encoding: &'static Encoding,
    lenient: bool,
    bom: usize,
    line_end: u8,
) -> Result<Blocks<Box<dyn Read + Send>>, IntakeError> {
    let file = open_at(path, shown, bom as u64)?;
    if encoding == UTF_16LE || encoding == UTF_16BE {
        let wide = Utf16Reader::new(file, encoding == UTF_16BE);
        return Ok(Blocks::new(Box::new(wide), Charset::strict_utf8(), line_end));
    }
    Ok(Blocks::new(Box::new(file), Charset { encoding, lenient }, line_end))
}

/// Some bytes of a file.
pub(crate) fn read_at(path: &Path, offset: u64, len: usize) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    file.take(len as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}
