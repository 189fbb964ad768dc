//! Memo texts, which stand in a file beside the table (`.fpt`, `.dbt`).

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::page::CELL_BYTES_MAX;

/// A memo file.
#[derive(Debug)]
pub(crate) struct Memo {
    file: File,
    block_bytes: u64,
    /// FoxPro and dBase IV write a text's length before it; dBase III ends it with ^Z.
    layout: Layout,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    FoxPro,
    DbaseFour,
    DbaseThree,
}

impl Memo {
    /// The memo file beside `table`, if there is one.
    pub(crate) fn beside(table: &Path, version: u8) -> Option<Self> {
        let open = |extensions: [&str; 2]| {
            extensions.iter().find_map(|extension| File::open(table.with_extension(extension)).ok())
        };
        if let Some(mut file) = open(["fpt", "FPT"]) {
            let head = read_at(&mut file, 0, 8);
            let &[.., high, low] = head.get(..8)? else { return None };
            let block_bytes = u64::from(u16::from_be_bytes([high, low])).max(1);
            return Some(Self { file, block_bytes, layout: Layout::FoxPro });
        }
        let file = open(["dbt", "DBT"])?;
        let layout = if version == 0x8B { Layout::DbaseFour } else { Layout::DbaseThree };
        Some(Self { file, block_bytes: 512, layout })
    }

    /// The text that a record's memo field points to: ten digits, or four bytes. Blank where it points nowhere.
    pub(crate) fn read(&mut self, pointer: &[u8]) -> Vec<u8> {
        let block = match pointer {
            &[a, b, c, d] => u64::from(u32::from_le_bytes([a, b, c, d])),
            digits => std::str::from_utf8(digits).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0),
        };
        let Some(offset) = block.checked_mul(self.block_bytes).filter(|offset| *offset > 0) else { return Vec::new() };
        let number = |bytes: Option<&[u8]>, big: bool| {
            let bytes = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).unwrap_or([0; 4]);
            if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
        };
        if self.layout == Layout::DbaseThree {
            let mut text = read_at(&mut self.file, offset, CELL_BYTES_MAX + 1);
            let end = text.iter().position(|byte| *byte == 0x1A).unwrap_or(text.len());
            text.truncate(end);
            return text;
        }
        let head = read_at(&mut self.file, offset, 8);
        let foxpro = self.layout == Layout::FoxPro;
        let length = number(head.get(4..8), foxpro);
        // FoxPro marks a text with 1; dBase IV counts the head in its length.
        let (is_text, length) =
            if foxpro { (number(head.get(..4), true) == 1, length) } else { (true, length.saturating_sub(8)) };
        if is_text {
            read_at(&mut self.file, offset + 8, (length as usize).min(CELL_BYTES_MAX + 1))
        } else {
            Vec::new()
        }
    }
}

fn read_at(file: &mut File, offset: u64, len: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::Start(offset)).is_ok() {
        // A pointer beyond the file's end reads as blank.
        let _ = file.take(len as u64).read_to_end(&mut bytes);
    }
    bytes
}
