//! A part of an extract: one file, or one sheet of a workbook.

use canbao_domain::source::Field;

use super::reader::How;
use crate::recognise::Format;
use crate::recognise::plan::Plan;

/// One file, or one sheet of a workbook, and what was recognised in it.
#[derive(Debug, Clone)]
pub struct Part {
    /// The file, relative as in the city file.
    pub file: String,
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
    /// The file's format.
    pub format: Format,
    /// The encoding of its text, where the format leaves that open.
    pub encoding: Option<&'static str>,
    /// The separator, of delimited text.
    pub separator: Option<char>,
    /// The 1-based line or sheet row of its header (the last row of it); 0 where it has none.
    pub header_row: i64,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

/// A column of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its header as written; `第N列` where there is none.
    pub header: String,
    /// The field that it holds, if it is known.
    pub field: Option<Field>,
}

impl Part {
    pub(crate) fn of(plan: &Plan) -> Self {
        let (format, encoding, separator, sheet) = match &plan.how {
            How::Text { encoding, separator, .. } => {
                (Format::Text, Some(encoding.name()), Some(char::from(*separator)), None)
            }
            How::Dbf { encoding, .. } => (Format::Dbf, Some(encoding.name()), None, None),
            How::Xlsx { sheet } => (Format::Xlsx, None, None, Some(sheet.clone())),
            How::Xls { sheet } => (Format::Xls, None, None, Some(sheet.clone())),
            How::Parquet => (Format::Parquet, None, None, None),
        };
        let named = plan.layout.headers.iter().zip(&plan.layout.fields).enumerate();
        let columns = named.map(|(place, (header, field))| Column {
            header: if header.is_empty() { format!("第{}列", place + 1) } else { header.clone() },
            field: *field,
        });
        Self {
            file: plan.shown.clone(),
            sheet,
            format,
            encoding,
            separator,
            header_row: plan.layout.header_row,
            columns: columns.collect(),
        }
    }
}
