//! The compound file (MS-CFB) that an XLS stands in.

use std::path::Path;

use super::broken;
use crate::error::IntakeError;
use crate::sheet::xls::records::{u16_at, u32_at};

/// Largest file read: the format's own limits keep real ones far below.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Marks of the sector table: the end of a chain and all other reserved values lie above.
const SECTOR_MAX: u32 = 0xFFFF_FFFA;

/// The bytes of the workbook's stream.
pub(super) fn workbook(path: &Path, shown: &str) -> Result<Vec<u8>, IntakeError> {
    let io = |error| IntakeError::io(shown, error);
    if std::fs::metadata(path).map_err(io)?.len() > FILE_BYTES_MAX {
        return Err(broken(shown, "比这种格式所能有的大得多"));
    }
    let file = std::fs::read(path).map_err(io)?;
    let container = Container::parse(&file).ok_or_else(|| broken(shown, "没有复制完整，或已损坏"))?;
    let stream = ["Workbook", "Book"].iter().find_map(|name| container.stream(name));
    stream.ok_or_else(|| {
        let locked = container.entries.iter().any(|entry| entry.name == "EncryptedPackage");
        broken(shown, if locked { "有密码保护" } else { "里面没有工作簿，或已损坏" })
    })
}

struct Container<'a> {
    file: &'a [u8],
    sector_bytes: usize,
    mini_bytes: usize,
    mini_below: u32,
    table: Vec<u32>,
    mini_table: Vec<u32>,
    mini_stream: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    kind: u8,
    start: u32,
    size: u64,
}

impl<'a> Container<'a> {
    fn parse(file: &'a [u8]) -> Option<Self> {
        let shift = |at: usize, allowed: std::ops::RangeInclusive<u16>| {
            let shift = u16_at(file, at)?;
            allowed.contains(&shift).then(|| 1_usize << shift)
        };
        let mut container = Self {
            file,
            sector_bytes: shift(30, 7..=16)?,
            mini_bytes: shift(32, 4..=12)?,
            mini_below: u32_at(file, 56)?,
            table: Vec::new(),
            mini_table: Vec::new(),
            mini_stream: Vec::new(),
            entries: Vec::new(),
        };
        container.read_table()?;
        let directory = container.chain(u32_at(file, 48)?)?;
        container.entries = directory.chunks_exact(128).filter_map(entry).collect();
        let mini_table = container.chain(u32_at(file, 60)?).unwrap_or_default();
        container.mini_table = mini_table.chunks_exact(4).filter_map(|bytes| u32_at(bytes, 0)).collect();
        let root = container.entries.iter().find(|entry| entry.kind == 5).map(|entry| entry.start);
        container.mini_stream = root.and_then(|start| container.chain(start)).unwrap_or_default();
        Some(container)
    }

    /// The table of sectors: its own sectors are listed in the header, and on from there in a chain.
    fn read_table(&mut self) -> Option<()> {
        let mut sectors: Vec<u32> = (0..109).filter_map(|k| u32_at(self.file, 76 + 4 * k)).collect();
        let mut next = u32_at(self.file, 68)?;
        let most = self.file.len() / self.sector_bytes + 1;
        for _ in 0..most {
            let Some(sector) = self.sector(next) else { break };
            let mut numbers: Vec<u32> = sector.chunks_exact(4).filter_map(|bytes| u32_at(bytes, 0)).collect();
            next = numbers.pop()?;
            sectors.extend(numbers);
        }
        for number in sectors.into_iter().filter(|number| *number < SECTOR_MAX).take(most) {
            let sector = self.sector(number)?;
            self.table.extend(sector.chunks_exact(4).filter_map(|bytes| u32_at(bytes, 0)));
        }
        Some(())
    }

    /// A sector; the file's last may be short.
    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (number as usize).checked_add(1)?.checked_mul(self.sector_bytes)?;
        let end = start.checked_add(self.sector_bytes)?.min(self.file.len());
        self.file.get(start..end).filter(|sector| !sector.is_empty())
    }

    /// The bytes of a chain of sectors; `None` if it leaves the file or runs in a circle.
    fn chain(&self, start: u32) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let mut number = start;
        while number < SECTOR_MAX {
            bytes.extend_from_slice(self.sector(number)?);
            if bytes.len() > self.file.len() {
                return None;
            }
            number = *self.table.get(number as usize)?;
        }
        Some(bytes)
    }

    fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.kind == 2 && entry.name.eq_ignore_ascii_case(name))?;
        let size = usize::try_from(entry.size & 0xFFFF_FFFF).ok()?;
        let mut bytes = if entry.size < u64::from(self.mini_below) {
            let mut bytes = Vec::new();
            let mut number = entry.start;
            while number < SECTOR_MAX && bytes.len() < size {
                let at = (number as usize).checked_mul(self.mini_bytes)?;
                bytes.extend_from_slice(self.mini_stream.get(at..at.checked_add(self.mini_bytes)?)?);
                number = *self.mini_table.get(number as usize)?;
            }
            bytes
        } else {
            self.chain(entry.start)?
        };
        if bytes.len() < size {
            return None;
        }
        bytes.truncate(size);
        Some(bytes)
    }
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let len = usize::from(u16_at(bytes, 64)?).min(64).saturating_sub(2);
    let units = bytes.get(..len)?.chunks_exact(2).filter_map(|pair| u16_at(pair, 0));
    let name = char::decode_utf16(units).map(|c| c.unwrap_or('?')).collect();
    let low = u64::from(u32_at(bytes, 120)?);
    Some(Entry { name, kind: *bytes.get(66)?, start: u32_at(bytes, 116)?, size: low })
}
