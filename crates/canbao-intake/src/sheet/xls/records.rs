//! A stream of BIFF records.

/// A record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    pub(super) data: &'a [u8],
    /// Where its data stands in the stream.
    pub(super) at: usize,
}

/// The records of a stream from an offset on; ends where the stream does, or within a torn record.
pub(super) struct Records<'a> {
    stream: &'a [u8],
    at: usize,
    /// Whether the last record reached beyond the stream.
    pub(super) torn: bool,
}

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8], at: usize) -> Self {
        Self { stream, at, torn: false }
    }

    /// The kind of the next record.
    pub(super) fn peek(&self) -> Option<u16> {
        u16_at(self.stream, self.at)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let kind = u16_at(self.stream, self.at)?;
        let len = usize::from(u16_at(self.stream, self.at.checked_add(2)?)?);
        let at = self.at.checked_add(4)?;
        let Some(data) = self.stream.get(at..at.checked_add(len)?) else {
            self.torn = true;
            return None;
        };
        self.at = at + len;
        Some(Record { kind, data, at })
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    pair.try_into().ok().map(u16::from_le_bytes)
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    four.try_into().ok().map(u32::from_le_bytes)
}

pub(super) fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    let eight = bytes.get(at..at.checked_add(8)?)?;
    eight.try_into().ok().map(f64::from_le_bytes)
}

/// Excel's short number: 30 bits of an integer or of a float's high part, by 100 or not.
pub(super) fn rk(bits: u32) -> f64 {
    let value = if bits & 2 == 0 { f64::from_bits(u64::from(bits & !3) << 32) } else { f64::from((bits as i32) >> 2) };
    if bits & 1 == 0 { value } else { value / 100.0 }
}
