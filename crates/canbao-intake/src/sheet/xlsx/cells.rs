//! A worksheet's rows.

use quick_xml::events::{BytesStart, Event};

use super::Entry;
use super::package::{Package, PartReader, next, torn};
use super::strings::{push_entity, read_text};
use super::styles::Styles;
use crate::error::IntakeError;
use crate::extract::PageSink;
use crate::page::Page;
use crate::plain::{push_float, push_serial};
use crate::sheet::SheetRow;
use crate::sheet::strings::{Shared, SharedStrings};

/// What a cell's text is read with.
struct Context<'a> {
    strings: &'a SharedStrings,
    styles: &'a Styles,
    from_1904: bool,
}

/// A cell's opening tag.
#[derive(Default)]
struct CellTag {
    column: Option<usize>,
    style: usize,
    kind: CellKind,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum CellKind {
    #[default]
    Number,
    Shared,
    Inline,
    Text,
    Bool,
    Error,
    Date,
}

pub(super) fn read(
    package: &mut Package,
    entry: &Entry,
    strings: &SharedStrings,
    styles: &Styles,
    from_1904: bool,
    sink: PageSink<'_>,
) -> Result<(), IntakeError> {
    let shown = package.shown.clone();
    let unended = package.broken("工作表没有结尾").on_sheet(Some(&entry.sheet.name));
    let context = Context { strings, styles, from_1904 };
    let mut part = package.part(&entry.target)?;
    let mut buffer = Vec::new();
    let mut value = String::new();
    let mut page = Page::default();
    let mut row = SheetRow::default();
    let fail =
        |error: quick_xml::Error, line: i64| torn(&shown, error).on_sheet(Some(&entry.sheet.name)).at_row(line + 1);
    loop {
        match next(&mut part, &mut buffer).map_err(|error| fail(error, row.line))? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "row" => row.begin(&page, row_number(&tag)),
                "c" => {
                    let cell = cell_tag(&tag);
                    row.open(&mut page, cell.column);
                    read_cell(&mut part, &mut buffer, &mut value, &cell, &context, &mut row, &mut page)
                        .map_err(|error| fail(error, row.line))?;
                    row.close(&mut page);
                }
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "row" => {
                    row.end(&mut page);
                    if page.is_full() {
                        if sink(&mut page)?.is_break() {
                            return Ok(());
                        }
                        page.clear();
                    }
                }
                "sheetData" => break,
                _ => {}
            },
            Event::Eof => {
                return Err(unended.at_row(row.line));
            }
            _ => {}
        }
    }
    sink(&mut page).map(|_| ())
}

fn row_number(tag: &BytesStart<'_>) -> Option<i64> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == "r")?;
    found.value.parse().ok()
}

fn cell_tag(tag: &BytesStart<'_>) -> CellTag {
    let mut cell = CellTag::default();
    for attribute in tag.attributes().with_checks(false).flatten() {
        match attribute.key.as_ref() {
            "r" => cell.column = column_of(&attribute.value),
            "s" => cell.style = attribute.value.parse().unwrap_or(0),
            "t" => {
                cell.kind = match attribute.value.as_ref() {
                    "s" => CellKind::Shared,
                    "inlineStr" => CellKind::Inline,
                    "str" => CellKind::Text,
                    "b" => CellKind::Bool,
                    "e" => CellKind::Error,
                    "d" => CellKind::Date,
                    _ => CellKind::Number,
                }
            }
            _ => {}
        }
    }
    cell
}

/// The 0-based column of a reference such as `AB12`.
fn column_of(reference: &str) -> Option<usize> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column =
        letters.take(4).fold(0_usize, |sum, letter| sum * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1);
    column.checked_sub(1)
}

fn read_cell(
    part: &mut PartReader<'_>,
    buffer: &mut Vec<u8>,
    value: &mut String,
    cell: &CellTag,
    context: &Context<'_>,
    row: &mut SheetRow,
    page: &mut Page,
) -> Result<(), quick_xml::Error> {
    value.clear();
    let mut in_value = false;
    loop {
        match next(part, buffer)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "v" => in_value = true,
                "is" => read_text(part, buffer, "is", &mut page.text)?,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "v" => in_value = false,
                "c" => break,
                _ => {}
            },
            Event::Text(text) if in_value => value.push_str(&text.xml10_content()),
            Event::CData(text) if in_value => value.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if in_value => push_entity(&entity, value),
            Event::Eof => break,
            _ => {}
        }
    }
    push_value(value, cell, context, row, page);
    Ok(())
}

fn push_value(value: &str, cell: &CellTag, context: &Context<'_>, row: &mut SheetRow, page: &mut Page) {
    let out = &mut page.text;
    match cell.kind {
        CellKind::Inline => {}
        CellKind::Shared if value.is_empty() => {}
        CellKind::Shared => match value.trim().parse().map_or(Shared::Missing, |index| context.strings.get(index)) {
            Shared::Text(text) => out.push_str(text),
            _ => row.spoil("有一格引用的文字在文件里不存在"),
        },
        CellKind::Text => out.push_str(value),
        CellKind::Bool => out.push_str(if value.trim() == "0" { "FALSE" } else { "TRUE" }),
        // A look-up that found nothing is a blank; other errors stand as Excel shows them.
        CellKind::Error => out.push_str(if value == "#N/A" { "" } else { value }),
        CellKind::Date => {
            let midnight = value
                .split_once('T')
                .filter(|(_, time)| time.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.' | b'Z')));
            out.push_str(midnight.map_or(value, |(date, _)| date));
        }
        CellKind::Number => push_number(value.trim(), context.styles.is_date(cell.style), context.from_1904, out),
    }
}

/// A number as written where it is a plain integer: a long one would lose its last digits as a float.
fn push_number(value: &str, is_date: bool, from_1904: bool, out: &mut String) {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse::<f64>() {
        Ok(number) if is_date && push_serial(number, from_1904, out) => {}
        Ok(number) if !whole && number.is_finite() => push_float(number, out),
        _ => out.push_str(value),
    }
}
