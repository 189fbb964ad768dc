//! Folding of a code field: width and case; everything but letters and digits falls away.

/// The most letters and digits that are kept; the longest code has 18.
const CAPACITY: usize = 24;

pub(super) struct Folded {
    bytes: [u8; CAPACITY],
    len: usize,
}

impl Folded {
    /// Folds a field. What a licence's copies add, `(1-1)` or `（副本）`, is left out; a Han character stands as `?`.
    pub(super) fn read(raw: &str) -> Self {
        let mut folded = Self { bytes: [0; CAPACITY], len: 0 };
        for c in raw.chars() {
            let ascii = match c {
                '\u{ff01}'..='\u{ff5e}' => char::from((c as u32 - 0xff01 + 0x21) as u8),
                _ => c,
            };
            match ascii {
                '(' | '[' if folded.len > 0 => break,
                '0'..='9' | 'a'..='z' | 'A'..='Z' => folded.push(ascii.to_ascii_uppercase() as u8),
                _ if c.is_alphanumeric() => folded.push(b'?'),
                _ => {}
            }
        }
        folded
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}
