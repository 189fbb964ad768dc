//! Columns of employers.

use canbao_registry::area::Areas;
use canbao_registry::query::UnitLine;

use super::{Column, column};
use crate::page::employers::{category_name, county};

pub(super) static COLUMNS: [Column; 6] = [
    column("name", "单位名称", false, 36.0),
    column("code", "统一社会信用代码、注册号", false, 24.0),
    column("kind", "单位类型", false, 16.0),
    column("county", "所在县", false, 12.0),
    column("category", "类别", false, 14.0),
    column("people", "参保人数", false, 10.0),
];

/// What stands in a column for an employer.
pub(in crate::page::exports) fn cell(column: &Column, of: &UnitLine, areas: &Areas) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match column.word {
        "name" => text(&of.name),
        "code" => text(&of.code),
        "kind" => text(&of.kind),
        "county" => county(of.county.as_deref(), areas),
        "category" => category_name(&of.category),
        "people" => of.insured_people.to_string(),
        _ => String::new(),
    }
}
