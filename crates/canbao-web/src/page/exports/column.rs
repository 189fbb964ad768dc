//! The columns that a file may have.

use canbao_domain::source::SourceKind;
use canbao_domain::standard;
use canbao_registry::area::Areas;
use canbao_registry::person::Whole;

use crate::page::word::assistance;
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

pub(crate) static COLUMNS: [Column; 16] = [
    column("name", "姓名", false, 10.0),
    column("number", "身份证号", true, 22.0),
    column("sex", "性别", false, 6.0),
    column("birth", "出生日期", true, 12.0),
    column("county", "县（区）", false, 12.0),
    column("town", "镇（街道）", false, 14.0),
    column("village", "村（社区）", false, 14.0),
    column("household", "户号", false, 12.0),
    column("address", "住址", true, 30.0),
    column("phone", "电话", true, 14.0),
    column("category", "类别", false, 10.0),
    column("reasons", "依据", false, 30.0),
    column("pension", "养老", false, 10.0),
    column("medical", "医疗", false, 10.0),
    column("schemes", "在保险种", false, 30.0),
    column("aid", "救助", false, 8.0),
];

/// What stands in a column for somebody.
pub(super) fn cell(column: &Column, of: &Whole, areas: &Areas, whole: bool) -> String {
    let record = &of.record;
    let level = |level: &str| {
        let chain = areas.chain(&record.area);
        chain.into_iter().find(|(_, area)| area.level == level).map(|(_, area)| area.name.clone()).unwrap_or_default()
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    match column.word {
        "name" => text(&record.name),
        "number" => {
            let number = of.number().or(of.certificate()).unwrap_or_default();
            if whole || number.is_empty() { number.to_owned() } else { say::number(number) }
        }
        "sex" => say::sex(&record.sex).to_owned(),
        "birth" => {
            let birth = |birth: canbao_domain::date::Date| if whole { birth.to_string() } else { say::birth(birth) };
            record.birth.map(birth).unwrap_or_default()
        }
        "county" | "town" | "village" => level(column.word),
        "household" => text(&record.household),
        "address" => {
            let address = text(&record.address);
            if whole || address.is_empty() { address } else { "已登记".to_owned() }
        }
        "phone" => {
            let phone = text(&record.phone);
            if whole || phone.is_empty() { phone } else { say::phone(&phone) }
        }
        "category" => of.derived.category.chinese().to_owned(),
        "reasons" => of.derived.reasons.chinese().collect::<Vec<_>>().join("；"),
        "pension" => of.derived.pension.chinese().to_owned(),
        "medical" => of.derived.medical.chinese().to_owned(),
        "schemes" => {
            let live = of.enrolments.iter().filter(|row| row.status.as_deref() == Some("normal"));
            let mut names: Vec<String> = live
                .map(|row| {
                    row.scheme
                        .parse::<SourceKind>()
                        .map_or_else(|_| row.scheme.clone(), |kind| kind.chinese().to_owned())
                })
                .collect();
            names.dedup();
            names.join("、")
        }
        "aid" => assistance(record.subsistence, record.disability).to_owned(),
        _ => String::new(),
    }
}

/// A filter in words, for who decides and for the watermark.
pub(crate) fn told(filter: &canbao_registry::query::Filter, areas: &Areas) -> String {
    let area = filter.area.as_deref().and_then(|code| areas.get(code)).map_or("全市", |area| area.name.as_str());
    let day = |label: &str, day: Option<canbao_domain::date::Date>| day.map(|day| format!("{label} {day}"));
    let parts = [
        Some(area.to_owned()),
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
