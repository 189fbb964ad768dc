//! What the sheets of a workbook share.

use std::collections::HashMap;

use encoding_rs::{Encoding, GB18030};

use super::records::{Record, Records, u16_at, u32_at};
use super::text::{encoding_of, narrow_text, shared, wide_text};
use crate::sheet::SheetName;
use crate::sheet::dates::{is_date_code, is_date_id};
use crate::sheet::strings::SharedStrings;

/// The workbook's own records.
pub(super) struct Globals {
    /// The worksheets, and where each begins in the stream.
    pub(super) sheets: Vec<(SheetName, usize)>,
    pub(super) strings: SharedStrings,
    /// For each cell style, whether a number in it is a date.
    dates: Vec<bool>,
    pub(super) from_1904: bool,
    /// Whether texts are UTF-16 (BIFF8); else they are in `encoding`.
    pub(super) wide: bool,
    pub(super) encoding: &'static Encoding,
}

impl Globals {
    /// Reads the records at the stream's beginning; the error says what is wrong.
    pub(super) fn read(stream: &[u8]) -> Result<Self, &'static str> {
        let mut globals = Self {
            sheets: Vec::new(),
            strings: SharedStrings::default(),
            dates: Vec::new(),
            from_1904: false,
            wide: true,
            encoding: GB18030,
        };
        let mut own = HashMap::new();
        let mut styles = Vec::new();
        let mut records = Records::new(stream, 0);
        let mut ended = false;
        while let Some(record) = records.next() {
            match record.kind {
                0x0809 => match u16_at(record.data, 0) {
                    Some(0x0600) => {}
                    Some(0x0500) => globals.wide = false,
                    _ => return Err("版本太老"),
                },
                0x002F => return Err("有密码保护"),
                0x0042 => globals.encoding = encoding_of(u16_at(record.data, 0).unwrap_or(936)),
                0x0022 => globals.from_1904 = u16_at(record.data, 0) == Some(1),
                0x041E => {
                    let mut code = String::new();
                    let text = record.data.get(2..).unwrap_or(&[]);
                    globals.text(text, !globals.wide, &mut code);
                    own.insert(u16_at(record.data, 0), is_date_code(&code));
                }
                0x00E0 => styles.push(u16_at(record.data, 2)),
                0x0085 => globals.sheets.extend(globals.sheet(&record)),
                0x00FC => {
                    let mut pieces = vec![record.data];
                    while records.peek() == Some(0x003C)
                        && let Some(more) = records.next()
                    {
                        pieces.push(more.data);
                    }
                    globals.strings = shared(pieces);
                }
                0x000A => {
                    ended = true;
                    break;
                }
                _ => {}
            }
        }
        if !ended {
            return Err("没有复制完整，或已损坏");
        }
        let is_date =
            |id: Option<u16>| own.get(&id).copied().unwrap_or_else(|| id.is_some_and(|id| is_date_id(id.into())));
        globals.dates = styles.into_iter().map(is_date).collect();
        Ok(globals)
    }

    /// Whether a style shows numbers as dates.
    pub(super) fn is_date(&self, style: u16) -> bool {
        self.dates.get(usize::from(style)).copied().unwrap_or(false)
    }

    /// Appends a text of this workbook's version; says whether it is one throughout.
    pub(super) fn text(&self, data: &[u8], short: bool, out: &mut String) -> bool {
        let read = if self.wide { wide_text(data, short, out) } else { narrow_text(data, short, self.encoding, out) };
        read.unwrap_or(false)
    }

    fn sheet(&self, record: &Record<'_>) -> Option<(SheetName, usize)> {
        let offset = u32_at(record.data, 0)? as usize;
        let (visible, kind) = (record.data.get(4)? & 3, record.data.get(5)?);
        let mut name = String::new();
        self.text(record.data.get(6..)?, true, &mut name);
        (*kind == 0).then_some((SheetName { name, hidden: visible != 0 }, offset))
    }
}
