//! A column of recurring words as a chunk of the file: a page of words, then pages of codes.
//!
//! The writer of the `parquet` crate would hash the text of every row once more.

use std::fs::File;
use std::sync::Arc;

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

use super::hybrid;
use super::words::Coded;

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

/// Lays out a column that is no list.
pub(super) fn chunk(coded: Coded, column: &ColumnDescPtr, properties: &WriterProperties) -> Result<Chunk> {
    let compression = properties.compression(column.path());
    let Compression::ZSTD(level) = compression else {
        return Err(ParquetError::NYI(format!("pages of words under {compression}")));
    };
    let mut zstd = Compressor::new(level.compression_level())?;
    let mut sink = TrackedWrite::new(Vec::new());
    let mut pages = SerializedPageWriter::new(&mut sink);

    let size = coded.words.len();
    let words = Page::DictionaryPage {
        buf: zstd.compress(&coded.words)?.into(),
        num_values: coded.word_count,
        encoding: Encoding::PLAIN,
        is_sorted: false,
    };
    let written = pages.write_page(CompressedPage::new(words, size))?;
    let (dictionary_size, mut uncompressed) = (written.bytes_written, written.uncompressed_size);

    let mut page_count = 0;
    let mut codes = coded.codes.as_slice();
    let rows_per_page = properties.data_page_row_count_limit().max(1);
    for from in (0..coded.rows).step_by(rows_per_page) {
        let rows = rows_per_page.min(coded.rows - from);
        let present = coded.present.as_ref().map(|present| present.slice(from, rows));
        let (here, after) = codes.split_at(present.as_ref().map_or(rows, |p| rows - p.null_count()).min(codes.len()));
        codes = after;
        let levels = (column.max_def_level() > 0).then_some(present.as_ref());
        let page = page(rows, levels, here);
        let size = page.len();
        let page = Page::DataPage {
            buf: zstd.compress(&page)?.into(),
            num_values: rows as u32,
            encoding: Encoding::RLE_DICTIONARY,
            def_level_encoding: Encoding::RLE,
            rep_level_encoding: Encoding::RLE,
            statistics: None,
        };
        uncompressed += pages.write_page(CompressedPage::new(page, size))?.uncompressed_size;
        page_count += 1;
    }
    pages.close()?;
    let bytes = Bytes::from(sink.into_inner()?);

    let kinds =
        [(PageType::DICTIONARY_PAGE, Encoding::PLAIN, 1), (PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, page_count)];
    let kinds = kinds.map(|(page_type, encoding, count)| PageEncodingStats { page_type, encoding, count });
    let metadata = ColumnChunkMetaData::builder(Arc::clone(column))
        .set_compression(compression)
        .set_encodings(vec![Encoding::PLAIN, Encoding::RLE, Encoding::RLE_DICTIONARY])
        .set_page_encoding_stats(kinds.into())
        .set_num_values(coded.rows as i64)
        .set_total_compressed_size(bytes.len() as i64)
        .set_total_uncompressed_size(uncompressed as i64)
        .set_dictionary_page_offset(Some(0))
        .set_data_page_offset(dictionary_size as i64)
        .build()?;
    let close = ColumnCloseResult {
        bytes_written: bytes.len() as u64,
        rows_written: coded.rows as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    Ok(Chunk { bytes, close })
}

/// Which rows hold a word, where the column may be null, and the codes of those that do.
fn page(rows: usize, levels: Option<Option<&NullBuffer>>, codes: &[u32]) -> Vec<u8> {
    let mut page = Vec::with_capacity(rows);
    if let Some(present) = levels {
        page.extend_from_slice(&[0; 4]);
        match present.filter(|present| present.null_count() > 0) {
            None => hybrid::run(rows, 1, 1, &mut page),
            Some(present) if codes.is_empty() => hybrid::run(present.len(), 0, 1, &mut page),
            Some(present) => hybrid::bits(rows, present.inner().sliced().as_slice(), &mut page),
        }
        let length = (page.len() - 4) as u32;
        page.iter_mut().zip(length.to_le_bytes()).for_each(|(to, from)| *to = from);
    }
    // codes are given in order of first use: early pages may do with fewer bits
    let width = u32::BITS - codes.iter().fold(0, |all, code| all | code).leading_zeros();
    page.push(width as u8);
    hybrid::encode(codes, width, &mut page);
    page
}
