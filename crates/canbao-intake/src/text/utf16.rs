//! UTF-16 as a stream of UTF-8, so that one reader serves all encodings.
//!
//! A surrogate without its other half becomes the three bytes that UTF-8 forbids for it (as in WTF-8),
//! and so makes its line, and no other, unreadable.

use std::io::{self, Read};

/// Reads UTF-16 and gives UTF-8.
pub(crate) struct Utf16Reader<R> {
    inner: R,
    big_endian: bool,
    raw: Vec<u8>,
    /// Bytes of `raw` that wait to be read: an odd byte, at most.
    kept: usize,
    high: Option<u16>,
    out: Vec<u8>,
    at: usize,
    done: bool,
}

impl<R: Read> Utf16Reader<R> {
    pub(crate) fn new(inner: R, big_endian: bool) -> Self {
        Self { inner, big_endian, raw: vec![0; 64 * 1024], kept: 0, high: None, out: Vec::new(), at: 0, done: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.out.clear();
        self.at = 0;
        while self.out.is_empty() && !self.done {
            let Some(space) = self.raw.get_mut(self.kept..) else { break };
            let read = self.inner.read(space)?;
            let have = self.kept + read;
            if read == 0 {
                self.done = true;
                if let Some(high) = self.high.take() {
                    push_lone(high, &mut self.out);
                }
                if self.kept == 1 {
                    // Half a unit at the end: a byte that no encoding explains.
                    self.out.push(0xFF);
                }
                break;
            }
            let filled = self.raw.get(..have).unwrap_or(&[]);
            let mut units = filled.chunks_exact(2);
            for pair in units.by_ref() {
                let &[a, b] = pair else { continue };
                let unit = if self.big_endian { u16::from_be_bytes([a, b]) } else { u16::from_le_bytes([a, b]) };
                push_unit(unit, &mut self.high, &mut self.out);
            }
            let odd = units.remainder().first().copied();
            self.kept = usize::from(odd.is_some());
            if let (Some(odd), Some(slot)) = (odd, self.raw.first_mut()) {
                *slot = odd;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.out.len() {
            self.refill()?;
        }
        let ready = self.out.get(self.at..).unwrap_or(&[]);
        let count = ready.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

fn push_unit(unit: u16, high: &mut Option<u16>, out: &mut Vec<u8>) {
    let low = (0xDC00..0xE000).contains(&unit);
    match high.take() {
        Some(first) if low => {
            let code = 0x10000 + ((u32::from(first) - 0xD800) << 10) + (u32::from(unit) - 0xDC00);
            push_code(code, out);
            return;
        }
        Some(first) => push_lone(first, out),
        None => {}
    }
    match unit {
        0xD800..0xDC00 => *high = Some(unit),
        _ if low => push_lone(unit, out),
        _ => push_code(u32::from(unit), out),
    }
}

fn push_code(code: u32, out: &mut Vec<u8>) {
    let mut buffer = [0; 4];
    if let Some(c) = char::from_u32(code) {
        out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes());
    }
}

fn push_lone(unit: u16, out: &mut Vec<u8>) {
    let unit = u32::from(unit);
    for byte in [0xE0 | unit >> 12, 0x80 | unit >> 6 & 0x3F, 0x80 | unit & 0x3F] {
        out.push(byte as u8);
    }
}
