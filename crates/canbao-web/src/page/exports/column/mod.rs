//! The columns that a file may have, by the list that it holds.

pub(super) mod employers;
pub(super) mod findings;
pub(super) mod people;

use canbao_domain::standard;
use canbao_registry::area::Areas;
use canbao_registry::export::List;
use canbao_registry::finding::{Stand, WorkFilter};
use canbao_registry::query::{Filter, UnitFilter};

use crate::page::employers::category_name;
use crate::page::finding::kind_name;
use crate::say;

/// A column: its word, its head, whether it holds what is masked on pages.
pub(crate) struct Column {
    pub(crate) word: &'static str,
    pub(crate) head: &'static str,
    pub(super) masked: bool,
    /// Characters wide, for a workbook.
    pub(super) width: f64,
}

const fn column(word: &'static str, head: &'static str, masked: bool, width: f64) -> Column {
    Column { word, head, masked, width }
}

/// The columns of a list.
pub(crate) fn columns(list: &List) -> &'static [Column] {
    match list {
        List::People(_) => &people::COLUMNS,
        List::Findings(_) => &findings::COLUMNS,
        List::Employers(_) => &employers::COLUMNS,
    }
}

/// All columns that any list has, each word once.
pub(crate) fn all() -> impl Iterator<Item = &'static Column> {
    let lists: [&'static [Column]; 3] = [&people::COLUMNS, &findings::COLUMNS, &employers::COLUMNS];
    let mut known = Vec::new();
    lists.into_iter().flatten().filter(move |column| {
        let new = !known.contains(&column.word);
        known.push(column.word);
        new
    })
}

/// Whether anything in a list is masked on pages: then it is asked whether it leaves masked.
pub(crate) fn masks(list: &List) -> bool {
    columns(list).iter().any(|column| column.masked)
}

/// Those that were asked for, in their order.
pub(crate) fn chosen(list: &List, fields: &[String]) -> Vec<&'static Column> {
    columns(list).iter().filter(|column| fields.iter().any(|word| word == column.word)).collect()
}

/// The name of the county, town or village that an area is of.
fn level(areas: &Areas, code: &str, level: &str) -> String {
    let chain = areas.chain(code);
    chain.into_iter().find(|(_, area)| area.level == level).map(|(_, area)| area.name.clone()).unwrap_or_default()
}

/// A list in words, for who decides and for the watermark.
pub(crate) fn told(list: &List, areas: &Areas) -> String {
    let area =
        |code: Option<&str>| code.and_then(|code| areas.get(code)).map_or("全市", |area| area.name.as_str()).to_owned();
    match list {
        List::People(filter) => told_of_people(filter, area(filter.area.as_deref())),
        List::Findings(WorkFilter { kind, area: code, stand }) => {
            format!("{}，疑点：{}，{}", area(code.as_deref()), kind_name(kind), stand.map_or("全部", Stand::chinese))
        }
        List::Employers(UnitFilter { county, category }) => {
            let category = if category.is_empty() { "各类".to_owned() } else { category_name(category) };
            format!("{}，单位：{category}", area(Some(county.as_str()).filter(|county| !county.is_empty())))
        }
    }
}

fn told_of_people(filter: &Filter, area: String) -> String {
    let day = |label: &str, day: Option<canbao_domain::date::Date>| day.map(|day| format!("{label} {day}"));
    let parts = [
        Some(area),
        filter.category.map(|category| category.chinese().to_owned()),
        filter.scheme.map(|scheme| format!("在保{}", scheme.chinese())),
        filter
            .finding
            .as_deref()
            .map(|kind| standard::finding_kinds().find(kind).map_or(kind, |kind| kind.name()).to_owned()),
        filter.sex.as_deref().map(|sex| say::sex(sex).to_owned()),
        day("出生不早于", filter.born_from),
        day("出生不晚于", filter.born_until),
        filter.subsistence.then(|| "低保、五保".to_owned()),
        filter.disability.then(|| "残疾人补助".to_owned()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("，")
}
