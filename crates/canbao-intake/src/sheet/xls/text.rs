//! Texts of BIFF records, which may go on in continuation records.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, WINDOWS_1252};

use super::records::u16_at;
use crate::sheet::strings::SharedStrings;
use crate::text::decode::{decode_short, escape};

/// The encoding of BIFF5's texts.
pub(super) fn encoding_of(codepage: u16) -> &'static Encoding {
    match codepage {
        950 | 10002 => BIG5,
        65001 => UTF_8,
        1252 | 32769 | 10000 => WINDOWS_1252,
        // 936, and what Chinese systems wrote under other names.
        _ => GB18030,
    }
}

/// Reads over the pieces of a record and its continuations.
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(pieces: Vec<&'a [u8]>) -> Self {
        Self { pieces, piece: 0, at: 0 }
    }

    /// What is left of the piece at hand; goes on to the next one that is not empty.
    fn rest(&mut self) -> Option<&'a [u8]> {
        loop {
            let rest = self.pieces.get(self.piece)?.get(self.at..)?;
            if !rest.is_empty() {
                return Some(rest);
            }
            self.piece += 1;
            self.at = 0;
        }
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        let byte = *self.rest()?.first()?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        Some(u32::from(self.u16()?) | u32::from(self.u16()?) << 16)
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let step = self.rest()?.len().min(count);
            self.at += step;
            count -= step;
        }
        Some(())
    }

    /// Appends a text of `count` characters; in each piece a flag says anew whether they are wide.
    /// Says whether they are text throughout.
    fn characters(&mut self, count: usize, mut wide: bool, out: &mut String) -> Option<bool> {
        let mut left = count;
        let mut units = Vec::new();
        while left > 0 {
            let ended = self.pieces.get(self.piece).is_none_or(|piece| self.at >= piece.len());
            let rest = self.rest()?;
            let rest = if ended {
                wide = rest.first()? & 1 != 0;
                self.at += 1;
                self.pieces.get(self.piece)?.get(self.at..)?
            } else {
                rest
            };
            let size = if wide { 2 } else { 1 };
            let take = (rest.len() / size).min(left);
            if take == 0 && !rest.is_empty() {
                return None;
            }
            let raw = rest.get(..take * size)?;
            if wide {
                units.extend(raw.chunks_exact(2).filter_map(|pair| u16_at(pair, 0)));
            } else {
                units.extend(raw.iter().copied().map(u16::from));
            }
            self.at += take * size;
            left -= take;
        }
        let mut sound = true;
        out.extend(char::decode_utf16(units).filter_map(|c| {
            sound &= c.is_ok();
            c.ok()
        }));
        Some(sound)
    }

    /// A text whose length stands before it in two bytes, with its formatting and phonetics passed over.
    pub(super) fn text(&mut self, out: &mut String) -> Option<bool> {
        let count = usize::from(self.u16()?);
        self.text_of(count, out)
    }

    fn text_of(&mut self, count: usize, out: &mut String) -> Option<bool> {
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) } else { 0 };
        let extra = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let sound = self.characters(count, flags & 1 != 0, out)?;
        self.skip(runs * 4)?;
        self.skip(extra)?;
        Some(sound)
    }
}

/// A text of BIFF8, whose length takes one byte (names) or two.
pub(super) fn wide_text(data: &[u8], short: bool, out: &mut String) -> Option<bool> {
    let mut pieces = Pieces::new(vec![data]);
    if short {
        let count = usize::from(pieces.u8()?);
        return pieces.text_of(count, out);
    }
    pieces.text(out)
}

/// A text of BIFF5, in the workbook's encoding.
pub(super) fn narrow_text(data: &[u8], short: bool, encoding: &'static Encoding, out: &mut String) -> Option<bool> {
    let (count, from) = if short { (usize::from(*data.first()?), 1) } else { (usize::from(u16_at(data, 0)?), 2) };
    let raw = data.get(from..from + count)?;
    let start = out.len();
    if decode_short(encoding, raw, out) {
        return Some(true);
    }
    out.truncate(start);
    escape(encoding, raw, out);
    Some(false)
}

/// The shared strings of a record and its continuations; those up to where it is torn.
pub(super) fn shared(pieces: Vec<&[u8]>) -> SharedStrings {
    let mut strings = SharedStrings::default();
    let mut pieces = Pieces::new(pieces);
    let (Some(_), Some(count)) = (pieces.u32(), pieces.u32()) else { return strings };
    for _ in 0..count {
        let Some(sound) = pieces.text(strings.text()) else { break };
        strings.end(sound);
    }
    strings
}
