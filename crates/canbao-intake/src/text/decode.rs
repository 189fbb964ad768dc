//! Bytes of whole lines to text, each line checked.
//!
//! A line that the file's encoding does not explain is tried in the other one that offices use (files are
//! concatenated from two programs), and is bad only where neither explains it. Nothing ever becomes
//! U+FFFD: a byte that cannot be read stands as `\xNN` in the text of a bad line.

use encoding_rs::{DecoderResult, Encoding, GB18030, UTF_8};
use memchr::memchr;

use super::gbk::decode_gb;

/// How a text file's bytes are read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Charset {
    /// What [`encoding_rs`] calls it.
    pub(crate) encoding: &'static Encoding,
    /// Whether a line may be read in the other encoding if this one cannot (not if the user fixed it).
    pub(crate) lenient: bool,
}

/// A line of a decoded block that could not be read.
#[derive(Debug, Clone)]
pub(crate) struct BadLine {
    /// Where the line begins in the decoded text.
    pub(crate) start: usize,
    pub(crate) reason: String,
}

impl Charset {
    /// Appends the text of `raw`, whole lines, to `out`, and its unreadable lines to `bad`.
    pub(crate) fn decode(self, raw: &[u8], out: &mut String, bad: &mut Vec<BadLine>) {
        let start = out.len();
        let whole = if self.encoding == UTF_8 {
            simdutf8::basic::from_utf8(raw).map(|text| out.push_str(text)).is_ok()
        } else if self.lenient && self.encoding == GB18030 && has_utf8_line(raw) {
            false
        } else {
            decode_block(self.encoding, raw, out)
        };
        if whole {
            return;
        }
        out.truncate(start);
        let mut rest = raw;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, after) = rest.split_at(end);
            self.decode_line(line, out, bad);
            rest = after;
        }
    }

    fn decode_line(self, line: &[u8], out: &mut String, bad: &mut Vec<BadLine>) {
        let start = out.len();
        if self.encoding == UTF_8 {
            if let Ok(text) = std::str::from_utf8(line) {
                out.push_str(text);
                return;
            }
            if self.lenient && is_gb_line(line) && decode_gb(line, out) {
                return;
            }
        } else {
            if self.lenient && self.encoding == GB18030 && is_utf8_line(line) {
                out.push_str(&String::from_utf8_lossy(line));
                return;
            }
            if decode_short(self.encoding, line, out) {
                return;
            }
        }
        out.truncate(start);
        let bytes = escape(self.encoding, line, out);
        let name = self.encoding.name();
        bad.push(BadLine { start, reason: format!("有{bytes}个字节不是{name}编码的文字") });
    }
}

/// Decodes a block, or returns false (then `out` holds a part of it). The decoder first writes zeros over
/// all of a string's spare capacity, so this is for blocks; see [`decode_short`].
fn decode_block(encoding: &'static Encoding, raw: &[u8], out: &mut String) -> bool {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let need = decoder.max_utf8_buffer_length_without_replacement(raw.len());
    out.reserve(need.unwrap_or(raw.len() * 3));
    let (result, _) = decoder.decode_to_string_without_replacement(raw, out, true);
    matches!(result, DecoderResult::InputEmpty)
}

/// Decodes a line or a cell, or returns false (then `out` holds a part of it).
pub(crate) fn decode_short(encoding: &'static Encoding, raw: &[u8], out: &mut String) -> bool {
    if encoding == GB18030 {
        return decode_gb(raw, out);
    }
    if encoding == UTF_8 {
        return std::str::from_utf8(raw).map(|text| out.push_str(text)).is_ok();
    }
    match encoding.decode_without_bom_handling_and_without_replacement(raw) {
        Some(text) => {
            out.push_str(&text);
            true
        }
        None => false,
    }
}

