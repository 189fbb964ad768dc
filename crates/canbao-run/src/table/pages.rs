//! Text columns as chunks of the file: recurring words as a page of words and pages of codes, other texts as pages of
//! their lengths and their bytes.
//!
//! The writer of the `parquet` crate would hash the text of every row once more, or copy it four times.

use std::fs::File;
use std::sync::Arc;

use arrow::array::StringArray;
use arrow::buffer::NullBuffer;
use bytes::Bytes;
use parquet::basic::{Compression, Encoding, PageType};
use parquet::column::page::{CompressedPage, Page, PageWriter as _};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::{ColumnChunkMetaData, PageEncodingStats};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedPageWriter, SerializedRowGroupWriter, TrackedWrite};
use parquet::schema::types::ColumnDescPtr;
use zstd::bulk::Compressor;

use super::words::Coded;
use super::{hybrid, texts};

/// A chunk on its way into the file.
pub(super) struct Chunk {
    bytes: Bytes,
    close: ColumnCloseResult,
}

impl Chunk {
    pub(super) fn append_to_row_group(self, group: &mut SerializedRowGroupWriter<'_, File>) -> Result<()> {
        group.append_column(&self.bytes, self.close)
    }
}

/// Lays out words and codes. The column is no list.
pub(super) fn of_words(coded: Coded, column: &ColumnDescPtr, properties: &WriterProperties) -> Result<Chunk> {
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = Pages::new(&mut sink, column, properties)?;
    let dictionary_size = pages.words(&coded)?;
    let mut codes = coded.codes.as_slice();
    let rows_per_page = properties.data_page_row_count_limit().max(1);
    for from in (0..coded.rows).step_by(rows_per_page) {
        let rows = rows_per_page.min(coded.rows - from);
        let present = coded.present.as_ref().map(|present| present.slice(from, rows));
        let (here, after) = codes.split_at(present.as_ref().map_or(rows, |p| rows - p.null_count()).min(codes.len()));
        codes = after;
        pages.data(rows, present.as_ref(), here.is_empty(), Encoding::RLE_DICTIONARY, |page| {
            // codes are given in order of first use: early pages may do with fewer bits
            let width = u32::BITS - here.iter().fold(0, |all, code| all | code).leading_zeros();
            page.push(width as u8);
            hybrid::encode(here, width, page);
        })?;
    }
    let written = pages.close()?;
    let dictionary = (PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1);
    let data = (PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, written.pages);
    chunk(sink, &written, column, properties, &[dictionary, data], Some(dictionary_size))
}

/// Lays out texts one by one. The column is no list.
pub(super) fn of_texts(
    pieces: &[&StringArray],
    column: &ColumnDescPtr,
    properties: &WriterProperties,
) -> Result<Chunk> {
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = Pages::new(&mut sink, column, properties)?;
    let rows_per_page = properties.data_page_row_count_limit().max(1);
    let bytes_per_page = properties.data_page_size_limit().max(1);
    texts::pages(pieces, rows_per_page, bytes_per_page, |texts| {
        let present = texts.present();
        pages.data(texts.rows(), present.as_ref(), texts.is_empty(), Encoding::DELTA_LENGTH_BYTE_ARRAY, |page| {
            texts.encode(page)
        })
    })?;
    let written = pages.close()?;
    let data = (PageType::DATA_PAGE, Encoding::DELTA_LENGTH_BYTE_ARRAY, written.pages);
    chunk(sink, &written, column, properties, &[data], None)
}

/// The pages of one chunk, compressed and written as they come.
struct Pages<'a> {
    zstd: Compressor<'static>,
    pages: SerializedPageWriter<'a, Vec<u8>>,
    /// Whether the column may be null.
    nullable: bool,
    /// The last page before it was compressed; its memory is used again.
    page: Vec<u8>,
    written: Written,
}

/// What was written to a chunk.
#[derive(Default)]
struct Written {
    rows: usize,
    /// Data pages.
    pages: i32,
    uncompressed: usize,
}

impl<'a> Pages<'a> {
    fn new(sink: &'a mut TrackedWrite<Vec<u8>>, column: &ColumnDescPtr, properties: &WriterProperties) -> Result<Self> {
        let compression = properties.compression(column.path());
        let Compression::ZSTD(level) = compression else {
            return Err(ParquetError::NYI(format!("pages of texts under {compression}")));
        };
        Ok(Self {
            zstd: Compressor::new(level.compression_level())?,
            pages: SerializedPageWriter::new(sink),
            nullable: column.max_def_level() > 0,
            page: Vec::new(),
            written: Written::default(),
        })
    }

    /// Writes the page of words; its size in the file.
    fn words(&mut self, coded: &Coded) -> Result<u64> {
        let page = Page::DictionaryPage {
            buf: self.zstd.compress(&coded.words)?.into(),
            num_values: coded.word_count,
            encoding: Encoding::PLAIN,
            is_sorted: false,
        };
        let written = self.pages.write_page(CompressedPage::new(page, coded.words.len()))?;
        self.written.uncompressed += written.uncompressed_size;
        Ok(written.bytes_written)
    }

    /// Writes a page: which rows hold a value, where the column may be null (`empty`: none does), then the values.
    fn data(
        &mut self,
        rows: usize,
        present: Option<&NullBuffer>,
        empty: bool,
        encoding: Encoding,
        values: impl FnOnce(&mut Vec<u8>),
    ) -> Result<()> {
        let page = &mut self.page;
        page.clear();
        if self.nullable {
            page.extend_from_slice(&[0; 4]);
            match present.filter(|present| present.null_count() > 0) {
                None => hybrid::run(rows, 1, 1, page),
                Some(present) if empty => hybrid::run(present.len(), 0, 1, page),
                Some(present) => hybrid::bits(rows, present.inner().sliced().as_slice(), page),
            }
            let length = (page.len() - 4) as u32;
            page.iter_mut().zip(length.to_le_bytes()).for_each(|(to, from)| *to = from);
        }
        values(page);
        let size = page.len();
        let page = Page::DataPage {
            buf: self.zstd.compress(page)?.into(),
            num_values: rows as u32,
            encoding,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        self.written.uncompressed += self.pages.write_page(CompressedPage::new(page, size))?.uncompressed_size;
        self.written.rows += rows;
        self.written.pages += 1;
        Ok(())
    }

    fn close(mut self) -> Result<Written> {
        self.pages.close()?;
        Ok(self.written)
    }
}

/// What stands in `sink` as a chunk with its metadata. `dictionary_size` is that of its first page, if one of words.
fn chunk(
    sink: TrackedWrite<Vec<u8>>,
    written: &Written,
    column: &ColumnDescPtr,
    properties: &WriterProperties,
    kinds: &[(PageType, Encoding, i32)],
    dictionary_size: Option<u64>,
) -> Result<Chunk> {
    let bytes = Bytes::from(sink.into_inner()?);
    let stats = kinds.iter().map(|&(page_type, encoding, count)| PageEncodingStats { page_type, encoding, count });
    let encodings = kinds.iter().map(|(_, encoding, _)| *encoding).chain([Encoding::RLE]);
    let metadata = ColumnChunkMetaData::builder(Arc::clone(column))
        .set_compression(properties.compression(column.path()))
        .set_encodings(encodings.collect())
        .set_page_encoding_stats(stats.collect())
        .set_num_values(written.rows as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(written.uncompressed as i64)
        .set_dictionary_page_offset(dictionary_size.map(|_| 0))
        .set_data_page_offset(dictionary_size.unwrap_or(0) as i64)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: written.rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes, close })
}
