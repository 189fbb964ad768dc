//! Columns of findings.

use canbao_registry::area::Areas;
use canbao_registry::finding::WorkLine;

use super::{Column, column, level};
use crate::page::finding::{kind_name, source_name};
use crate::page::person::covered;
use crate::say;

pub(super) static COLUMNS: [Column; 11] = [
    column("id", "疑点编号", false, 10.0),
    column("name", "姓名", false, 10.0),
    column("number", "号码", true, 22.0),
    column("county", "县（区）", false, 12.0),
    column("town", "镇（街道）", false, 14.0),
    column("village", "村（社区）", false, 14.0),
    column("what", "情况", true, 36.0),
    column("source", "数据", false, 18.0),
    column("row", "第几行", false, 10.0),
    column("stand", "进展", false, 12.0),
    column("note", "核对说明", false, 24.0),
];

/// What stands in a column for a finding.
pub(in crate::page::exports) fn cell(column: &Column, of: &WorkLine, areas: &Areas, whole: bool) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match column.word {
        "id" => of.id.to_string(),
        "name" => text(&of.name),
        "number" => match of.number.as_deref() {
            Some(number) if whole => number.to_owned(),
            number => number.map(say::number).unwrap_or_default(),
        },
        "county" | "town" | "village" => level(areas, &of.area, column.word),
        "what" => match of.detail.as_deref() {
            None => kind_name(&of.kind),
            Some(detail) if whole => detail.to_owned(),
            Some(detail) => covered(detail),
        },
        "source" => of.source.as_deref().map(source_name).unwrap_or_default(),
        "row" => of.row.map(|row| row.to_string()).unwrap_or_default(),
        "stand" => of.stand().chinese().to_owned(),
        "note" => of.handling.as_ref().map(|handling| text(&handling.note)).unwrap_or_default(),
        _ => String::new(),
    }
}
