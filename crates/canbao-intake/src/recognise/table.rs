//! The tables of files that name their columns or sheets themselves.

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8};

use super::Format;
use crate::city::{SourceFile, SourceSpec};
use crate::dbf::header::{DbfHeader, HEADER_BYTES_MAX};
use crate::error::IntakeError;
use crate::extract::{How, Readers, read_at};
use crate::sheet::SheetName;
use crate::text::decode::gb_share;

/// The sheets to read, each with whether it may be passed over: those asked for, else all visible ones.
pub(crate) fn sheets(
    readers: &mut Readers,
    spec: &SourceSpec,
    file: &SourceFile,
    format: Format,
) -> Result<Vec<(How, bool)>, IntakeError> {
    let how = |sheet: String| match format {
        Format::Xlsx => How::Xlsx { sheet },
        _ => How::Xls { sheet },
    };
    let all = match format {
        Format::Xlsx => readers.xlsx_sheets(&file.path, &file.shown)?,
        _ => readers.xls_sheets(&file.path, &file.shown)?,
    };
    if spec.sheets.is_empty() {
        return Ok(all.into_iter().filter(|sheet| !sheet.hidden).map(|sheet| (how(sheet.name), true)).collect());
    }
    let mut wanted = Vec::new();
    for name in &spec.sheets {
        let same = |sheet: &&SheetName| sheet.name.trim() == name.trim();
        let Some(sheet) = all.iter().find(same) else {
            let names: Vec<_> = all.iter().map(|sheet| format!("“{}”", sheet.name)).collect();
            return Err(IntakeError::new(&file.shown, format!("没有名为“{name}”的工作表"))
                .hinted(format!("文件里的工作表有{}，请改正城市文件里的sheet", names.join("、"))));
        };
        wanted.push((how(sheet.name.clone()), false));
    }
    Ok(wanted)
}

/// A DBF: its layout checked against its size, its encoding, its column names.
pub(crate) fn dbf(
    label: Option<&'static Encoding>,
    file: &SourceFile,
    head: &[u8],
) -> Result<(How, Vec<String>), IntakeError> {
    let shown = file.shown.as_str();
    let io = |error| IntakeError::io(shown, error);
    let header = DbfHeader::parse(shown, head.get(..HEADER_BYTES_MAX).unwrap_or(head))?;
    let length = std::fs::metadata(&file.path).map_err(io)?.len();
    let whole = length.saturating_sub(header.header_len as u64) / header.record_len as u64;
    if header.records > whole {
        let end = header.header_len as u64 + whole * header.record_len as u64;
        // A file that ends as it should only counts wrongly; one that does not was cut off.
        if read_at(&file.path, end, 1).map_err(io)? != [0x1A] {
            return Err(IntakeError::new(
                shown,
                format!("文件头写有{}条记录，实际只有{whole}条，文件不完整", header.records),
            )
            .hinted("可能在复制或传输时中断，请重新复制，或请对方重新导出"));
        }
    }
    let encoding = label.unwrap_or_else(|| dbf_encoding(file, &header, head));
    let names = header.fields.iter().map(|field| encoding.decode_without_bom_handling(&field.name).0.trim().to_owned());
    let names = names.collect();
    Ok((How::Dbf { header, encoding }, names))
}

/// What the text itself shows, then what a `.cpg` file beside it or the language driver byte says: many
/// programs write a driver byte that is not true.
fn dbf_encoding(file: &SourceFile, header: &DbfHeader, head: &[u8]) -> &'static Encoding {
    let (mut utf8, mut gb, mut pieces) = (0_u32, 0.0, 0.0);
    let records = head.get(header.header_len..).unwrap_or(&[]).chunks_exact(header.record_len);
    let texts = records.flat_map(|record| {
        let fields = header.fields.iter().filter(|field| field.kind == b'C');
        fields.filter_map(|field| record.get(field.offset..field.offset + field.len))
    });
    for text in texts.map(<[u8]>::trim_ascii).filter(|text| !text.is_ascii()).take(2000) {
        pieces += 1.0;
        utf8 += u32::from(std::str::from_utf8(text).is_ok());
        gb += gb_share(text);
    }
    if pieces > 0.0 && f64::from(utf8) >= pieces * 0.9 && gb < pieces * 0.6 {
        return UTF_8;
    }
    if pieces > 0.0 && gb >= pieces * 0.5 {
        return GB18030;
    }
    let beside = file.path.with_extension("cpg");
    let named = std::fs::read(beside).ok().and_then(|label| Encoding::for_label(label.trim_ascii()));
    match named.or_else(|| header.driver_encoding()) {
        Some(found) if found == UTF_8 || found == BIG5 => found,
        _ => GB18030,
    }
}
