//! Which format a file has: by its content first, for names lie.

use std::path::Path;

use crate::dbf::header::looks_like_dbf;
use crate::error::IntakeError;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// CSV, TXT and other delimited text.
    Text,
    /// Excel 2007 and later.
    Xlsx,
    /// Excel 97–2003, and 95.
    Xls,
    /// dBase III to FoxPro.
    Dbf,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Its name, as people say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Xlsx => "xlsx",
            Self::Xls => "xls",
            Self::Dbf => "dbf",
            Self::Parquet => "parquet",
        }
    }

    /// The format of a file by its first bytes and its name.
    pub(crate) fn of(shown: &str, path: &Path, head: &[u8]) -> Result<Self, IntakeError> {
        let extension = path.extension().map(|name| name.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        if head.is_empty() {
            return Err(IntakeError::new(shown, "文件是空的").hinted("请核对是否复制完整，或请对方重新导出"));
        }
        if head.starts_with(b"PK\x03\x04") {
            return Ok(Self::Xlsx);
        }
        if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
            return Ok(Self::Xls);
        }
        if head.starts_with(b"PAR1") {
            return Ok(Self::Parquet);
        }
        if extension == "dbf" || looks_like_dbf(head) {
            return Ok(Self::Dbf);
        }
        // BIFF2 to BIFF4: worksheets of the first Excels, without a container.
        if matches!(head.get(..4), Some([0x09, 0 | 2 | 4, 4 | 6 | 8, 0])) {
            return Err(
                IntakeError::new(shown, "是Excel 4.0以前的老格式，无法读取").hinted("请用Excel或WPS打开后另存为xlsx")
            );
        }
        let other = [
            (&b"%PDF"[..], "是PDF文件，不是数据表", "请向对方要表格文件（csv、xlsx或dbf）"),
            (b"Rar!", "是RAR压缩包", "请解压后把里面的文件列入城市文件"),
            (b"7z\xBC\xAF", "是7z压缩包", "请解压后把里面的文件列入城市文件"),
            (b"\x1F\x8B", "是gzip压缩文件", "请解压后把里面的文件列入城市文件"),
        ];
        if let Some((_, sentence, hint)) = other.iter().find(|(magic, _, _)| head.starts_with(magic)) {
            return Err(IntakeError::new(shown, *sentence).hinted(*hint));
        }
        if is_markup(head) {
            return Err(
                IntakeError::new(shown, "实际是网页或XML文件，只是换了扩展名").hinted("请用Excel或WPS打开后另存为xlsx")
            );
        }
        Ok(Self::Text)
    }
}

/// Web pages and XML that programs export as `.xls`.
fn is_markup(head: &[u8]) -> bool {
    let start = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let start: Vec<u8> = start.iter().take(64).map(u8::to_ascii_lowercase).collect();
    [&b"<html"[..], b"<!doctype", b"<?xml", b"<table", b"<meta", b"<head"].iter().any(|tag| start.starts_with(tag))
}
