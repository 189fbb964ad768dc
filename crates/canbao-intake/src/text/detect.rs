//! Which encoding a text file has, and what ends its lines.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr;

use super::decode::gb_share;

/// Bytes of the file's beginning that are looked at: a header and its first rows can be plain ASCII.
pub(crate) const HEAD_BYTES: usize = 1 << 20;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Detected {
    pub(crate) encoding: &'static Encoding,
    /// Length of the byte order mark.
    pub(crate) bom: usize,
}

/// Detects the encoding of a file by samples: its beginning first, then pieces of its middle and end.
/// Pieces may begin and end within a character.
pub(crate) fn detect(samples: &[Vec<u8>]) -> Detected {
    let head = samples.first().map_or(&[][..], Vec::as_slice);
    if let Some(found) = by_mark(head) {
        return found;
    }
    if let Some(encoding) = as_utf16(head) {
        return Detected { encoding, bom: 0 };
    }
    let (mut valid, mut broken, mut gb, mut pieces) = (0_u64, 0_u64, 0.0, 0.0);
    for sample in samples {
        let (good, bad) = count_utf8(sample);
        valid += good;
        broken += bad;
        for line in sample.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).take(2000) {
            gb += gb_share(line);
            pieces += 1.0;
        }
    }
    // A file of plain ASCII so far is read as UTF-8; a later line in GB18030 is read as such by itself.
    let is_utf8 = broken == 0 || valid > 4 * broken && gb < pieces * 0.6;
    Detected { encoding: if is_utf8 { UTF_8 } else { GB18030 }, bom: 0 }
}

fn by_mark(head: &[u8]) -> Option<Detected> {
    let marks: [(&[u8], &'static Encoding); 4] = [
        (&[0xEF, 0xBB, 0xBF], UTF_8),
        (&[0xFF, 0xFE], UTF_16LE),
        (&[0xFE, 0xFF], UTF_16BE),
        (&[0x84, 0x31, 0x95, 0x33], GB18030),
    ];
    let (mark, encoding) = marks.into_iter().find(|(mark, _)| head.starts_with(mark))?;
    Some(Detected { encoding, bom: mark.len() })
}

/// The byte order mark's length in a file whose encoding is known.
pub(crate) fn mark_len(encoding: &'static Encoding, head: &[u8]) -> usize {
    by_mark(head).filter(|found| found.encoding == encoding).map_or(0, |found| found.bom)
}

/// UTF-16 without a mark: separators, digits and line ends are a byte of ASCII and a zero, always in the same order.
fn as_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let (mut little, mut big) = (0, 0);
    for pair in head.chunks_exact(2) {
        match *pair {
            [ascii, 0] if is_ascii(ascii) => little += 1,
            [0, ascii] if is_ascii(ascii) => big += 1,
            _ => {}
        }
    }
    let many = head.len() / 40 + 1;
    if little >= many && little > 4 * big {
        return Some(UTF_16LE);
    }
    (big >= many && big > 4 * little).then_some(UTF_16BE)
}

/// How many characters beyond ASCII are valid UTF-8, and at how many places the bytes are not. A piece's
/// torn ends do not count.
fn count_utf8(sample: &[u8]) -> (u64, u64) {
    let start = sample.iter().take(3).take_while(|byte| (0x80..0xC0).contains(*byte)).count();
    let mut rest = sample.get(start..).unwrap_or(&[]);
    let (mut valid, mut broken) = (0, 0);
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => return (valid + wide(text.as_bytes()), broken),
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                valid += wide(good);
                let Some(length) = error.error_len() else { return (valid, broken) };
                broken += 1;
                rest = bad.get(length..).unwrap_or(&[]);
                if broken > 100_000 {
                    return (valid, broken);
                }
            }
        }
    }
}

fn wide(valid: &[u8]) -> u64 {
    valid.iter().filter(|byte| **byte >= 0xC0).count() as u64
}

/// What ends a line: `\n`, or `\r` where the file has no other.
pub(crate) fn line_end(head: &[u8]) -> u8 {
    if memchr(b'\n', head).is_none() && memchr(b'\r', head).is_some() { b'\r' } else { b'\n' }
}
