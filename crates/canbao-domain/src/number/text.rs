//! The normalised text of a number, inline.

use std::fmt;

use super::CitizenNumber;

/// The most characters that a [`NumberText`] holds.
pub(super) const CAPACITY: usize = 24;

/// What a number field says once width, case, spaces, quotes, dashes and zero-width characters are folded away:
/// up to 24 ASCII characters, inline and `Copy`. A character that is neither a letter nor a digit and has no fold
/// (a Han character in a military number, say) stands as `?`, so that the others keep their places.
/// `Debug` shows the length only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberText {
    bytes: [u8; CAPACITY],
    len: u8,
    cut: bool,
}

impl NumberText {
    /// The text of nothing.
    pub const EMPTY: Self = Self { bytes: [0; CAPACITY], len: 0, cut: false };

    /// The first 24 of some bytes; a byte that is not ASCII stands as `?`.
    pub fn new(text: &[u8]) -> Self {
        let mut new = Self::EMPTY;
        for byte in text {
            new.push(*byte);
        }
        new
    }

    /// The text of 18 bytes known to be ASCII.
    pub(super) fn of_number(text: &[u8; 18]) -> Self {
        let mut new = Self { len: 18, ..Self::EMPTY };
        if let Some(place) = new.bytes.first_chunk_mut::<18>() {
            *place = *text;
        }
        new
    }

    pub(super) fn push(&mut self, byte: u8) {
        match self.bytes.get_mut(usize::from(self.len)) {
            Some(place) => {
                *place = if byte.is_ascii() { byte } else { b'?' };
                self.len += 1;
            }
            None => self.cut = true,
        }
    }

    /// The characters, all ASCII.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }

    /// The characters as a string.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The number of characters, 0..=24.
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// Whether there is no character.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether more was written than the 24 characters kept here.
    pub const fn is_cut(&self) -> bool {
        self.cut
    }
}

impl From<CitizenNumber> for NumberText {
    fn from(number: CitizenNumber) -> Self {
        Self::of_number(&number.bytes())
    }
}

impl fmt::Debug for NumberText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NumberText({} characters)", self.len)
    }
}
