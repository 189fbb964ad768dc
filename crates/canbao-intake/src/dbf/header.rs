//! The head of a DBF file: its record's layout and its language driver.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, WINDOWS_1252};

use crate::error::IntakeError;

/// A column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DbfField {
    /// Its name's bytes.
    pub(crate) name: Vec<u8>,
    /// `C` text, `N` `F` numbers as text, `D` date, `L` logical, `I` `B` `Y` binary numbers, `T` `@` time, `M` memo.
    pub(crate) kind: u8,
    /// Where it begins in the record; the deletion flag is at 0.
    pub(crate) offset: usize,
    pub(crate) len: usize,
    pub(crate) decimals: u8,
}

/// What a DBF file says of itself.
#[derive(Debug, Clone)]
pub(crate) struct DbfHeader {
    pub(crate) version: u8,
    pub(crate) records: u64,
    pub(crate) header_len: usize,
    pub(crate) record_len: usize,
    pub(crate) driver: u8,
    pub(crate) fields: Vec<DbfField>,
}

/// Longest header read: 255 fields, and FoxPro's link to its database.
pub(crate) const HEADER_BYTES_MAX: usize = 64 * 1024;

impl DbfHeader {
    /// Reads the first bytes of a file (as many as [`HEADER_BYTES_MAX`], or the whole file).
    pub(crate) fn parse(file: &str, head: &[u8]) -> Result<Self, IntakeError> {
        let broken = |what: &str| {
            IntakeError::new(file, format!("不是完整的DBF文件：{what}"))
                .hinted("请用FoxPro或WPS表格打开后另存一次，或请对方重新导出")
        };
        let short = || broken("文件头不完整");
        let byte = |at: usize| head.get(at).copied().ok_or_else(short);
        let number = |at: usize, len: usize| {
            let bytes = head.get(at..at + len).ok_or_else(short)?;
            Ok(bytes.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)))
        };
        let header_len = number(8, 2)? as usize;
        let record_len = number(10, 2)? as usize;
        if header_len < 33 || record_len < 2 {
            return Err(broken("文件头里的长度不对"));
        }
        let mut fields = Vec::new();
        let mut at = 32;
        while at + 32 <= header_len {
            let Some(entry) = head.get(at..at + 32) else { return Err(short()) };
            let (name, rest) = entry.split_at(11);
            if matches!(name.first(), Some(0x0D | 0) | None) {
                break;
            }
            let name = name.split(|byte| *byte == 0).next().unwrap_or(&[]);
            fields.push(DbfField {
                name: name.trim_ascii().to_vec(),
                kind: rest.first().copied().unwrap_or(0),
                offset: 0,
                len: usize::from(rest.get(5).copied().unwrap_or(0)),
                decimals: rest.get(6).copied().unwrap_or(0),
            });
            at += 32;
        }
        if fields.is_empty() {
            return Err(broken("没有字段"));
        }
        lay_out(&mut fields, record_len).ok_or_else(|| broken("字段长度之和与记录长度不符"))?;
        Ok(Self { version: byte(0)?, records: number(4, 4)?, header_len, record_len, driver: byte(29)?, fields })
    }

    /// The encoding that the language driver byte names, if it names one.
    pub(crate) fn driver_encoding(&self) -> Option<&'static Encoding> {
        match self.driver {
            0x4D | 0x7A => Some(GB18030),
            0x4F | 0x78 => Some(BIG5),
            0x03 | 0x57 | 0x58 | 0x59 => Some(WINDOWS_1252),
            0xF0 => Some(UTF_8),
            _ => None,
        }
    }
}

/// Gives the fields their offsets. Clipper and FoxPro keep a long text field's length in two bytes, the
/// second where other types have their decimals.
fn lay_out(fields: &mut [DbfField], record_len: usize) -> Option<()> {
    let sum: usize = fields.iter().map(|field| field.len).sum();
    if sum + 1 != record_len {
        let long = |field: &DbfField| match field.kind {
            b'C' => field.len + (usize::from(field.decimals) << 8),
            _ => field.len,
        };
        if fields.iter().map(long).sum::<usize>() + 1 == record_len {
            for field in fields.iter_mut() {
                field.len = long(field);
            }
        }
    }
    let mut offset = 1;
    for field in fields.iter_mut() {
        field.offset = offset;
        offset += field.len;
    }
    (offset <= record_len).then_some(())
}

/// Whether a file that begins so is a DBF, whatever its name. The first byte alone says little: FoxPro's
/// is the character `0`.
pub(crate) fn looks_like_dbf(head: &[u8]) -> bool {
    let known = matches!(
        head.first(),
        Some(0x02 | 0x03 | 0x04 | 0x05 | 0x30 | 0x31 | 0x32 | 0x43 | 0x63 | 0x83 | 0x8B | 0x8E | 0xCB | 0xF5 | 0xFB)
    );
    let dated = head.get(2).is_some_and(|month| *month <= 12) && head.get(3).is_some_and(|day| *day <= 31);
    known && dated && DbfHeader::parse("", head).is_ok()
}
