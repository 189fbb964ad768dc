//! Encodings, fast enough for a city.

use std::sync::LazyLock;

use encoding_rs::{GB18030, GBK};

/// The encoding of a text file.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(crate) enum Charset {
    /// With a byte order mark, as spreadsheets save it.
    Utf8,
    /// Little-endian with a byte order mark, as spreadsheets save "Unicode text".
    Utf16,
    Gb18030,
}

/// The two bytes of each character of the basic plane that has two in GBK, else 0.
static TWO_BYTES: LazyLock<Vec<[u8; 2]>> = LazyLock::new(|| {
    let mut table = vec![[0, 0]; 0x1_0000];
    for lead in 0x81..=0xFE_u8 {
        for trail in 0x40..=0xFE_u8 {
            let bytes = [lead, trail];
            let Some(text) = GBK.decode_without_bom_handling_and_without_replacement(&bytes) else { continue };
            let mut letters = text.chars();
            let (Some(letter), None) = (letters.next(), letters.next()) else { continue };
            // what does not come back as it went is not ours to write
            if GB18030.encode(&text).0.as_ref() == bytes
                && let Some(entry) = table.get_mut(letter as usize)
            {
                *entry = bytes;
            }
        }
    }
    table
});

impl Charset {
    /// The bytes before the first character.
    pub(crate) fn mark(self) -> &'static [u8] {
        match self {
            Charset::Utf8 => b"\xEF\xBB\xBF",
            Charset::Utf16 => b"\xFF\xFE",
            Charset::Gb18030 => b"",
        }
    }

    /// Appends text.
    pub(crate) fn push(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Charset::Utf8 => out.extend_from_slice(text.as_bytes()),
            Charset::Utf16 => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
            Charset::Gb18030 => push_gb(text, out, |letter, out| {
                out.extend_from_slice(&GB18030.encode(letter.encode_utf8(&mut [0; 4])).0);
            }),
        }
    }
}

/// Appends GBK text; what GBK lacks becomes a `?`.
pub(crate) fn push_gbk(text: &str, out: &mut Vec<u8>) {
    push_gb(text, out, |_, out| out.push(b'?'));
}

fn push_gb(text: &str, out: &mut Vec<u8>, other: impl Fn(char, &mut Vec<u8>)) {
    if text.is_ascii() {
        out.extend_from_slice(text.as_bytes());
        return;
    }
    let table = &*TWO_BYTES;
    for letter in text.chars() {
        match (letter.is_ascii(), table.get(letter as usize)) {
            (true, _) => out.push(letter as u8),
            (false, Some(bytes)) if *bytes != [0, 0] => out.extend_from_slice(bytes),
            _ => other(letter, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{GB18030, UTF_16LE};

    use super::{Charset, push_gbk};

    const TEXT: &str = "王伟ABC·𬍛㛃？，\u{3000}\u{E123}１２３龥a镕";

    #[test]
    fn what_is_written_reads_back() {
        for (charset, encoding) in [(Charset::Gb18030, GB18030), (Charset::Utf16, UTF_16LE)] {
            let mut bytes = Vec::new();
            charset.push(TEXT, &mut bytes);
            let (text, _, damaged) = encoding.decode(&bytes);
            assert_eq!((text.as_ref(), damaged), (TEXT, false));
        }
    }

    #[test]
    fn gbk_has_a_question_mark_for_what_it_lacks() {
        let mut bytes = Vec::new();
        push_gbk("王㛃伟𬍛", &mut bytes);
        assert_eq!(GB18030.decode(&bytes).0, "王?伟?");
    }
}
