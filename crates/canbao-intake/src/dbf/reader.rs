//! A DBF's records as pages.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8};

use super::header::{DbfField, DbfHeader};
use super::memo::Memo;
use super::value::push_value;
use crate::error::IntakeError;
use crate::page::{CELL_BYTES_MAX, Page, Span};
use crate::text::decode::{decode_short, escape};

/// Bytes of records read at a time.
const BLOCK_BYTES: usize = 512 * 1024;

/// Reads the records of a DBF, page by page.
pub(crate) struct DbfReader {
    file: String,
    inner: Box<dyn Read + Send>,
    header: DbfHeader,
    encoding: &'static Encoding,
    memo: Option<Memo>,
    raw: Vec<u8>,
    /// The next record, 1-based.
    record: i64,
    done: bool,
}

impl DbfReader {
    /// `inner` stands at the first record.
    pub(crate) fn new(
        file: &str,
        inner: Box<dyn Read + Send>,
        header: DbfHeader,
        encoding: &'static Encoding,
        memo: Option<Memo>,
    ) -> Self {
        let records = (BLOCK_BYTES / header.record_len).clamp(1, crate::page::PAGE_ROWS_MAX);
        let raw = vec![0; records * header.record_len];
        Self { file: file.to_owned(), inner, header, encoding, memo, raw, record: 1, done: false }
    }

    /// Fills `page` with the next records; false at the end.
    pub(crate) fn next_page(&mut self, page: &mut Page) -> Result<bool, IntakeError> {
        page.clear();
        if self.done {
            return Ok(false);
        }
        let filled = self.fill()?;
        let raw = self.raw.get(..filled).unwrap_or(&[]);
        for record in raw.chunks(self.header.record_len) {
            // The end mark stands where the next record's flag would.
            if record.first() == Some(&0x1A) && (record.len() < self.header.record_len || self.past_count()) {
                self.done = true;
                break;
            }
            if record.len() < self.header.record_len {
                if record.iter().all(|byte| matches!(byte, 0 | 0x1A | b' ' | b'\r' | b'\n')) {
                    break;
                }
                let first = page.cells.len();
                let start = page.text.len();
                let written = record.get(1..).unwrap_or(&[]);
                escape(self.encoding, written, &mut page.text);
                page.cells.push(Span::new(start, page.text.len()));
                page.close_row(first, self.record, Some("文件在这条记录中间断了".to_owned()));
                break;
            }
            push_record(&self.header.fields, self.encoding, &mut self.memo, record, self.record, page);
            self.record += 1;
        }
        Ok(true)
    }

    fn past_count(&self) -> bool {
        self.record > i64::try_from(self.header.records).unwrap_or(i64::MAX)
    }

    fn fill(&mut self) -> Result<usize, IntakeError> {
        let mut filled = 0;
        while let Some(space) = self.raw.get_mut(filled..)
            && !space.is_empty()
        {
            match self.inner.read(space) {
                Ok(0) => {
                    self.done = true;
                    break;
                }
                Ok(read) => filled += read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(IntakeError::io(self.file.clone(), error).at_row(self.record)),
            }
        }
        Ok(filled)
    }
}

fn push_record(
    fields: &[DbfField],
    encoding: &'static Encoding,
    memo: &mut Option<Memo>,
    record: &[u8],
    number: i64,
    page: &mut Page,
) {
    let first = page.cells.len();
    let mut reason = None;
    for field in fields {
        let start = page.text.len();
        let raw = record.get(field.offset..field.offset + field.len).unwrap_or(&[]);
        let fault = match field.kind {
            b'C' | b'V' => push_text(field.kind, raw, encoding, &mut page.text),
            b'M' => match memo.as_mut().map(|memo| memo.read(raw)) {
                Some(text) if text.len() > CELL_BYTES_MAX => Some(format!("备注超过{CELL_BYTES_MAX}字节")),
                Some(text) => push_text(b'C', &text, encoding, &mut page.text),
                None => None,
            },
            _ => {
                push_value(field, raw, &mut page.text);
                None
            }
        };
        if let Some(fault) = fault {
            let name = String::from_utf8_lossy(&field.name);
            reason.get_or_insert_with(|| format!("字段{name}：{fault}"));
        }
        page.cells.push(Span::new(start, page.text.len()));
    }
    let deleted = match record.first() {
        Some(b' ' | 0) => None,
        Some(b'*') => Some("已作删除标记".to_owned()),
        _ => Some("记录开头的删除标记无效，内容可能已错位".to_owned()),
    };
    page.close_row(first, number, deleted.or(reason));
}

/// Appends a text field without its padding; says what is wrong with it.
fn push_text(kind: u8, raw: &[u8], encoding: &'static Encoding, out: &mut String) -> Option<String> {
    // FoxPro's varchar keeps its length in its last byte where it is shorter than the field.
    let raw = match (kind, raw.split_last()) {
        (b'V', Some((len, _))) if usize::from(*len) < raw.len() => raw.get(..usize::from(*len)).unwrap_or(raw),
        _ => raw,
    };
    let end = raw.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |at| at + 1);
    let text = raw.get(..end).unwrap_or(&[]);
    if memchr::memchr(0, text).is_some() {
        escape(encoding, text, out);
        return Some("有空字符（NUL），内容已损坏".to_owned());
    }
    if text.is_ascii() {
        out.push_str(std::str::from_utf8(text).unwrap_or(""));
        return None;
    }
    let start = out.len();
    if decode_short(encoding, text, out) {
        return None;
    }
    // A text that fills its field may be cut within its last character; what is left of that says nothing.
    if end == raw.len() {
        let halves = if encoding == UTF_8 { 3 } else { 1 };
        for cut in 1..=halves {
            out.truncate(start);
            let Some(whole) = text.len().checked_sub(cut).and_then(|len| text.get(..len)) else { break };
            if text.get(whole.len()..).is_some_and(|half| half.iter().all(|byte| *byte >= 0x80))
                && decode_short(encoding, whole, out)
            {
                return None;
            }
        }
    }
    out.truncate(start);
    let bytes = escape(encoding, text, out);
    Some(format!("有{bytes}个字节不是{}编码的文字", encoding.name()))
}
