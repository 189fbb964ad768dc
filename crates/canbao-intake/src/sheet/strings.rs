//! The texts that a workbook's cells share, one after the other.

/// Shared strings, by index.
#[derive(Debug, Default)]
pub(crate) struct SharedStrings {
    text: String,
    ends: Vec<u32>,
    /// Indexes of strings that hold half a character, in order.
    broken: Vec<u32>,
}

/// What stands under an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shared<'a> {
    Text(&'a str),
    /// A string that holds half a character.
    Broken,
    /// There is no such string.
    Missing,
}

impl SharedStrings {
    /// The text so far, to append to; [`SharedStrings::end`] closes the string.
    pub(crate) fn text(&mut self) -> &mut String {
        &mut self.text
    }

    /// Closes a string; `sound` says whether it is text throughout.
    pub(crate) fn end(&mut self, sound: bool) {
        if !sound {
            self.broken.push(self.ends.len() as u32);
        }
        self.ends.push(self.text.len() as u32);
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len() + self.ends.len() * size_of::<u32>()
    }

    /// The string of an index.
    pub(crate) fn get(&self, index: usize) -> Shared<'_> {
        let Some(&end) = self.ends.get(index) else { return Shared::Missing };
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        if !self.broken.is_empty() && self.broken.binary_search(&(index as u32)).is_ok() {
            return Shared::Broken;
        }
        self.text.get(start as usize..end as usize).map_or(Shared::Missing, Shared::Text)
    }
}