/// Decodes `line`, writing `\xNN` for each byte that cannot be read; returns how many those are.
pub(crate) fn escape(encoding: &'static Encoding, line: &[u8], out: &mut String) -> usize {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut piece = [0; 2048];
    let (mut bytes, mut at) = (0, 0);
    loop {
        let rest = line.get(at..).unwrap_or(&[]);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, &mut piece, true);
        let text = piece.get(..written).and_then(|text| std::str::from_utf8(text).ok());
        out.push_str(text.unwrap_or(""));
        at += read;
        match result {
            DecoderResult::InputEmpty => return bytes,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(bad, after) => {
                // The decoder keeps what it has looked at beyond the bad bytes, and goes on with it.
                let end = at.saturating_sub(usize::from(after));
                for byte in line.get(end.saturating_sub(usize::from(bad))..end).unwrap_or(&[]) {
                    push_byte(*byte, out);
                    bytes += 1;
                }
            }
        }
    }
}

fn push_byte(byte: u8, out: &mut String) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    out.push_str("\\x");
    for digit in [byte >> 4, byte & 15] {
        out.push(HEX.get(usize::from(digit)).copied().unwrap_or('?'));
    }
}

/// Whether some line of `raw` is UTF-8 beyond ASCII.
fn has_utf8_line(raw: &[u8]) -> bool {
    let mut rest = raw;
    while !rest.is_empty() {
        // Lines of plain ASCII are passed in one step: what counts is the first character beyond it.
        let Some(at) = rest.iter().position(|byte| *byte >= 0x80) else { return false };
        let Some(tail) = rest.get(at..) else { return false };
        let end = memchr(b'\n', tail).unwrap_or(tail.len());
        if tail.get(..end).is_some_and(is_utf8_line) {
            return true;
        }
        rest = tail.get(end..).unwrap_or(&[]);
    }
    false
}

/// Whether a line is Chinese text in UTF-8 rather than in GB18030. Beyond the grammar, it must hold a
/// three-byte character and nothing shorter: GB18030 text is now and then valid as two-byte UTF-8, "联通"
/// being the famous case, and a rare one also as three-byte.
pub(crate) fn is_utf8_line(line: &[u8]) -> bool {
    let first = line.iter().position(|byte| *byte >= 0x80);
    let Some(tail) = first.and_then(|at| line.get(at..)) else { return false };
    if !tail.first().is_some_and(|lead| (0xE2..=0xEF).contains(lead)) {
        return false;
    }
    let Ok(text) = std::str::from_utf8(tail) else { return false };
    if !text.chars().all(|c| c.is_ascii() || c >= '\u{800}') || gb_share(line) >= 0.6 {
        return false;
    }
    // Read as UTF-8 it is the commoner text.
    gb_share(&GB18030.encode(text).0) >= 0.6
}

/// Whether a line is plausible Chinese text in GB18030: valid, and mostly of the 3,755 first-level
/// characters, which damaged UTF-8 read as GB18030 hardly ever is.
fn is_gb_line(line: &[u8]) -> bool {
    gb_share(line) >= 0.6
}

/// The share of first-level characters among a line's two-byte units, read as GB18030; 0 if it is not valid.
pub(crate) fn gb_share(line: &[u8]) -> f64 {
    let (mut common, mut all, mut at) = (0_u32, 0_u32, 0);
    while let Some(&lead) = line.get(at) {
        if lead < 0x80 {
            at += 1;
            continue;
        }
        let trail = line.get(at + 1).copied().unwrap_or(0);
        match (lead, trail) {
            (0x80 | 0xFF, _) | (_, 0..=0x2F | 0x3A..=0x3F | 0x7F | 0xFF) => return 0.0,
            (_, 0x30..=0x39) => at += 4,
            _ => {
                common += u32::from((0xB0..=0xD7).contains(&lead) && trail >= 0xA1 || lead == 0xA3 || lead == 0xA1);
                at += 2;
            }
        }
        all += 1;
    }
    if all == 0 { 0.0 } else { f64::from(common) / f64::from(all) }
}
