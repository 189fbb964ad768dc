//! Texts: shared strings, and the text of a cell.

use quick_xml::events::Event;

use super::package::{Package, PartReader, next, torn, unfolded};
use crate::error::IntakeError;
use crate::sheet::strings::SharedStrings;

/// The most that all shared strings may take, in bytes: some ten million numbers and names.
const STRINGS_BYTES_MAX: usize = 768 << 20;
/// The most that their XML may unfold to.
const PART_BYTES_MAX: u64 = 4 << 30;

/// Reads the shared strings of a workbook.
pub(super) fn read_shared(package: &mut Package, name: &str) -> Result<SharedStrings, IntakeError> {
    let shown = package.shown.clone();
    let huge = package.broken("共享字符串展开后大得不合理");
    let mut part = package.part(name)?;
    let mut buffer = Vec::new();
    let mut strings = SharedStrings::default();
    loop {
        match next(&mut part, &mut buffer).map_err(|error| torn(&shown, error))? {
            Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                read_text(&mut part, &mut buffer, "si", strings.text()).map_err(|error| torn(&shown, error))?;
                strings.end(true);
            }
            Event::Eof => return Ok(strings),
            _ => {}
        }
        if strings.bytes() > STRINGS_BYTES_MAX || unfolded(&part) > PART_BYTES_MAX {
            return Err(huge);
        }
    }
}

/// Appends the text within the element `closing`, which has begun: its `t` parts, without the phonetic ones.
pub(super) fn read_text(
    part: &mut PartReader<'_>,
    buffer: &mut Vec<u8>,
    closing: &str,
    out: &mut String,
) -> Result<(), quick_xml::Error> {
    let start = out.len();
    let (mut in_text, mut phonetic, mut keeps_space) = (false, false, false);
    let mut from = start;
    loop {
        match next(part, buffer)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => {
                    in_text = !phonetic;
                    keeps_space = tag.attributes_raw().contains("preserve");
                    from = out.len();
                }
                "rPh" => phonetic = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => {
                    if in_text && !keeps_space {
                        trim_from(out, from);
                    }
                    in_text = false;
                }
                "rPh" => phonetic = false,
                name if name == closing => break,
                _ => {}
            },
            Event::Text(text) if in_text => out.push_str(&text.xml10_content()),
            Event::CData(text) if in_text => out.push_str(&text.xml10_content()),
            Event::GeneralRef(entity) if in_text => push_entity(&entity, out),
            Event::Eof => break,
            _ => {}
        }
    }
    unescape_from(out, start);
    Ok(())
}

/// Appends what an entity stands for; one that XML does not know stands as written.
pub(super) fn push_entity(entity: &quick_xml::events::BytesRef<'_>, out: &mut String) {
    let name: &str = entity.as_ref();
    if let Some(known) = quick_xml::escape::resolve_xml_entity(name) {
        out.push_str(known);
    } else if let Ok(Some(c)) = entity.resolve_char_ref() {
        out.push(c);
    } else {
        out.push('&');
        out.push_str(name);
        out.push(';');
    }
}

fn trim_from(out: &mut String, from: usize) {
    let white = [' ', '\t', '\r', '\n'];
    let end = out.get(from..).map_or(from, |text| from + text.trim_end_matches(white).len());
    out.truncate(end);
    let lead = out.get(from..).map_or(0, |text| text.len() - text.trim_start_matches(white).len());
    if lead > 0 {
        out.replace_range(from..from + lead, "");
    }
}

/// Excel writes characters that XML cannot hold as `_x000D_`, by their UTF-16 units.
fn unescape_from(out: &mut String, from: usize) {
    let Some(text) = out.get(from..).filter(|text| text.contains("_x")) else { return };
    let mut plain = String::with_capacity(text.len());
    let mut high = None;
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, tail) = rest.split_at(at);
        plain.push_str(before);
        let unit =
            tail.get(2..6).filter(|_| tail.get(6..7) == Some("_")).and_then(|hex| u16::from_str_radix(hex, 16).ok());
        match unit {
            Some(unit) => {
                let pair = high.take().filter(|_| before.is_empty());
                for c in char::decode_utf16(pair.into_iter().chain([unit])).flatten() {
                    plain.push(c);
                }
                high = (0xD800..0xDC00).contains(&unit).then_some(unit);
                rest = tail.get(7..).unwrap_or("");
            }
            None => {
                plain.push_str("_x");
                rest = tail.get(2..).unwrap_or("");
            }
        }
    }
    plain.push_str(rest);
    out.truncate(from);
    out.push_str(&plain);
}
