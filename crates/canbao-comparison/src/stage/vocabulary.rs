//! The words of a staged column that says little: a code a row instead of the same few texts a million times.

use arrow::array::{Array, BinaryArray, StringArray};

/// The code of a row without a text; words have the codes below.
pub(crate) const NO_WORD: u8 = u8::MAX;
/// Slots of the table of words; a power of two, several times as many as there can be words.
const SLOTS: usize = 1024;

/// The words of one column of one source, in order of appearance.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    words: Vec<Box<[u8]>>,
    /// Code and one, by the word's mark; 0 is free.
    slots: Box<[u8; SLOTS]>,
    /// More words came than there are codes: the column is kept as it is from then on.
    overflown: bool,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self { words: Vec::new(), slots: Box::new([0; SLOTS]), overflown: false }
    }
}

impl Vocabulary {
    /// Appends the code of each text to `codes`; tells false, and appends nothing, where there are too many words.
    pub(crate) fn code(&mut self, texts: &BinaryArray, codes: &mut Vec<u8>) -> bool {
        if self.overflown {
            return false;
        }
        let from = codes.len();
        for i in 0..texts.len() {
            let code = if texts.is_null(i) { Some(NO_WORD) } else { self.of(texts.value(i)) };
            let Some(code) = code else {
                self.overflown = true;
                codes.truncate(from);
                return false;
            };
            codes.push(code);
        }
        true
    }

    fn of(&mut self, word: &[u8]) -> Option<u8> {
        let mut at = mark(word);
        loop {
            let slot = self.slots.get_mut(at)?;
            match slot.checked_sub(1) {
                Some(code) if self.words.get(usize::from(code)).is_some_and(|w| **w == *word) => return Some(code),
                Some(_) => at = (at + 1) % SLOTS,
                None => {
                    let code = u8::try_from(self.words.len()).ok().filter(|c| *c < NO_WORD - 1)?;
                    *slot = code + 1;
                    self.words.push(word.into());
                    return Some(code);
                }
            }
        }
    }

    /// The words by their codes.
    pub(crate) fn words(&self) -> StringArray {
        self.words.iter().map(|word| std::str::from_utf8(word).ok()).collect()
    }
}

/// Where the search for a word begins: by its length, its first and its last bytes.
fn mark(word: &[u8]) -> usize {
    let (first, last) = match (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
        _ => match (word.first_chunk::<3>(), word.last_chunk::<3>()) {
            (Some([a, b, c]), Some([x, y, z])) => {
                (u64::from_le_bytes([*a, *b, *c, 0, 0, 0, 0, 0]), u64::from_le_bytes([*x, *y, *z, 0, 0, 0, 0, 0]))
            }
            _ => (word.first().copied().unwrap_or(0).into(), word.last().copied().unwrap_or(0).into()),
        },
    };
    let mixed = (first ^ last.rotate_left(29) ^ word.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> (64 - SLOTS.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_give_the_texts_back() {
        let mut vocabulary = Vocabulary::default();
        let words = ["", "男", "正常参保", "a", "正常参保登记之一", "正常参保登记之二"];
        let texts: Vec<Option<&str>> =
            (0..1000).zip(words.iter().cycle()).map(|(i, word)| (i % 7 != 0).then_some(*word)).collect();
        let texts: BinaryArray = texts.iter().map(|t| t.map(str::as_bytes)).collect();
        let mut codes = vec![7];
        assert!(vocabulary.code(&texts, &mut codes));
        let words = vocabulary.words();
        assert_eq!(words.len(), 6);
        for (i, code) in codes.iter().skip(1).enumerate() {
            match *code {
                NO_WORD => assert!(texts.is_null(i)),
                code => assert_eq!(words.value(usize::from(code)).as_bytes(), texts.value(i)),
            }
        }
    }

    #[test]
    fn too_many_words_are_not_coded() {
        for (count, fits) in [(254, true), (255, false), (70_000, false)] {
            let texts: Vec<String> = (0..count).map(|i| format!("{i:05}")).collect();
            let texts = BinaryArray::from_iter_values(texts.iter().map(String::as_bytes));
            let (mut vocabulary, mut codes) = (Vocabulary::default(), Vec::new());
            assert_eq!(vocabulary.code(&texts, &mut codes), fits, "{count}");
            assert_eq!(codes.len(), if fits { count } else { 0 });
            let one = texts.slice(0, 1);
            assert_eq!(vocabulary.code(&one, &mut codes), fits, "once too many, always too many");
        }
    }
}
