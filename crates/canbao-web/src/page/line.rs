//! A person as a line of a list, masked.

use canbao_domain::date::Date;
use canbao_domain::rules::{Category, ReasonSet};
use canbao_registry::area::Areas;
use canbao_registry::person::Whole;

use super::word::{Tag, assistance};
use crate::say;

/// Above the lines of a list.
pub(crate) struct Head {
    pub(crate) caption: String,
    pub(crate) category: bool,
    pub(crate) sorted: bool,
    pub(crate) total: String,
}

impl Head {
    pub(crate) fn found() -> Self {
        Self { caption: "查到的人".to_owned(), category: true, sorted: false, total: String::new() }
    }
}

/// A person in a list, masked.
pub(crate) struct Line {
    pub(crate) person: i64,
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) sex: &'static str,
    pub(crate) age: String,
    pub(crate) area: String,
    pub(crate) category: Tag,
    pub(crate) reasons: String,
    pub(crate) assistance: &'static str,
}

impl Line {
    pub(crate) fn of_whole(whole: &Whole, areas: &Areas, today: Date) -> Self {
        let record = &whole.record;
        Self {
            person: whole.person,
            name: named(record.name.as_deref()),
            number: whole.number().or(whole.certificate()).map(say::number).unwrap_or_default(),
            sex: say::sex(&record.sex),
            age: age(record.birth, today),
            area: place(&record.area, areas),
            category: Tag::category(whole.derived.category),
            reasons: reasons(whole.derived.reasons),
            assistance: assistance(record.subsistence, record.disability),
        }
    }

    pub(crate) fn of_line(line: &canbao_registry::query::Line, areas: &Areas, today: Date) -> Self {
        let category = Category::from_word(&line.category).unwrap_or(Category::Information);
        Self {
            person: line.person,
            name: named(line.name.as_deref()),
            number: line.number.as_deref().map(say::number).unwrap_or_default(),
            sex: say::sex(&line.sex),
            age: age(line.birth, today),
            area: place(&line.area, areas),
            category: Tag::category(category),
            reasons: reasons(line.reasons),
            assistance: assistance(line.subsistence, line.disability),
        }
    }
}

/// A name, or that there is none: a line needs something to press.
pub(crate) fn named(name: Option<&str>) -> String {
    name.filter(|name| !name.is_empty()).unwrap_or("（无姓名）").to_owned()
}

fn age(birth: Option<Date>, today: Date) -> String {
    birth.map_or_else(String::new, |birth| birth.age_on(today).max(0).to_string())
}

/// Town and village: the county stands in the title.
pub(crate) fn place(code: &str, areas: &Areas) -> String {
    let name = areas.full_name(code);
    if name.is_empty() {
        return "区划不明".to_owned();
    }
    let parts: Vec<&str> = name.split(' ').collect();
    parts.get(parts.len().saturating_sub(2)..).unwrap_or_default().join(" ")
}

fn reasons(reasons: ReasonSet) -> String {
    reasons.chinese().collect::<Vec<_>>().join("；")
}
