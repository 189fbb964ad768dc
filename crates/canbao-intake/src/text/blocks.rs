//! A file as blocks of whole lines, decoded.

use std::io::{self, Read};

use encoding_rs::UTF_8;
use memchr::{memchr, memrchr};

use super::RECORD_BYTES_MAX;
use super::decode::{BadLine, Charset, escape};

/// Bytes read at a time: some thousand rows, and small enough to stay in the processor's cache.
const BLOCK_BYTES: usize = 384 * 1024;
/// What is kept of a line that is too long to be one.
const LONG_LINE_KEPT: usize = 4096;

/// Reads blocks of whole lines.
pub(crate) struct Blocks<R> {
    inner: R,
    charset: Charset,
    /// What ends a line: `\n`, or `\r` in files of old Macs.
    line_end: u8,
    raw: Vec<u8>,
    filled: usize,
    done: bool,
    /// Within a line that is too long: its rest is passed over.
    skipping: bool,
}

/// What a block of text ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BlockEnd {
    /// There is more.
    More,
    /// The file's end, after a line end or an empty file.
    Clean,
    /// The file's end, within a line.
    Torn,
}

impl<R: Read> Blocks<R> {
    pub(crate) fn new(inner: R, charset: Charset, line_end: u8) -> Self {
        Self { inner, charset, line_end, raw: vec![0; BLOCK_BYTES], filled: 0, done: false, skipping: false }
    }

    /// Appends the next lines to `out`, and marks its unreadable ones in `bad`. The last line of a torn
    /// file has no line end in `out` either.
    pub(crate) fn next(&mut self, out: &mut String, bad: &mut Vec<BadLine>) -> io::Result<BlockEnd> {
        loop {
            self.fill()?;
            if self.skipping {
                self.skip_line();
                if self.skipping {
                    if self.done {
                        return Ok(BlockEnd::Clean);
                    }
                    continue;
                }
            }
            let have = self.raw.get(..self.filled).unwrap_or(&[]);
            if self.done {
                let end = without_end_mark(have);
                let torn = end.last().is_some_and(|byte| *byte != self.line_end);
                self.emit(end.len(), out, bad);
                self.filled = 0;
                return Ok(if torn { BlockEnd::Torn } else { BlockEnd::Clean });
            }
            match memrchr(self.line_end, have) {
                Some(last) => {
                    self.emit(last + 1, out, bad);
                    self.drop_front(last + 1);
                    return Ok(BlockEnd::More);
                }
                None if self.filled >= RECORD_BYTES_MAX => {
                    let start = out.len();
                    escape(self.charset.encoding, have.get(..LONG_LINE_KEPT).unwrap_or(have), out);
                    out.push('\n');
                    bad.push(BadLine {
                        start, reason: format!("这一行超过{}字节，只保留了开头", RECORD_BYTES_MAX)
                    });
                    self.skipping = true;
                    self.skip_line();
                    return Ok(BlockEnd::More);
                }
                None => {
                    let longer = self.raw.len() * 2;
                    self.raw.resize(longer, 0);
                }
            }
        }
    }

    fn emit(&mut self, len: usize, out: &mut String, bad: &mut Vec<BadLine>) {
        let Some(lines) = self.raw.get_mut(..len) else { return };
        if self.line_end != b'\n' {
            for byte in lines.iter_mut() {
                if *byte == self.line_end {
                    *byte = b'\n';
                }
            }
        }
        self.charset.decode(lines, out, bad);
    }

    fn fill(&mut self) -> io::Result<()> {
        while !self.done {
            let Some(space) = self.raw.get_mut(self.filled..) else { break };
            if space.is_empty() {
                break;
            }
            match self.inner.read(space) {
                Ok(0) => self.done = true,
                Ok(read) => self.filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip_line(&mut self) {
        let have = self.raw.get(..self.filled).unwrap_or(&[]);
        match memchr(self.line_end, have) {
            Some(at) => {
                self.skipping = false;
                self.drop_front(at + 1);
            }
            None => self.filled = 0,
        }
    }

    fn drop_front(&mut self, count: usize) {
        self.raw.copy_within(count..self.filled, 0);
        self.filled -= count;
    }
}

/// `have` without DOS's end mark (^Z), its repetitions, and the zeros that fill a last sector.
fn without_end_mark(have: &[u8]) -> &[u8] {
    let kept = have.iter().rposition(|byte| !matches!(byte, 0x1A | 0)).map_or(0, |at| at + 1);
    match have.get(kept) {
        Some(0x1A) => have.get(..kept).unwrap_or(have),
        _ => have,
    }
}

impl Charset {
    /// UTF-8, each line checked, no other encoding tried: what [`super::utf16`] gives.
    pub(crate) fn strict_utf8() -> Self {
        Self { encoding: UTF_8, lenient: false }
    }
}
